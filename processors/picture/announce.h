// Announce: alert transitions and aggregates as the JSON that coordinators and dashboards read.
// The order of the fields is that of the contract; the same value gives the same bytes everywhere.
#pragma once

#include <string>
#include <string_view>

#include "base/dead_letter.h"
#include "picture/outputs.h"

namespace lagesbild::picture {

std::string_view StateName(AlertState state);         // "open", …
std::string_view CertaintyName(Certainty certainty);  // "possible", …
std::string_view CompletenessName(Completeness completeness);

std::string AlertJson(const AlertTransition& transition);
std::string AggregateJson(const Aggregate& aggregate);

}  // namespace lagesbild::picture
