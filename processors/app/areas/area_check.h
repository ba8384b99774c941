// CheckAreas: what is wrong with a set of areas beyond what LoadConfig refuses: shapes that cross
// themselves, areas that overlap, holes in the coverage, areas at the wrong level or in the wrong
// place.
//
// In: linked areas; out: problems (a person must act), warnings (a person should look), a summary a
// level. Limits: overlap and coverage 1 % (of the smaller area, of the parent). Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "app/areas/areas_file.h"

namespace lagesbild::app {

struct LevelSummary {
  std::string level;
  int areas = 0;
  double km2 = 0, km2_min = 0, km2_max = 0;
};

struct AreaFindings {
  std::vector<std::string> problems, warnings;
  std::vector<LevelSummary> levels;  // coarsest first
};

// `time_zone` is that of the place: it tells longitude from latitude where the numbers alone
// cannot.
AreaFindings CheckAreas(const LinkedAreas& linked, const std::string& time_zone);

}  // namespace lagesbild::app
