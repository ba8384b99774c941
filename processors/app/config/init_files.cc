#include "app/config/init_files.h"

#include "app/config/yaml.h"
#include "feeds/starter_classes.h"

namespace lagesbild::app {
namespace {

constexpr char kMain[] =
    R"(# Lägesbild: the configuration. Every key there is: lagesbild config schema
# Check it after each change:                       lagesbild config check --config lagesbild.yaml
group: {group}

# Each area of picture_level is one shared picture: its partners see the same counts and alerts.
areas: {file: areas.geojson, picture_level: {picture_level}}

classes: {file: classes.yaml}   # what can happen
sources: {file: sources.yaml}   # who may report
rules: {file: rules.yaml}       # what raises an alert

windows: [1h, 6h, 24h, 7d, 28d] # lengths of the rolling counts
time_zone: {time_zone}          # for the texts of alerts

# For `lagesbild run` on Kafka; replay, demo and run --embedded need none of this.
# kafka: {bootstrap.servers: "localhost:9092"}
# tips: {secret_file: tips.secret}     # any long random text: head -c 32 /dev/urandom | base64 > tips.secret
# state: {dir: /var/lib/lagesbild}
)";

constexpr char kSources[] =
    R"(# Who may report. A report from an org that is not here is refused. The kind gives the trust, never the report:
# police, rescue | transit, owner, guard, school, staff | association, business | public. Tips are always public.
# Optional: expected_gap: 6h (silent for longer, the source is blind: nothing is resolved on its silence)
#           feeds: [violence] (classes or families that its blindness touches; default: those of the alert's reports)
#           topic: incidents-polisen (believed from this topic alone)
version: 1
sources:
  - {org: polisen, kind: police, expected_gap: 6h}
  - {org: raddningen, kind: rescue}
  - {org: housing, kind: owner}
  - {org: guards, kind: guard}
  - {org: school, kind: school}
  - {org: tips, kind: public}
)";

constexpr char kRules[] =
    R"(# What raises an alert. In words: lagesbild rules check --config lagesbild.yaml --lang sv
version: 1
rules:
  # One incident of a grave class, from police or rescue, or from two kinds of source, or confirmed.
  - id: grave-single
    type: single
    of: {family: grave-violence}
    severity: severe

  # Several in one area: opens at `enter`, may clear when it has been at `exit` or less for `hold`.
  - id: violence-24h
    type: count
    of: {family: violence}
    level: {rule_level}
    window: 24h
    enter: 3
    exit: 1
    hold: 6h
    no_reraise: 24h     # rising again within it opens the same alert once more
    severity: moderate
)";

std::string Filled(std::string text, const StarterOptions& options) {
  const std::pair<const char*, const std::string*> fields[] = {
      {"{group}", &options.group},
      {"{picture_level}", &options.picture_level},
      {"{rule_level}", &options.rule_level},
      {"{time_zone}", &options.time_zone}};
  for (const auto& [field, value] : fields) {
    for (size_t at; (at = text.find(field)) != std::string::npos;) {
      text.replace(at, std::string_view(field).size(), FlowScalar(*value));
    }
  }
  return text;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> StarterFiles(const StarterOptions& options) {
  return {{"lagesbild.yaml", Filled(kMain, options)},
          {"classes.yaml", feeds::kStarterClasses},
          {"sources.yaml", kSources},
          {"rules.yaml", Filled(kRules, options)}};
}

}  // namespace lagesbild::app
