// Reads the shapes and one property of a GeoJSON file, for tests and benchmarks on the public data
// in ../shared/data (which is not part of this repository: callers skip, aloud, what they cannot
// read).
#pragma once

#include <simdjson.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "intake/area_index.h"

namespace lagesbild::test {

struct NamedShape {
  std::string name;    // of the property asked for
  std::string parent;  // likewise; empty: none
  intake::AreaShape shape;
};

inline intake::Polygon ReadPolygon(simdjson::dom::array rings) {
  intake::Polygon polygon;
  bool outer = true;
  for (const simdjson::dom::array ring : rings) {
    intake::Ring& to = outer ? polygon.outer : polygon.holes.emplace_back();
    for (const simdjson::dom::array point : ring)
      to.push_back({double(point.at(0)), double(point.at(1))});
    outer = false;
  }
  return polygon;
}

// nullopt: no such file.
inline std::optional<std::vector<NamedShape>> ReadShapes(const std::string& path,
                                                         std::string_view name,
                                                         std::string_view parent = "") {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.load(path).get(root) != simdjson::SUCCESS) return std::nullopt;
  std::vector<NamedShape> shapes;
  for (const simdjson::dom::element feature : simdjson::dom::array(root["features"])) {
    NamedShape& s = shapes.emplace_back();
    s.name = std::string(std::string_view(feature["properties"][name]));
    if (!parent.empty()) s.parent = std::string(std::string_view(feature["properties"][parent]));
    const simdjson::dom::element geometry = feature["geometry"];
    const simdjson::dom::array coordinates = geometry["coordinates"];
    if (std::string_view(geometry["type"]) == "Polygon") {
      s.shape.polygons.push_back(ReadPolygon(coordinates));
    } else {
      for (const simdjson::dom::array polygon : coordinates)
        s.shape.polygons.push_back(ReadPolygon(polygon));
    }
  }
  return shapes;
}

}  // namespace lagesbild::test
