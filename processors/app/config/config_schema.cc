#include "app/config/config_schema.h"

#include <algorithm>
#include <vector>

#include "app/config/config_keys.h"
#include "base/json_writer.h"
#include "base/kind.h"
#include "base/time.h"

namespace lagesbild::app {
namespace {

std::string BytesText(int64_t bytes) {
  if (bytes >= int64_t{1} << 30) return std::to_string(bytes >> 30) + "GiB";
  return bytes >= 1 << 20 ? std::to_string(bytes >> 20) + "MiB"
                          : std::to_string(bytes >> 10) + "KiB";
}

// What may stand there: "duration, 10ms to 1h".
std::string Allowed(const KeySpec& spec) {
  switch (spec.type) {
    case ValueType::kText:
      return "text";
    case ValueType::kPath:
      return "path";
    case ValueType::kDuration:
      return "duration (ms, s, m, h, d), " + FormatDurationMs(spec.min) + " to " +
             FormatDurationMs(spec.max);
    case ValueType::kDurations:
      return "list of durations (m, h, d), " + FormatDurationMs(spec.min) + " to " +
             FormatDurationMs(spec.max);
    case ValueType::kBytes:
      return "size (KiB, MiB, GiB), " + BytesText(spec.min) + " to " + BytesText(spec.max);
    case ValueType::kInteger:
      return "whole number, " + std::to_string(spec.min) + " to " + std::to_string(spec.max);
    case ValueType::kChoice:
      return std::string(spec.choices);
    case ValueType::kAddress:
      return "host:port or off";
    case ValueType::kTimeZone:
      return "IANA time zone";
    case ValueType::kProperties:
      return "map of librdkafka properties";
    case ValueType::kLayers:
      return "list of maps";
  }
  return "";
}

void Describe(const KeySpec& spec, const std::string& indent, std::string& out) {
  out += indent + "# " + std::string(spec.help) + "\n";
  const bool map = spec.type == ValueType::kProperties;
  out +=
      indent + "# " + Allowed(spec) + " · " + spec.variable() + (map ? "__<PROPERTY>" : "") + "\n";
  const std::string value = map ? "{}" : std::string(spec.fallback);
  out += indent + (value.empty() ? "# " : "") + std::string(spec.key) + ":" +
         (value.empty() ? "" : " " + value) + "\n";
}

std::string Kinds() {
  std::string names;
  for (int kind = 1; kind < kKindCount; ++kind) {
    names += (kind == 1 ? "" : " | ") + std::string(KindName(static_cast<Kind>(kind)));
  }
  return names;
}

constexpr char kHead[] =
    "# lagesbild.yaml: every key, with its default. Unknown keys are errors. Durations are a whole "
    "number and a unit\n"
    "# (\"5m\"), secrets are given as files only. Beside each key: what is allowed, and the "
    "variable that overrides it;\n"
    "# a flag (--set KEY=VALUE) overrides both. Relative paths: from the file's folder; in "
    "variables and flags from the\n"
    "# working directory.\n";

constexpr char kLayersHelp[] =
    "  # Instead of `file`, several files or other property names:\n"
    "  # layers:\n"
    "  #   - level: municipality       # of all its areas; without it, the property `level` of "
    "each\n"
    "  #     file: kommuner.geojson    # Polygon or MultiPolygon, WGS84 longitude/latitude\n"
    "  #     id: [code, id]            # property, or the first that is there of several (default: "
    "id)\n"
    "  #     name: kom_namn            # default: name\n"
    "  #     parent: lan_code          # id (or name) of an area of a coarser level; missing: "
    "found by containment\n"
    "  #     where: {country: SE}      # only features with these properties\n";

constexpr char kClasses[] =
    "\n# --- classes.yaml\n"
    "# version: 1               # raise it with every change\n"
    "# families:\n"
    "#   violence: {}\n"
    "#   grave-violence: {parent: violence}\n"
    "# classes:\n"
    "#   shooting:\n"
    "#     family: grave-violence\n"
    "#     grave: true          # a rule of type single looks at grave classes only (default: "
    "false)\n"
    "#     merge: {minutes: 30, metres: 150}   # two reports may describe one incident; 0 and 0 "
    "(default): never\n";

constexpr char kRules[] =
    "\n# --- rules.yaml\n"
    "# version: 1\n"
    "# rules:\n"
    "#   - id: grave-single\n"
    "#     type: single         # one trusted incident of a grave class\n"
    "#     of: {family: grave-violence}        # {family: …} | {class: …} | all\n"
    "#     severity: severe     # minor | moderate | severe | extreme (default: moderate)\n"
    "#     hold: 6h             # resolved when so long nothing has changed\n"
    "#     no_reraise: 24h      # rising again within it opens the same alert, generation + 1\n"
    "#     max_age: 24h         # an incident older than this opens nothing\n"
    "#   - id: violence-24h\n"
    "#     type: count          # incidents in a rolling window, an area of a level at a time\n"
    "#     of: {family: violence}\n"
    "#     level: district      # the picture's level or a finer one\n"
    "#     window: 24h          # one of `windows`\n"
    "#     enter: 3             # opens at this count or more\n"
    "#     exit: 1              # may clear at this count or less; below enter\n"
    "#     for: 0s              # the count must have stood for this long\n"
    "#     hold: 6h\n"
    "#     no_reraise: 24h\n"
    "#     severity: moderate\n";

std::string SourcesHelp() {
  return "\n# --- sources.yaml\n"
         "# version: 1\n"
         "# sources:\n"
         "#   - org: polisen          # as reports name it; A-Z a-z 0-9 . _ : -\n"
         "#     kind: police          # " +
         Kinds() +
         "\n"
         "#     expected_gap: 6h      # silent for longer, the source is blind; without it never\n"
         "#     topic: incidents-polisen   # believed from this topic alone (short name)\n"
         "#     feeds: [violence]     # classes or families that its blindness touches; default: "
         "those it reported\n";
}

void TypeOf(const KeySpec& spec, JsonWriter& json) {
  json.Key("description").String(std::string(spec.help) + " (" + Allowed(spec) + ")");
  switch (spec.type) {
    case ValueType::kInteger:
      json.Key("type").String("integer").Key("minimum").Int(spec.min).Key("maximum").Int(spec.max);
      break;
    case ValueType::kChoice:
      json.Key("enum").BeginArray();
      for (const std::string& choice : SplitChoices(spec.choices)) json.String(choice);
      json.EndArray();
      break;
    case ValueType::kDuration:
      json.Key("type").String("string").Key("pattern").String("^[0-9]+(ms|s|m|h|d)$");
      break;
    case ValueType::kBytes:
      json.Key("type").String("string").Key("pattern").String("^[0-9]+(B|KiB|MiB|GiB)$");
      break;
    case ValueType::kDurations:
      json.Key("type").String("array").Key("minItems").Int(1).Key("items").BeginObject();
      json.Key("type").String("string").Key("pattern").String("^[0-9]+(ms|s|m|h|d)$").EndObject();
      break;
    case ValueType::kProperties:
      json.Key("type").String("object").Key("additionalProperties").BeginObject();
      json.Key("type").Raw(R"(["string","number","boolean"])").EndObject();
      break;
    case ValueType::kLayers:
      json.Key("type")
          .String("array")
          .Key("minItems")
          .Int(1)
          .Key("items")
          .Raw(
              R"({"type":"object","additionalProperties":false,"required":["file"],"properties":{"level":{"type":"string"},)"
              R"("file":{"type":"string"},"id":{"type":["string","array"]},"name":{"type":["string","array"]},)"
              R"("parent":{"type":"string"},"where":{"type":"object"}}})");
      break;
    default:
      json.Key("type").String("string");
  }
}

void ObjectOf(std::string_view section, JsonWriter& json) {
  json.Key("type")
      .String("object")
      .Key("additionalProperties")
      .Bool(false)
      .Key("properties")
      .BeginObject();
  for (const KeySpec& spec : ConfigKeys()) {
    if (spec.section != section) continue;
    json.Key(spec.key).BeginObject();
    TypeOf(spec, json);
    json.EndObject();
  }
  if (section.empty()) {
    for (const std::string& name : KeyNames("")) {
      if (!IsSection(name)) continue;
      json.Key(name).BeginObject();
      ObjectOf(name, json);
      json.EndObject();
    }
  }
  json.EndObject();
}

}  // namespace

std::string ConfigReference() {
  std::string out = kHead;
  std::vector<std::string_view> done;
  for (const KeySpec& spec : ConfigKeys()) {
    if (spec.section.empty()) {
      out += "\n";
      Describe(spec, "", out);
    } else if (std::find(done.begin(), done.end(), spec.section) == done.end()) {
      done.push_back(spec.section);
      out += "\n" + std::string(spec.section) + ":\n";
      for (const KeySpec& other : ConfigKeys()) {
        if (other.section != spec.section) continue;
        if (other.type == ValueType::kLayers) {
          out += kLayersHelp;
        } else {
          Describe(other, "  ", out);
        }
      }
    }
  }
  return out + kClasses + SourcesHelp() + kRules;
}

std::string ConfigJsonSchema() {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Key("$schema").String("http://json-schema.org/draft-07/schema#");
  json.Key("title").String("lagesbild.yaml");
  ObjectOf("", json);
  json.EndObject();
  return text + "\n";
}

}  // namespace lagesbild::app
