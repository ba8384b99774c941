// Plain geometry of area shapes: surface, a point inside, containment. No library; areas_file uses
// it to find parents and radii, the area checks to give km².
//
// In: WGS84 degrees, edges straight in longitude/latitude (RFC 7946). Surfaces are those on the
// WGS84 authalic sphere (the sphere of the ellipsoid's surface; Snyder, Map Projections, 1987, eq.
// 3-11, 3-18), holes subtracted. Pure functions; thread-safe.
#pragma once

#include <optional>
#include <vector>

#include "intake/area_index.h"

namespace lagesbild::intake {

struct Bounds {
  double west = 180, south = 90, east = -180, north = -90;
  bool Holds(LonLat p) const {
    return p.lon >= west && p.lon <= east && p.lat >= south && p.lat <= north;
  }
  bool Meets(const Bounds& b) const {
    return west <= b.east && b.west <= east && south <= b.north && b.south <= north;
  }
};
Bounds BoundsOf(const AreaShape& shape);

// m²; the order of the rings' points does not matter. 0 for a shape without polygons.
double SurfaceM2(const AreaShape& shape);

// Radius in metres of the circle of the same surface, rounded to 0.01 m (so that it is the same on
// every machine).
double EqualAreaRadiusM(double surface_m2);

// Inside or on the border, holes are outside.
bool Covers(const AreaShape& shape, LonLat point);

// A point near which two edges of one polygon cross (touching is not crossing); nullopt: none do.
std::optional<LonLat> Crossing(const AreaShape& shape);

// Points inside, each with the share of the shape that it stands for (shares sum to 1): the middles
// of the crossings of all polygons along `lines` parallels. Never empty for a shape with a surface.
struct InteriorPoint {
  LonLat at;
  double share = 0;
};
std::vector<InteriorPoint> InteriorPoints(const AreaShape& shape, int lines);

}  // namespace lagesbild::intake
