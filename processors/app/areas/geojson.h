// GeoJSON: the features of one file, polygons and scalar properties only. The only file that
// includes simdjson here is geojson.cc. In: a path; out: features, each with what is wrong with it;
// what is wrong with the file goes to Diagnostics. RFC 7946, coordinates WGS84. Thread-safe.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "app/config/diagnostics.h"
#include "intake/area_index.h"

namespace lagesbild::app {

struct Feature {
  int number = 0;  // from 1, as it stands in the file
  std::map<std::string, std::string>
      properties;  // scalars as text; null and nested ones are left out
  intake::AreaShape shape;
  std::string problem;  // what is wrong with its geometry; empty: nothing
};

enum class GeoJsonFile : uint8_t {
  kRead,
  kUnreadable,      // not there, or not GeoJSON
  kOtherReference,  // names a reference system that is not WGS84; nothing of it is read
};

// `named_at`: what to blame when the file does not exist. All but kRead are reported.
GeoJsonFile ReadGeoJson(const std::string& path, const Where& named_at, Diagnostics& diagnostics,
                        std::vector<Feature>& out);

}  // namespace lagesbild::app
