#include "feeds/town_config.h"

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

constexpr char kClasses[] = R"(version: 1
families:
  violence: {}
  grave-violence: {parent: violence}
  property: {}
  disorder: {}
  fire: {}
  other: {}
classes:            # merge: two reports may describe one incident within this distance and time; 0 is never
  shooting:          {family: grave-violence, grave: true, merge: {minutes: 30, metres: 150}}
  explosion:         {family: grave-violence, grave: true, merge: {minutes: 30, metres: 150}}
  homicide:          {family: grave-violence, grave: true, merge: {minutes: 120, metres: 150}}
  assault:           {family: violence, merge: {minutes: 30, metres: 150}}
  knife-fight:       {family: violence, merge: {minutes: 30, metres: 150}}
  robbery:           {family: violence, merge: {minutes: 30, metres: 150}}
  threat:            {family: violence, merge: {minutes: 30, metres: 50}}
  vandalism:         {family: property, merge: {minutes: 0, metres: 0}}
  burglary-dwelling: {family: property, merge: {minutes: 0, metres: 0}}
  burglary-storage:  {family: property, merge: {minutes: 0, metres: 0}}
  theft:             {family: property, merge: {minutes: 0, metres: 0}}
  disturbance:       {family: disorder, merge: {minutes: 60, metres: 150}}
  drugs:             {family: disorder, merge: {minutes: 60, metres: 50}}
  arson:             {family: fire, merge: {minutes: 60, metres: 150}}
  vehicle-fire:      {family: fire, merge: {minutes: 60, metres: 150}}
  other:             {family: other, merge: {minutes: 0, metres: 0}}
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
          {"classes.yaml", kClasses},
          {"sources.yaml", kSources},
          {"rules.yaml", kRules}};
}

}  // namespace lagesbild::feeds
