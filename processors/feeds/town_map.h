// TownMap: the schematic borders of the demo's town: a borough of nine districts, drawn from a
// seed.
//
// A grid of three by three whose corners and edges are bent; neighbours share each point of the
// edge between them, so the districts cover the borough and do not overlap. Names are invented, and
// the town lies in the open Baltic, so that no real place can be meant. Whole micro-degrees
// throughout: the same borders on every machine. Immutable.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "feeds/town_random.h"

namespace lagesbild::feeds {

struct TownPoint {
  int64_t lat = 0, lon = 0;  // micro-degrees
  friend bool operator==(const TownPoint&, const TownPoint&) = default;
};
// `east_m` and `north_m` away.
TownPoint Offset(TownPoint from, int64_t east_m, int64_t north_m);
// A point of the square that reaches `metres` to each side.
TownPoint NearBy(TownPoint at, int64_t metres, TownRandom& random);

struct TownArea {
  std::string id, name;
  std::vector<TownPoint> ring;  // closed: first point repeated at the end; counter-clockwise
};

class TownMap {
 public:
  static constexpr int kDistricts = 9;

  explicit TownMap(uint64_t seed);

  const TownArea& borough() const { return borough_; }
  const std::vector<TownArea>& districts() const {
    return districts_;
  }  // row by row from the south-west
  std::string GeoJson() const;  // id, name, level, parent as the contract has them

  bool Inside(int district, TownPoint point) const;
  // A point of the district; with `room_m`, one whose surroundings (so far) lie in the district
  // too.
  TownPoint PointIn(int district, TownRandom& random, int64_t room_m = 0) const;

 private:
  TownArea borough_;
  std::vector<TownArea> districts_;
};

}  // namespace lagesbild::feeds
