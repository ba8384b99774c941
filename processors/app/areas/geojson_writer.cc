#include "app/areas/geojson_writer.h"

#include <cmath>

#include "base/json_writer.h"

namespace lagesbild::app {
namespace {

void WriteRing(const intake::Ring& ring, JsonWriter& json) {
  json.BeginArray();
  for (const intake::LonLat p : ring) {
    json.BeginArray().Double(RoundedDegree(p.lon)).Double(RoundedDegree(p.lat)).EndArray();
  }
  json.EndArray();
}

void WritePolygon(const intake::Polygon& polygon, JsonWriter& json) {
  json.BeginArray();
  WriteRing(polygon.outer, json);
  for (const intake::Ring& hole : polygon.holes) WriteRing(hole, json);
  json.EndArray();
}

void WriteFeature(const NamedShape& area, JsonWriter& json) {
  json.BeginObject().Key("type").String("Feature").Key("properties").BeginObject();
  json.Key("id").String(area.id).Key("name").String(area.name).Key("level").String(area.level);
  if (!area.parent.empty()) json.Key("parent").String(area.parent);
  json.EndObject().Key("geometry").BeginObject();
  const std::vector<intake::Polygon>& polygons = area.shape.polygons;
  json.Key("type").String(polygons.size() == 1 ? "Polygon" : "MultiPolygon").Key("coordinates");
  if (polygons.size() == 1) {
    WritePolygon(polygons[0], json);
  } else {
    json.BeginArray();
    for (const intake::Polygon& polygon : polygons) WritePolygon(polygon, json);
    json.EndArray();
  }
  json.EndObject().EndObject();
}

}  // namespace

double RoundedDegree(double degree) { return std::round(degree * 1e7) / 1e7; }

std::string ToGeoJson(const std::vector<NamedShape>& areas) {
  std::string text = "{\"type\":\"FeatureCollection\",\"features\":[";
  for (const NamedShape& area : areas) {
    text += &area == areas.data() ? "\n" : ",\n";
    JsonWriter json(text);
    WriteFeature(area, json);
  }
  return text + "\n]}\n";
}

}  // namespace lagesbild::app
