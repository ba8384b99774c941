// lagesbild config check|show|schema.
#include <algorithm>
#include <map>

#include "app/commands.h"
#include "app/config/config_args.h"
#include "app/config/config_keys.h"
#include "app/config/config_schema.h"
#include "app/config/kafka_check.h"
#include "app/exit_code.h"
#include "base/json_writer.h"

namespace lagesbild::app {
namespace {

// Levels with how many areas each has, in the order in which they first stand.
std::vector<std::pair<std::string, int>> CountLevels(const Settings& settings) {
  std::vector<std::pair<std::string, int>> counts;
  for (const Area& area : settings.areas) {
    auto it = std::find_if(counts.begin(), counts.end(),
                           [&](const auto& c) { return c.first == area.level; });
    if (it == counts.end()) it = counts.insert(counts.end(), {area.level, 0});
    ++it->second;
  }
  return counts;
}

int64_t CountPictures(const Settings& settings) {
  int64_t n = 0;
  for (size_t i = 0; i < settings.areas.size(); ++i)
    n += settings.areas[i].picture == static_cast<int>(i);
  return n;
}

void WriteCheckJson(const LoadedConfig& loaded, std::ostream& out) {
  const Settings& s = loaded.settings;
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Key("ok").Bool(true).Key("config").String(loaded.config.file);
  json.Key("version").Int(s.version).Key("rule_set").String(s.rule_set);
  json.Key("classes").Int(static_cast<int64_t>(s.classes.size()));
  json.Key("families").Int(static_cast<int64_t>(s.families.size()));
  json.Key("sources").Int(static_cast<int64_t>(s.sources.size()));
  json.Key("rules").Int(static_cast<int64_t>(s.rules.size())).Key("pictures").Int(CountPictures(s));
  json.Key("areas").BeginObject();
  for (const auto& [level, n] : CountLevels(s)) json.Key(level).Int(n);
  json.EndObject().Key("warnings").BeginArray();
  for (const std::string& warning : loaded.warnings) json.String(warning);
  json.EndArray().EndObject();
  out << text << "\n";
}

// What LoadConfig leaves to those who use it: Kafka's own properties, files of secrets.
Status CheckBeyondLoading(const LoadedConfig& loaded, Io& io) {
  Diagnostics diagnostics;
  CheckKafkaSettings(loaded, diagnostics);
  if (const std::string& file = loaded.config.tips_secret_file; !file.empty()) {
    if (const auto secret = ReadSecretFile(file); !secret.ok()) {
      diagnostics.Warning({loaded.config.file, 0}, "tips.secret_file: " + Message(secret.status()));
    }
  }
  for (const std::string& warning : diagnostics.warnings())
    io.err << "warning: " << warning << "\n";
  return diagnostics.ToStatus();
}

int RunConfigCheck(const Args& args, Io& io) {
  const auto [loaded, exit_code] = LoadFromArgs(args, io);
  if (!loaded.ok()) return exit_code;
  if (const Status status = CheckBeyondLoading(*loaded, io); !status.ok()) {
    io.err << Message(status) << "\n";
    return kExitBadConfig;
  }
  if (args.Switch("--json")) {
    WriteCheckJson(*loaded, io.out);
    return kExitOk;
  }
  const Settings& s = loaded->settings;
  io.out << loaded->config.file << ": ok\n  " << s.classes.size() << " classes in "
         << s.families.size() << " families, " << s.sources.size() << " sources, " << s.rules.size()
         << " rules\n  areas:";
  for (const auto& [level, n] : CountLevels(s)) io.out << " " << n << " " << level;
  io.out << "; " << CountPictures(s) << (CountPictures(s) == 1 ? " picture" : " pictures")
         << "\n  version " << s.version << ", rule_set " << s.rule_set << "\n";
  return kExitOk;
}

// One key with its value and where it came from, aligned; a list of maps takes a line an item.
void ShowValue(const std::string& indent, const std::string& key, const EffectiveValue& value,
               std::ostream& out) {
  constexpr size_t kColumn = 48;
  const std::vector<Yaml>& items = value.value.children;
  const bool block =
      !items.empty() && value.value.kind == Yaml::Kind::kList && items[0].kind == Yaml::Kind::kMap;
  const std::string text = indent + key + ":" + (block ? "" : " " + FlowYaml(value.value));
  out << text << std::string(text.size() < kColumn ? kColumn - text.size() : 1, ' ') << "# "
      << value.Origin() << "\n";
  if (!block) return;
  for (const Yaml& item : items) out << indent << "  - " << FlowYaml(item) << "\n";
}

void ShowSection(const LoadedConfig& loaded, const std::string& section, std::ostream& out) {
  out << section << ":\n";
  std::string properties_of;
  for (const EffectiveValue& v : loaded.values) {
    if (v.section != section) continue;
    if (!v.property.empty() && properties_of != v.key) out << "  " << v.key << ":\n";
    properties_of = v.property.empty() ? "" : v.key;
    ShowValue(v.property.empty() ? "  " : "    ", v.property.empty() ? v.key : v.property, v, out);
  }
}

int RunConfigShow(const Args& args, Io& io) {
  const auto [loaded, exit_code] = LoadFromArgs(args, io);
  if (!loaded.ok()) return exit_code;
  std::vector<std::string> done;
  for (const EffectiveValue& v : loaded->values) {
    if (v.section.empty()) {
      ShowValue("", v.key, v, io.out);
    } else if (std::find(done.begin(), done.end(), v.section) == done.end()) {
      done.push_back(v.section);
      ShowSection(*loaded, v.section, io.out);
    }
  }
  io.out << "# version " << loaded->settings.version << " in force, rule_set "
         << loaded->settings.rule_set << "\n";
  return kExitOk;
}

int RunConfigSchema(const Args& args, Io& io) {
  io.out << (args.Switch("--json") ? ConfigJsonSchema() : ConfigReference());
  return kExitOk;
}

}  // namespace

Command ConfigCheckCommand() {
  return {"config check", "Read the whole configuration and say what is wrong with it",
          "  lagesbild config check --config lagesbild.yaml\n"
          "  LAGESBILD_TIME_ZONE=Europe/Stockholm lagesbild config check --json",
          WithConfigFlags({{.name = "--json",
                            .type = FlagType::kSwitch,
                            .help = "The summary as one JSON object"}}),
          RunConfigCheck};
}

Command ConfigShowCommand() {
  return {"config show", "Print the configuration in force, each value with where it came from",
          "  lagesbild config show --config lagesbild.yaml\n"
          "  lagesbild config show --set kafka.bootstrap.servers=localhost:9092",
          ConfigFlags(), RunConfigShow};
}

Command ConfigSchemaCommand() {
  return {"config schema",
          "Print every key there is, with its unit, default and meaning",
          "  lagesbild config schema\n"
          "  lagesbild config schema --json > lagesbild.schema.json    # for an editor",
          {{.name = "--json",
            .type = FlagType::kSwitch,
            .help = "A JSON Schema of lagesbild.yaml instead"}},
          RunConfigSchema};
}

}  // namespace lagesbild::app
