// Areas: from GeoJSON layers to the list of Area and their shapes.
//
// In: the layers of the configuration. Out: areas in the order of the files, linked to their
// parents, with the radius of the circle of the same surface; shapes parallel to them. A missing
// parent is the area of the next coarser level (the nearest that has one) that holds a point
// inside; levels are ordered by the mean surface of their areas. Source of the rule: contract,
// Files here. Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "app/areas/geojson.h"
#include "app/config/config.h"
#include "app/config/diagnostics.h"
#include "base/settings.h"
#include "intake/area_index.h"

namespace lagesbild::app {

// A feature as an area, not linked yet.
struct RawArea {
  std::string id, name, level;
  std::string
      parent;  // as written: an id, or the name of an area of a coarser level; empty: not given
  intake::AreaShape shape;
  double surface_m2 = 0;
  Where where;  // "areas.geojson: feature 3 (hv-22501)"
};

struct LinkedAreas {
  std::vector<Area> areas;
  std::vector<intake::AreaShape> shapes;
  std::vector<double> surfaces_m2;
  std::vector<std::string> levels;  // coarsest first
};

// Reads one layer; what is wrong (no id, bad geometry, …) is reported and left out.
void ReadAreaLayer(const LayerConfig& layer, const std::string& config_file,
                   Diagnostics& diagnostics, std::vector<RawArea>& out);

// The same from features that have been read; layer.file names them in errors.
void AreasFromFeatures(std::vector<Feature> features, const LayerConfig& layer,
                       const Where& named_at, Diagnostics& diagnostics, std::vector<RawArea>& out);

// Finds parents and levels. Duplicate ids, unknown parents, parents of the same or a finer level,
// cycles are reported.
LinkedAreas LinkAreas(std::vector<RawArea> raw, Diagnostics& diagnostics);

// The levels of `raw`, coarsest first.
std::vector<std::string> LevelsOf(const std::vector<RawArea>& raw);

}  // namespace lagesbild::app
