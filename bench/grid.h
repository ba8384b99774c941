// The made-up country of bench/run: 100 pictures in a square, ten areas in each, by arithmetic.
// bench/growth has it in other sizes.
//
// An area's number follows from a position (bench/peers do the same sum), so that no engine needs a
// map for it; `lagesbild` gets the outlines and locates as it always does.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <string>

#include "base/check.h"

namespace lagesbild::bench {

inline constexpr int32_t kAreas = 1000, kClasses = 12;
inline constexpr std::array<const char*, kClasses> kClassNames = {
    "assault", "robbery", "threat",      "vandalism",    "burglary", "theft",
    "drugs",   "arson",   "disturbance", "vehicle-fire", "fraud",    "trespass"};
// A picture is 5 areas wide and 2 high.
inline constexpr double kSouth = 58.0, kWest = 17.0, kHigh = 0.05, kWide = 0.04;

struct Place {
  double lat, lon;
};

// So many areas, in a country about as many pictures wide as high.
class Grid {
 public:
  explicit Grid(int32_t areas = kAreas) : areas_(areas) {
    while (wide_ * wide_ < pictures()) ++wide_;
  }
  int32_t areas() const { return areas_; }
  int32_t pictures() const { return (areas_ + 9) / 10; }

  // South-west corner.
  Place CornerOf(int32_t area) const {
    const int32_t picture = area / 10, within = area % 10;
    return {kSouth + kHigh * (picture / wide_ * 2 + within / 5),
            kWest + kWide * (picture % wide_ * 5 + within % 5)};
  }

  // `x` and `y` in [0, 1); well inside, so that no rounding can move it over a border.
  Place PlaceIn(int32_t area, double x, double y) const {
    const Place corner = CornerOf(area);
    return {corner.lat + kHigh * (0.1 + 0.8 * y), corner.lon + kWide * (0.1 + 0.8 * x)};
  }

 private:
  const int32_t areas_;
  int32_t wide_ = 1;  // pictures
};

inline std::string AreaId(int32_t area) {
  char id[16];
  std::snprintf(id, sizeof(id), "a-%03d", area);
  return id;
}

inline std::string PictureId(int32_t picture) {
  char id[16];
  std::snprintf(id, sizeof(id), "p-%02d", picture);
  return id;
}

// The twelve, then class-012 and so on.
inline std::string ClassName(int32_t klass) {
  if (klass < kClasses) return kClassNames[static_cast<size_t>(klass)];
  char name[24];
  std::snprintf(name, sizeof(name), "class-%03d", klass);
  return name;
}

inline void WriteAreas(const Grid& grid, const std::string& path) {
  FILE* out = std::fopen(path.c_str(), "w");
  LB_CHECK(out != nullptr);
  const auto feature = [out](const std::string& id, const char* level, const std::string& parent,
                             Place at, double high, double wide, bool last) {
    std::fprintf(out,
                 R"({"type":"Feature","properties":{"id":"%s","name":"%s","level":"%s"%s},)"
                 R"("geometry":{"type":"Polygon","coordinates":[[[%.4f,%.4f],[%.4f,%.4f],)"
                 R"([%.4f,%.4f],[%.4f,%.4f],[%.4f,%.4f]]]}}%s)",
                 id.c_str(), id.c_str(), level, parent.c_str(), at.lon, at.lat, at.lon + wide,
                 at.lat, at.lon + wide, at.lat + high, at.lon, at.lat + high, at.lon, at.lat,
                 last ? "\n" : ",\n");
  };
  std::fprintf(out, "{\"type\":\"FeatureCollection\",\"features\":[\n");
  for (int32_t p = 0; p < grid.pictures(); ++p) {
    feature(PictureId(p), "town", "", grid.CornerOf(p * 10), 2 * kHigh, 5 * kWide, false);
  }
  for (int32_t a = 0; a < grid.areas(); ++a) {
    feature(AreaId(a), "district", R"(,"parent":")" + PictureId(a / 10) + "\"", grid.CornerOf(a),
            kHigh, kWide, a == grid.areas() - 1);
  }
  std::fprintf(out, "]}\n");
  LB_CHECK(std::fclose(out) == 0);
}

}  // namespace lagesbild::bench
