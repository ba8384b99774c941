// Areas as GeoJSON text, in the form that lagesbild.yaml reads without a mapping: id, name, level,
// parent. One feature a line; coordinates with seven decimals (a centimetre). Pure; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "intake/area_index.h"

namespace lagesbild::app {

struct NamedShape {
  std::string id, name, level;
  std::string parent;  // id; empty: none
  intake::AreaShape shape;
};

std::string ToGeoJson(const std::vector<NamedShape>& areas);

// To seven decimals, as it will be written; so that what is checked is what is read back.
double RoundedDegree(double degree);

}  // namespace lagesbild::app
