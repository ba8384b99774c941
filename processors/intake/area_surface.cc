#include "intake/area_surface.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace lagesbild::intake {
namespace {

constexpr double kAuthalicRadiusM = 6'371'007.180'918'475;
constexpr double kE2 = 0.006'694'379'990'141'316;  // first eccentricity squared, WGS84
constexpr double kRadians = std::numbers::pi / 180;

// Latitude on the sphere of the same surface, radians (series of Snyder 3-18, good to 1e-9 rad).
double AuthalicLatitude(double lat_degrees) {
  const double phi = lat_degrees * kRadians;
  constexpr double kE4 = kE2 * kE2, kE6 = kE4 * kE2;
  return phi - (kE2 / 3 + 31 * kE4 / 180 + 59 * kE6 / 560) * std::sin(2 * phi) +
         (17 * kE4 / 360 + 61 * kE6 / 1260) * std::sin(4 * phi) -
         383 * kE6 / 45360 * std::sin(6 * phi);
}

// Integral of sin(latitude) along an edge that is straight in (longitude, latitude), per radian of
// longitude.
double MeanSine(double beta1, double beta2) {
  const double half = (beta2 - beta1) / 2;
  const double middle = std::sin((beta1 + beta2) / 2);
  return std::abs(half) < 1e-8 ? middle : middle * std::sin(half) / half;
}

double RingSurfaceM2(const Ring& ring) {
  double sum = 0;
  for (size_t i = 0; i + 1 < ring.size(); ++i) {
    const double beta1 = AuthalicLatitude(ring[i].lat);
    const double beta2 = AuthalicLatitude(ring[i + 1].lat);
    sum += (ring[i + 1].lon - ring[i].lon) * kRadians * MeanSine(beta1, beta2);
  }
  return std::abs(sum) * kAuthalicRadiusM * kAuthalicRadiusM;
}

double PolygonSurfaceM2(const Polygon& polygon) {
  double sum = RingSurfaceM2(polygon.outer);
  for (const Ring& hole : polygon.holes) sum -= RingSurfaceM2(hole);
  return std::max(sum, 0.0);
}

enum class Side { kOut, kOn, kIn };

Side SideOf(const Ring& ring, LonLat p) {
  bool in = false;
  for (size_t i = 0; i + 1 < ring.size(); ++i) {
    const LonLat a = ring[i], b = ring[i + 1];
    const double cross = (b.lon - a.lon) * (p.lat - a.lat) - (b.lat - a.lat) * (p.lon - a.lon);
    if (cross == 0 && p.lon >= std::min(a.lon, b.lon) && p.lon <= std::max(a.lon, b.lon) &&
        p.lat >= std::min(a.lat, b.lat) && p.lat <= std::max(a.lat, b.lat)) {
      return Side::kOn;
    }
    if ((a.lat > p.lat) != (b.lat > p.lat) && (cross > 0) == (b.lat > a.lat)) in = !in;
  }
  return in ? Side::kIn : Side::kOut;
}

struct Edge {
  LonLat a, b;
  double west() const { return std::min(a.lon, b.lon); }
  double east() const { return std::max(a.lon, b.lon); }
};

// > 0: c lies to the left of a→b.
double Turn(LonLat a, LonLat b, LonLat c) {
  return (b.lon - a.lon) * (c.lat - a.lat) - (b.lat - a.lat) * (c.lon - a.lon);
}

bool Cross(const Edge& e, const Edge& f) {
  const auto opposite = [](double x, double y) { return (x > 0 && y < 0) || (x < 0 && y > 0); };
  return opposite(Turn(e.a, e.b, f.a), Turn(e.a, e.b, f.b)) &&
         opposite(Turn(f.a, f.b, e.a), Turn(f.a, f.b, e.b));
}

std::vector<Edge> EdgesOf(const Polygon& polygon) {
  std::vector<Edge> edges;
  const auto add = [&](const Ring& ring) {
    for (size_t i = 0; i + 1 < ring.size(); ++i) edges.push_back({ring[i], ring[i + 1]});
  };
  add(polygon.outer);
  for (const Ring& hole : polygon.holes) add(hole);
  return edges;
}

void AddCrossings(const Ring& ring, double lat, std::vector<double>& out) {
  for (size_t i = 0; i + 1 < ring.size(); ++i) {
    const LonLat a = ring[i], b = ring[i + 1];
    if ((a.lat > lat) != (b.lat > lat))
      out.push_back(a.lon + (lat - a.lat) / (b.lat - a.lat) * (b.lon - a.lon));
  }
}

}  // namespace

Bounds BoundsOf(const AreaShape& shape) {
  Bounds b;
  for (const Polygon& polygon : shape.polygons) {
    for (const LonLat p : polygon.outer) {
      b.west = std::min(b.west, p.lon);
      b.east = std::max(b.east, p.lon);
      b.south = std::min(b.south, p.lat);
      b.north = std::max(b.north, p.lat);
    }
  }
  return b;
}

double SurfaceM2(const AreaShape& shape) {
  double sum = 0;
  for (const Polygon& polygon : shape.polygons) sum += PolygonSurfaceM2(polygon);
  return sum;
}

double EqualAreaRadiusM(double surface_m2) {
  return std::round(std::sqrt(surface_m2 / std::numbers::pi) * 100) / 100;
}

bool Covers(const AreaShape& shape, LonLat point) {
  for (const Polygon& polygon : shape.polygons) {
    const Side outer = SideOf(polygon.outer, point);
    if (outer == Side::kOn) return true;
    if (outer == Side::kOut) continue;
    const bool in_hole =
        std::any_of(polygon.holes.begin(), polygon.holes.end(),
                    [&](const Ring& hole) { return SideOf(hole, point) == Side::kIn; });
    if (!in_hole) return true;
  }
  return false;
}

std::optional<LonLat> Crossing(const AreaShape& shape) {
  for (const Polygon& polygon : shape.polygons) {
    std::vector<Edge> edges = EdgesOf(polygon);
    std::sort(edges.begin(), edges.end(),
              [](const Edge& x, const Edge& y) { return x.west() < y.west(); });
    for (size_t i = 0; i < edges.size(); ++i) {
      for (size_t j = i + 1; j < edges.size() && edges[j].west() <= edges[i].east(); ++j) {
        if (!Cross(edges[i], edges[j])) continue;
        const double before = Turn(edges[j].a, edges[j].b, edges[i].a);
        const double after = Turn(edges[j].a, edges[j].b, edges[i].b);
        const double share = before / (before - after);
        return LonLat{edges[i].a.lon + share * (edges[i].b.lon - edges[i].a.lon),
                      edges[i].a.lat + share * (edges[i].b.lat - edges[i].a.lat)};
      }
    }
  }
  return std::nullopt;
}

std::vector<InteriorPoint> InteriorPoints(const AreaShape& shape, int lines) {
  const Bounds b = BoundsOf(shape);
  std::vector<InteriorPoint> points;
  double sum = 0;
  for (int line = 0; line < lines; ++line) {
    // A little off the even fractions, on which the corners of drawn shapes like to lie.
    const double lat = b.south + (line + 0.487) / lines * (b.north - b.south);
    std::vector<double> lons;
    for (const Polygon& polygon : shape.polygons) {
      AddCrossings(polygon.outer, lat, lons);
      for (const Ring& hole : polygon.holes) AddCrossings(hole, lat, lons);
    }
    std::sort(lons.begin(), lons.end());
    for (size_t i = 0; i + 1 < lons.size(); i += 2) {
      points.push_back({{(lons[i] + lons[i + 1]) / 2, lat}, lons[i + 1] - lons[i]});
      sum += points.back().share;
    }
  }
  for (InteriorPoint& p : points) p.share = sum > 0 ? p.share / sum : 0;
  return points;
}

}  // namespace lagesbild::intake
