#include "feeds/town_map.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <random>
#include <utility>

namespace lagesbild::feeds {
namespace {

// Twice the surface, positive when counter-clockwise; exact.
int64_t DoubleArea(const std::vector<TownPoint>& ring) {
  int64_t sum = 0;
  for (size_t i = 0; i + 1 < ring.size(); ++i) {
    sum += (ring[i].lon - ring[0].lon) * (ring[i + 1].lat - ring[0].lat) -
           (ring[i + 1].lon - ring[0].lon) * (ring[i].lat - ring[0].lat);
  }
  return sum;
}

int Side(TownPoint a, TownPoint b, TownPoint c) {
  const int64_t cross = (b.lon - a.lon) * (c.lat - a.lat) - (c.lon - a.lon) * (b.lat - a.lat);
  return cross > 0 ? 1 : cross < 0 ? -1 : 0;
}

bool ProperlyCross(TownPoint a, TownPoint b, TownPoint c, TownPoint d) {
  return Side(a, b, c) * Side(a, b, d) < 0 && Side(c, d, a) * Side(c, d, b) < 0;
}

bool CrossesItself(const std::vector<TownPoint>& ring) {
  for (size_t i = 0; i + 1 < ring.size(); ++i) {
    for (size_t j = i + 1; j + 1 < ring.size(); ++j) {
      if (ProperlyCross(ring[i], ring[i + 1], ring[j], ring[j + 1])) return true;
      if (j > i + 1 && ring[i] == ring[j]) return true;
    }
  }
  return false;
}

TEST(TownMap, DistrictsAreSimpleAndCoverTheBoroughWithoutOverlap) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const TownMap map(seed);
    ASSERT_EQ(map.districts().size(), 9U);
    ASSERT_FALSE(CrossesItself(map.borough().ring));
    int64_t sum = 0;
    // An edge is shared by two neighbours, the other way round, or is one of the borough's.
    std::map<std::pair<std::pair<int64_t, int64_t>, std::pair<int64_t, int64_t>>, int> edges;
    const auto add = [&](const std::vector<TownPoint>& ring, int by) {
      for (size_t i = 0; i + 1 < ring.size(); ++i) {
        const std::pair a{ring[i].lat, ring[i].lon}, b{ring[i + 1].lat, ring[i + 1].lon};
        edges[a < b ? std::pair{a, b} : std::pair{b, a}] += a < b ? by : -by;
      }
    };
    for (const TownArea& district : map.districts()) {
      ASSERT_EQ(district.ring.front(), district.ring.back());
      ASSERT_FALSE(CrossesItself(district.ring)) << district.id;
      ASSERT_GT(DoubleArea(district.ring), 0) << district.id;
      sum += DoubleArea(district.ring);
      add(district.ring, 1);
    }
    ASSERT_EQ(sum, DoubleArea(map.borough().ring));
    add(map.borough().ring, -1);
    for (const auto& [edge, balance] : edges) ASSERT_EQ(balance, 0);
  }
}

TEST(TownMap, APointIsInExactlyOneDistrict) {
  const char* given = std::getenv("LAGESBILD_SEED");
  const uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  SCOPED_TRACE("LAGESBILD_SEED=" + std::to_string(seed));
  const TownMap map(seed);
  TownRandom random(seed);
  for (int i = 0; i < 20'000; ++i) {
    const int wanted = i % TownMap::kDistricts;
    const TownPoint p = map.PointIn(wanted, random, i % 2 == 0 ? 250 : 0);
    int found = 0;
    for (int d = 0; d < TownMap::kDistricts; ++d) found += map.Inside(d, p) ? 1 : 0;
    ASSERT_EQ(found, 1);
    ASSERT_TRUE(map.Inside(wanted, p));
  }
}

TEST(TownMap, IsAFunctionOfItsSeed) {
  EXPECT_EQ(TownMap(7).GeoJson(), TownMap(7).GeoJson());
  EXPECT_NE(TownMap(7).GeoJson(), TownMap(8).GeoJson());
  const std::string json = TownMap(1).GeoJson();
  EXPECT_NE(json.find(R"({"id":"tallhamra","name":"Tallhamra","level":"borough"})"),
            std::string::npos);
  EXPECT_NE(json.find(R"("level":"district","parent":"tallhamra"})"), std::string::npos);
}

}  // namespace
}  // namespace lagesbild::feeds
