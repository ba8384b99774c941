// The town's configuration: the files that `lagesbild demo` runs on and that `feed town --config
// DIR` writes. Thresholds are the defaults of domain.md §7. Pure.
#pragma once

#include <string>
#include <vector>

#include "feeds/town_map.h"

namespace lagesbild::feeds {

struct TownFile {
  std::string name;  // "lagesbild.yaml" names the others, all beside it
  std::string content;
};

// lagesbild.yaml, areas.geojson, classes.yaml, sources.yaml, rules.yaml.
std::vector<TownFile> TownConfiguration(const TownMap& map);

}  // namespace lagesbild::feeds
