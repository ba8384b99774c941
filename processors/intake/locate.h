// Locate: the area in which a checked report counts. Pure.
// Source of the rule: contract, Report ("a point counts in the deepest area that contains it and
// whose equal-area radius is at least precision_m …; indoor_dwelling: in the picture only").
#pragma once

#include "base/settings.h"
#include "intake/area_index.h"
#include "intake/validate.h"

namespace lagesbild::intake {

// Index of the area; -1: no area holds the point at that precision.
int Locate(const Settings& settings, const AreaIndex& areas, const CheckedReport& report);

}  // namespace lagesbild::intake
