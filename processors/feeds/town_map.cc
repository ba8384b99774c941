#include "feeds/town_map.h"

#include <algorithm>
#include <array>

#include "base/json_writer.h"

namespace lagesbild::feeds {
namespace {

constexpr int kSide = 3;    // districts a side
constexpr int kPieces = 5;  // pieces an edge
constexpr int64_t kCellM = 1700;
constexpr int64_t kCornerBendM = 280;
constexpr int64_t kEdgeBendM = 50;
constexpr TownPoint kSouthWest{58'880'000,
                               19'700'000};  // open sea between Gotland and the archipelago

constexpr std::array<const char*, TownMap::kDistricts> kNames = {
    "Kvarnstranda", "Dammslussen", "Smedlunda", "Ekbackevik", "Tallhamra centrum",
    "Rönnhöjda",    "Almskogsby",  "Björktorp", "Hamragärde"};

// Points from one corner to the next, the first included, the last not.
using Edge = std::vector<TownPoint>;

Edge BentEdge(TownPoint from, TownPoint to, bool horizontal, TownRandom& random) {
  Edge edge{from};
  for (int i = 1; i < kPieces; ++i) {
    const TownPoint on{from.lat + (to.lat - from.lat) * i / kPieces,
                       from.lon + (to.lon - from.lon) * i / kPieces};
    const int64_t bend = random.Between(-kEdgeBendM, kEdgeBendM);
    edge.push_back(horizontal ? Offset(on, 0, bend) : Offset(on, bend, 0));
  }
  return edge;
}

void Append(std::vector<TownPoint>& ring, const Edge& edge) {
  ring.insert(ring.end(), edge.begin(), edge.end());
}

// The edge the other way round: begins at `last`, leaves out its old first point.
Edge Reversed(const Edge& edge, TownPoint last) {
  Edge out{last};
  out.insert(out.end(), edge.rbegin(), edge.rend() - 1);
  return out;
}

void WriteArea(const TownArea& area, const char* level, const std::string& parent,
               JsonWriter& json) {
  json.BeginObject().Key("type").String("Feature").Key("properties").BeginObject();
  json.Key("id").String(area.id).Key("name").String(area.name).Key("level").String(level);
  if (!parent.empty()) json.Key("parent").String(parent);
  json.EndObject().Key("geometry").BeginObject().Key("type").String("Polygon");
  json.Key("coordinates").BeginArray().BeginArray();
  for (const TownPoint& p : area.ring) {
    json.BeginArray().Double(static_cast<double>(p.lon) / 1e6);
    json.Double(static_cast<double>(p.lat) / 1e6).EndArray();
  }
  json.EndArray().EndArray().EndObject().EndObject();
}

}  // namespace

TownPoint Offset(TownPoint from, int64_t east_m, int64_t north_m) {
  // At 58.9° N a metre is 8.99 micro-degrees of latitude and 17.40 of longitude.
  return {from.lat + north_m * 899 / 100, from.lon + east_m * 1740 / 100};
}

TownPoint NearBy(TownPoint at, int64_t metres, TownRandom& random) {
  const int64_t east = random.Between(-metres, metres);
  const int64_t north = random.Between(-metres, metres);
  return Offset(at, east, north);
}

TownMap::TownMap(uint64_t seed) : borough_{"tallhamra", "Tallhamra", {}} {
  TownRandom random(seed, 0xB0);
  TownPoint corners[kSide + 1][kSide + 1];  // [row from south][column from west]
  for (int row = 0; row <= kSide; ++row) {
    for (int column = 0; column <= kSide; ++column) {
      corners[row][column] =
          NearBy(Offset(kSouthWest, column * kCellM, row * kCellM), kCornerBendM, random);
    }
  }
  Edge east[kSide + 1][kSide];   // from corner (row, column) to the next in the row
  Edge north[kSide][kSide + 1];  // from corner (row, column) to the next in the column
  for (int row = 0; row <= kSide; ++row) {
    for (int column = 0; column <= kSide; ++column) {
      const TownPoint at = corners[row][column];
      if (column < kSide) east[row][column] = BentEdge(at, corners[row][column + 1], true, random);
      if (row < kSide) north[row][column] = BentEdge(at, corners[row + 1][column], false, random);
    }
  }
  for (int row = 0; row < kSide; ++row) {
    for (int column = 0; column < kSide; ++column) {
      const int index = row * kSide + column;
      TownArea area{
          "tallhamra-" + std::to_string(index + 1), kNames[static_cast<size_t>(index)], {}};
      Append(area.ring, east[row][column]);
      Append(area.ring, north[row][column + 1]);
      Append(area.ring, Reversed(east[row + 1][column], corners[row + 1][column + 1]));
      Append(area.ring, Reversed(north[row][column], corners[row + 1][column]));
      area.ring.push_back(area.ring.front());
      districts_.push_back(std::move(area));
    }
  }
  std::vector<TownPoint>& ring = borough_.ring;
  for (int i = 0; i < kSide; ++i) Append(ring, east[0][i]);
  for (int i = 0; i < kSide; ++i) Append(ring, north[i][kSide]);
  for (int i = kSide; i > 0; --i) Append(ring, Reversed(east[kSide][i - 1], corners[kSide][i]));
  for (int i = kSide; i > 0; --i) Append(ring, Reversed(north[i - 1][0], corners[i][0]));
  ring.push_back(ring.front());
}

std::string TownMap::GeoJson() const {
  std::string out;
  JsonWriter json(out);
  json.BeginObject().Key("type").String("FeatureCollection").Key("features").BeginArray();
  WriteArea(borough_, "borough", "", json);
  for (const TownArea& district : districts_) WriteArea(district, "district", borough_.id, json);
  json.EndArray().EndObject();
  return out + "\n";
}

bool TownMap::Inside(int district, TownPoint p) const {
  const std::vector<TownPoint>& ring = districts_[static_cast<size_t>(district)].ring;
  bool inside = false;
  for (size_t i = 0; i + 1 < ring.size(); ++i) {
    const TownPoint a = ring[i], b = ring[i + 1];
    if ((a.lat > p.lat) == (b.lat > p.lat)) continue;
    // p is west of the edge where it crosses p's latitude (exact in integers).
    const int64_t side = (b.lon - a.lon) * (p.lat - a.lat) - (p.lon - a.lon) * (b.lat - a.lat);
    if (b.lat > a.lat ? side > 0 : side < 0) inside = !inside;
  }
  return inside;
}

TownPoint TownMap::PointIn(int district, TownRandom& random, int64_t room_m) const {
  const std::vector<TownPoint>& ring = districts_[static_cast<size_t>(district)].ring;
  TownPoint low = ring[0], high = ring[0];
  for (const TownPoint& p : ring) {
    low = {std::min(low.lat, p.lat), std::min(low.lon, p.lon)};
    high = {std::max(high.lat, p.lat), std::max(high.lon, p.lon)};
  }
  for (;;) {  // most of the box is inside
    const TownPoint p{random.Between(low.lat, high.lat), random.Between(low.lon, high.lon)};
    bool roomy = Inside(district, p);
    for (int east = -1; roomy && room_m > 0 && east <= 1; ++east) {
      for (int north = -1; roomy && north <= 1; ++north) {
        roomy = Inside(district, Offset(p, east * room_m, north * room_m));
      }
    }
    if (roomy) return p;
  }
}

}  // namespace lagesbild::feeds
