#include "feeds/town_config.h"

#include "feeds/starter_classes.h"

namespace lagesbild::feeds {
namespace {

constexpr char kMain[] =
    R"(# The demo's town. Its borders, partners and reports are made up; its rules are the defaults.
group: lagesbild-town
areas: {file: areas.geojson, picture_level: borough}
classes: {file: classes.yaml}
sources: {file: sources.yaml}
rules: {file: rules.yaml}
windows: [1h, 6h, 24h, 7d, 28d]
time_zone: Europe/Stockholm
)";

constexpr char kSources[] = R"(version: 1
sources:            # kind gives the tier; silent for longer than expected_gap, a source is blind
  - {org: polisen,         kind: police,  expected_gap: 30m}
  - {org: raddningen,      kind: rescue,  expected_gap: 30m}
  - {org: lokaltrafiken,   kind: transit, expected_gap: 1h}
  - {org: stadsbo,         kind: owner}
  - {org: vaktlaget,       kind: guard,   expected_gap: 20m, feeds: [disorder]}
  - {org: skolorna,        kind: school}
  - {org: nattvandrarna,   kind: association}
  - {org: handlarna,       kind: business}
  - {org: tipsformularet,  kind: public}
)";

constexpr char kRules[] = R"(version: 1
rules:
  - id: grave-single
    type: single
    of: {family: grave-violence}
    severity: severe
  - id: violence-24h
    type: count
    of: {family: violence}
    level: district
    window: 24h
    enter: 3
    exit: 1
    hold: 6h
    no_reraise: 24h
    severity: moderate
  - id: vehicle-fires-24h
    type: count
    of: {class: vehicle-fire}
    level: borough
    window: 24h
    enter: 3
    exit: 1
    severity: moderate
  - id: vandalism-7d
    type: count
    of: {class: vandalism}
    level: district
    window: 7d
    enter: 12
    exit: 6
    severity: minor
)";

}  // namespace

std::vector<TownFile> TownConfiguration(const TownMap& map) {
  return {{"lagesbild.yaml", kMain},
          {"areas.geojson", map.GeoJson()},
          {"classes.yaml", kStarterClasses},
          {"sources.yaml", kSources},
          {"rules.yaml", kRules}};
}

}  // namespace lagesbild::feeds
