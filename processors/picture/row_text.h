// Row text: the stored rows of a fold as names and JSON that a person reads.
//
// For `lagesbild state` and for saying where two states differ (audit). Names are made of the words
// of the code and of the row's own key:
//   header                                       clock
//   configuration                                the settings in force
//   source/ORG                                   minute in which it was last heard of
//   command/PICTURE/ID                           taken; until when that is remembered
//   marker/TOPIC/ORG/ID                          a revision known to be superseded
//   picture/P/alert/ID                           an alert; pending/RULE/AREA: a count that waits
//   picture/P/series/AREA/OF/HOUR                an hour of a series; …/HOUR/unlocated. OF:
//                                                class/NAME, family/NAME, all
//   picture/P/organisations, silences            as they say
//   picture/P/sequence/AREA                      of the area's last aggregate
//   picture/P/reports/CHUNK                      a chunk; its reports are CHUNK/TOPIC/ORG/ID
// TOPIC is "incidents" or "tips". A reporter's hash is never shown. Pure functions.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/status.h"

namespace lagesbild::picture {

// The name of a row of the fold. A key that is none of ours: "unknown/" and its bytes in hex.
std::string RowName(std::string_view key);

// The value as one JSON value. DataLoss: it cannot be read.
StatusOr<std::string> RowJson(std::string_view key, std::string_view value);

// Calls `sink` with name and JSON of each thing that the row tells: the row itself; of a report
// chunk each report, "null" for one that is gone, under its name without the chunk:
// picture/P/report/TOPIC/ORG/ID. DataLoss: it cannot be read.
using ItemSink = std::function<void(std::string name, std::string json)>;
Status ForEachItem(std::string_view key, std::string_view value, const ItemSink& sink);

}  // namespace lagesbild::picture
