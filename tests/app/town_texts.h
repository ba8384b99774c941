// A small configuration as texts: one borough of two square districts.
#pragma once

#include <map>
#include <string>

namespace lagesbild::app {

inline const std::map<std::string, std::string>& TownFiles() {
  static const auto& files = *new std::map<std::string, std::string>{
      {"lagesbild.yaml",
       "group: town\n"
       "areas: {file: areas.geojson, picture_level: borough}\n"
       "classes: {file: classes.yaml}\n"
       "sources: {file: sources.yaml}\n"
       "rules: {file: rules.yaml}\n"
       "windows: [1h, 24h, 7d]\n"
       "time_zone: Europe/Stockholm\n"
       "tips: {per_day: 5}\n"
       "grace: 7d\n"},
      {"classes.yaml",
       "version: 3\n"
       "families:\n"
       "  violence: {}\n"
       "  grave: {parent: violence}\n"
       "  other: {}\n"
       "classes:\n"
       "  shooting: {family: grave, grave: true, merge: {minutes: 30, metres: 150}}\n"
       "  assault: {family: violence, merge: {minutes: 30, metres: 150}}\n"
       "  other: {family: other, merge: {minutes: 0, metres: 0}}\n"},
      {"sources.yaml",
       "version: 2\n"
       "sources:\n"
       "  - {org: polisen, kind: police, expected_gap: 6h, feeds: [violence]}\n"
       "  - {org: vakt, kind: guard}\n"
       "  - {org: tips, kind: public}\n"},
      {"rules.yaml",
       "version: 5\n"
       "rules:\n"
       "  - id: single\n"
       "    type: single\n"
       "    of: {class: shooting}\n"
       "    severity: severe\n"
       "  - id: many\n"
       "    type: count\n"
       "    of: {family: violence}\n"
       "    level: district\n"
       "    window: 24h\n"
       "    enter: 3\n"
       "    exit: 1\n"},
      {"areas.geojson",
       R"({"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"id":"b","name":"Borough","level":"borough"},
 "geometry":{"type":"Polygon","coordinates":[[[17.8,59.3],[17.9,59.3],[17.9,59.4],[17.8,59.4],[17.8,59.3]]]}},
{"type":"Feature","properties":{"id":"w","name":"West","level":"district","parent":"b"},
 "geometry":{"type":"Polygon","coordinates":[[[17.8,59.3],[17.85,59.3],[17.85,59.4],[17.8,59.4],[17.8,59.3]]]}},
{"type":"Feature","properties":{"id":"e","name":"East","level":"district"},
 "geometry":{"type":"Polygon","coordinates":[[[17.85,59.3],[17.9,59.3],[17.9,59.4],[17.85,59.4],[17.85,59.3]]]}}
]})"},
  };
  return files;
}

}  // namespace lagesbild::app
