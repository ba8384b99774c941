#include "intake/area_overlay.h"

#include <boost/geometry/algorithms/correct.hpp>
#include <boost/geometry/algorithms/intersection.hpp>
#include <boost/geometry/algorithms/is_valid.hpp>
#include <boost/geometry/geometries/multi_polygon.hpp>
#include <boost/geometry/geometries/point_xy.hpp>
#include <boost/geometry/geometries/polygon.hpp>
#include <cstdio>

namespace lagesbild::intake {
namespace {

namespace bg = boost::geometry;
using BoostPoint = bg::model::d2::point_xy<double>;
using BoostPolygon = bg::model::polygon<BoostPoint>;
using BoostShape = bg::model::multi_polygon<BoostPolygon>;

void FromRing(const Ring& from, BoostPolygon::ring_type& to) {
  to.reserve(from.size());
  for (const LonLat p : from) to.emplace_back(p.lon, p.lat);
}

BoostShape ToBoost(const AreaShape& shape) {
  BoostShape out;
  for (const Polygon& polygon : shape.polygons) {
    BoostPolygon& to = out.emplace_back();
    FromRing(polygon.outer, to.outer());
    for (const Ring& hole : polygon.holes) {
      // Unions of drawn borders leave holes that are a line; they take nothing away.
      if (SurfaceM2({{{hole, {}}}}) > 0) FromRing(hole, to.inners().emplace_back());
    }
  }
  bg::correct(out);  // the direction of the rings says nothing in GeoJSON of before RFC 7946
  return out;
}

void ToRing(const BoostPolygon::ring_type& from, Ring& to) {
  to.reserve(from.size());
  for (const BoostPoint& p : from) to.push_back({p.x(), p.y()});
}

AreaShape FromBoost(const BoostShape& shape) {
  AreaShape out;
  for (const BoostPolygon& polygon : shape) {
    Polygon& to = out.polygons.emplace_back();
    ToRing(polygon.outer(), to.outer);
    for (const auto& hole : polygon.inners()) ToRing(hole, to.holes.emplace_back());
  }
  return out;
}

const char* Words(bg::validity_failure_type failure) {
  switch (failure) {
    case bg::failure_self_intersections:
      return "the outline touches itself";
    case bg::failure_spikes:
      return "the outline has a spike";
    case bg::failure_interior_rings_outside:
      return "a hole lies outside its outline";
    case bg::failure_nested_interior_rings:
      return "a hole lies in a hole";
    case bg::failure_disconnected_interior:
      return "the holes cut the area in two";
    case bg::failure_intersecting_interiors:
      return "two of its polygons overlap";
    default:
      return "the outline is not sound";
  }
}

std::string Place(double lon, double lat) {
  char out[64];
  std::snprintf(out, sizeof out, " at %.6f, %.6f", lon, lat);
  return out;
}

// Boost's text ends with "… (lon, lat) …" where it knows a place; the first point in it.
std::string PlaceIn(const std::string& text) {
  const size_t open = text.rfind('(');
  double lon = 0, lat = 0;
  if (open == std::string::npos || std::sscanf(text.c_str() + open, "(%lf, %lf)", &lon, &lat) != 2)
    return "";
  return Place(lon, lat);
}

}  // namespace

ShapeFinding CheckShape(const AreaShape& shape) {
  if (SurfaceM2(shape) <= 0)
    return {Soundness::kUnsound, "the outline crosses itself or has no surface"};
  if (const auto at = Crossing(shape))
    return {Soundness::kUnsound, "the outline crosses itself" + Place(at->lon, at->lat)};
  const BoostShape boost = ToBoost(shape);
  bg::validity_failure_type failure = bg::no_failure;
  if (bg::is_valid(boost, failure)) return {};
  std::string text;
  bg::is_valid(boost, text);
  const bool touches = failure == bg::failure_self_intersections || failure == bg::failure_spikes ||
                       failure == bg::failure_disconnected_interior;
  return {touches ? Soundness::kTouches : Soundness::kUnsound, Words(failure) + PlaceIn(text)};
}

AreaShape Intersection(const AreaShape& a, const AreaShape& b) {
  BoostShape out;
  try {
    bg::intersection(ToBoost(a), ToBoost(b), out);
  } catch (const bg::exception&) {  // overlay_invalid_input: not sound after all
    return {};
  }
  return FromBoost(out);
}

}  // namespace lagesbild::intake
