#include "app/areas/geojson.h"

#include <simdjson.h>

#include <cmath>
#include <cstdio>

#include "app/config/text_file.h"

namespace lagesbild::app {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

constexpr size_t kFeaturesMax = 200'000;

// Empty: nothing was wrong.
using Problem = std::string;

Problem ReadRing(element from, intake::Ring& ring) {
  simdjson::dom::array positions;
  if (from.get(positions) != simdjson::SUCCESS)
    return "coordinates: a ring must be a list of positions";
  for (const element position : positions) {
    simdjson::dom::array numbers;
    intake::LonLat p;
    if (position.get(numbers) != simdjson::SUCCESS || numbers.size() < 2 ||
        numbers.at(0).get(p.lon) != simdjson::SUCCESS ||
        numbers.at(1).get(p.lat) != simdjson::SUCCESS) {
      return "coordinates: a position must be [longitude, latitude]";
    }
    if (std::abs(p.lon) > 180 || std::abs(p.lat) > 90) {
      char text[128];
      std::snprintf(text, sizeof text, "[%g, %g]", p.lon, p.lat);
      const bool swapped = std::abs(p.lon) <= 90 && std::abs(p.lat) <= 180;
      return "coordinates: " + std::string(text) +
             " is no longitude and latitude in WGS84 degrees; " +
             (swapped ? "longitude and latitude look swapped"
                      : "it looks projected (SWEREF 99 TM?): convert to EPSG:4326");
    }
    ring.push_back(p);
  }
  if (ring.size() < 4) return "coordinates: a ring needs at least 4 positions";
  if (ring.front().lon != ring.back().lon || ring.front().lat != ring.back().lat) {
    return "coordinates: a ring must end where it began";
  }
  return "";
}

Problem ReadPolygon(element from, intake::AreaShape& shape) {
  simdjson::dom::array rings;
  if (from.get(rings) != simdjson::SUCCESS || rings.size() == 0)
    return "coordinates: a polygon must be a list of rings";
  intake::Polygon& polygon = shape.polygons.emplace_back();
  bool outer = true;
  for (const element ring : rings) {
    if (Problem p = ReadRing(ring, outer ? polygon.outer : polygon.holes.emplace_back());
        !p.empty())
      return p;
    outer = false;
  }
  return "";
}

Problem ReadGeometry(element feature, intake::AreaShape& shape) {
  element geometry, coordinates;
  std::string_view type;
  if (feature["geometry"].get(geometry) != simdjson::SUCCESS ||
      geometry["type"].get(type) != simdjson::SUCCESS ||
      geometry["coordinates"].get(coordinates) != simdjson::SUCCESS) {
    return "no geometry; a Polygon or MultiPolygon is needed";
  }
  if (type == "Polygon") return ReadPolygon(coordinates, shape);
  if (type != "MultiPolygon") {
    return "geometry is a " + std::string(type.substr(0, 32)) +
           "; a Polygon or MultiPolygon is needed";
  }
  simdjson::dom::array polygons;
  if (coordinates.get(polygons) != simdjson::SUCCESS || polygons.size() == 0) {
    return "coordinates: a MultiPolygon must be a list of polygons";
  }
  for (const element polygon : polygons) {
    if (Problem p = ReadPolygon(polygon, shape); !p.empty()) return p;
  }
  return "";
}

// Numbers as they are written (138, not 138.0), so that they can be ids.
bool ScalarText(element value, std::string& text) {
  switch (value.type()) {
    case element_type::STRING:
      text = std::string(value.get_string().value_unsafe());
      return true;
    case element_type::INT64:
    case element_type::UINT64:
    case element_type::DOUBLE:
    case element_type::BOOL:
      text = simdjson::minify(value);
      if (text.ends_with(".0")) text.resize(text.size() - 2);
      return true;
    default:
      return false;
  }
}

void ReadProperties(element feature, std::map<std::string, std::string>& out) {
  std::string text;
  simdjson::dom::object properties;
  if (feature["properties"].get(properties) == simdjson::SUCCESS) {
    for (const auto field : properties) {
      if (ScalarText(field.value, text)) out.emplace(std::string(field.key), text);
    }
  }
  element id;
  if (feature["id"].get(id) == simdjson::SUCCESS && ScalarText(id, text)) out.emplace("id", text);
}

// GeoJSON of before RFC 7946 could name a reference system; what is not WGS84 in degrees is
// refused.
Problem CheckCrs(element root) {
  element crs;
  if (root["crs"].get(crs) != simdjson::SUCCESS || crs.type() == element_type::NULL_VALUE)
    return "";
  std::string_view name;
  if (crs["properties"]["name"].get(name) != simdjson::SUCCESS)
    return "crs: names no reference system; remove it";
  for (const std::string_view good :
       {"CRS84", "EPSG::4326", "EPSG:4326", "EPSG::4258", "EPSG:4258", "WGS84", "WGS 84"}) {
    if (name.ends_with(good)) return "";
  }
  return "crs: " + std::string(name.substr(0, 64)) +
         " is not WGS84; convert to EPSG:4326 (as RFC 7946 has it)";
}

}  // namespace

GeoJsonFile ReadGeoJson(const std::string& path, const Where& named_at, Diagnostics& diagnostics,
                        std::vector<Feature>& out) {
  const StatusOr<std::string> text = ReadTextFile(path);
  if (!text.ok()) {
    diagnostics.Error(named_at, Message(text.status()));
    return GeoJsonFile::kUnreadable;
  }
  const Where file{path, 0};
  simdjson::dom::parser parser;
  element root;
  if (const auto error = parser.parse(*text).get(root); error != simdjson::SUCCESS) {
    diagnostics.Error(file, std::string("not JSON: ") + simdjson::error_message(error));
    return GeoJsonFile::kUnreadable;
  }
  simdjson::dom::array features;
  if (root["features"].get(features) != simdjson::SUCCESS) {
    diagnostics.Error(file, "not a GeoJSON FeatureCollection");
    return GeoJsonFile::kUnreadable;
  }
  if (const Problem p = CheckCrs(root); !p.empty()) {
    diagnostics.Error(file, p);
    return GeoJsonFile::kOtherReference;
  }
  int number = 0;
  for (const element from : features) {
    Feature feature;
    feature.number = ++number;
    if (out.size() >= kFeaturesMax) {
      diagnostics.Error(file, "more than " + std::to_string(kFeaturesMax) + " features");
      return GeoJsonFile::kUnreadable;
    }
    ReadProperties(from, feature.properties);
    feature.problem = ReadGeometry(from, feature.shape);
    out.push_back(std::move(feature));
  }
  return GeoJsonFile::kRead;
}

}  // namespace lagesbild::app
