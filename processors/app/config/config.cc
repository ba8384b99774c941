#include "app/config/config.h"

#include <algorithm>
#include <cctype>
#include <cstring>

#include "app/areas/areas_file.h"
#include "app/config/config_gather.h"
#include "app/config/config_keys.h"
#include "app/config/rule_set.h"
#include "app/config/settings_files.h"
#include "app/config/text_file.h"
#include "base/hash.h"

namespace lagesbild::app {
namespace {

std::string Quoted(std::string_view text) { return "\"" + std::string(text.substr(0, 80)) + "\""; }

class Loader {
 public:
  explicit Loader(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  void Values(const RawValues& given, const std::string& file) {
    loaded_.config.file = file;
    const bool both = given.contains("areas.file") && given.contains("areas.layers");
    if (both)
      diagnostics_.Error(given.at("areas.layers").where, "areas: either file or layers, not both");
    for (const KeySpec& spec : ConfigKeys()) {
      if (spec.type == ValueType::kProperties) {
        const std::string prefix = spec.path() + ".";
        for (auto it = given.lower_bound(prefix);
             it != given.end() && it->first.starts_with(prefix); ++it) {
          Apply(it->second, true);
        }
      } else if (const auto it = given.find(spec.path()); it != given.end()) {
        Apply(it->second, true);
      } else if (!spec.fallback.empty() &&
                 !(spec.path() == "areas.file" && given.contains("areas.layers"))) {
        RawValue raw;
        raw.spec = &spec;
        raw.where = {file, 0};
        raw.node = Yaml::Scalar(std::string(spec.fallback));
        if (spec.type == ValueType::kPath) raw.folder = FolderOf(file);
        if (spec.type == ValueType::kDurations)
          raw.node = ParseYaml(spec.fallback, file).value_or(Yaml());
        Apply(raw, false);
      }
    }
    if (loaded_.config.picture_level.empty()) {
      diagnostics_.Error(
          {file, 0},
          "areas.picture_level is missing: the level whose areas are one shared picture each");
    }
  }

  void Areas() {
    std::vector<RawArea> raw;
    const size_t before = diagnostics_.errors().size();
    const Where at = origins_[origins_.contains("areas.layers") ? "areas.layers" : "areas.file"];
    for (LayerConfig& layer : loaded_.config.layers) {
      if (layer.line == 0) layer.line = at.line;
      ReadAreaLayer(layer, at.file, diagnostics_, raw);
    }
    LinkedAreas linked = LinkAreas(std::move(raw), diagnostics_);
    if (diagnostics_.errors().size() == before) {
      levels_.all = levels_.rules = linked.levels;
      CheckLevels(linked);
    }
    loaded_.settings.areas = std::move(linked.areas);
    loaded_.shapes = std::move(linked.shapes);
  }

  void OtherFiles() {
    Settings& settings = loaded_.settings;
    const Config& config = loaded_.config;
    settings.version = std::max<int64_t>(1, config.version);
    if (const auto root = Open(config.classes_file, origins_["classes.file"])) {
      Raise(ReadClasses(*root, config.classes_file, settings, diagnostics_));
    }
    if (const auto root = Open(config.sources_file, origins_["sources.file"])) {
      Raise(ReadSources(*root, config.sources_file, settings, diagnostics_));
    }
    const Status indexed = settings.Index(config.picture_level);
    if (const auto root = Open(config.rules_file, origins_["rules.file"])) {
      Raise(ReadRules(*root, config.rules_file, levels_, settings, diagnostics_));
    }
    if (!indexed.ok() && diagnostics_.ok()) diagnostics_.Error({config.file, 0}, Message(indexed));
    if (diagnostics_.ok()) CheckPictures();
  }

  LoadedConfig Take() {
    loaded_.settings.rule_set = RuleSetFingerprint(loaded_.settings);
    loaded_.warnings = diagnostics_.warnings();
    return std::move(loaded_);
  }

 private:
  void Apply(const RawValue& raw, bool given) {
    ParsedValue value;
    if (!ParseValue(raw, diagnostics_, value)) return;
    raw.spec->set(loaded_, value);
    loaded_.values.push_back({std::string(raw.spec->section), std::string(raw.spec->key),
                              raw.property, raw.node, given ? raw.where : Where{}});
    origins_[raw.spec->path()] = raw.where;
  }

  std::optional<Yaml> Open(const std::string& path, const Where& origin) {
    if (path.empty()) return std::nullopt;  // its key was wrong, and that was said
    const StatusOr<std::string> text = ReadTextFile(path);
    if (!text.ok()) {
      diagnostics_.Error(origin, Message(text.status()));
      return std::nullopt;
    }
    StatusOr<Yaml> root = ParseYaml(*text, path);
    if (!root.ok()) {
      diagnostics_.Raw(Message(root.status()));
      return std::nullopt;
    }
    return std::move(root).value();
  }

  void Raise(int64_t version) {
    loaded_.settings.version = std::max(loaded_.settings.version, version);
  }

  void CheckLevels(const LinkedAreas& linked) {
    const std::string& level = loaded_.config.picture_level;
    if (level.empty()) return;
    const auto it = std::find(linked.levels.begin(), linked.levels.end(), level);
    if (it == linked.levels.end()) {
      diagnostics_.Error(origins_["areas.picture_level"],
                         "areas.picture_level: no area is of level " + Quoted(level) +
                             ", allowed: " + ListOf(linked.levels) +
                             DidYouMean(level, linked.levels));
      return;
    }
    levels_.rules.assign(it, linked.levels.end());
  }

  // An area finer than the picture's level that no picture holds would be judged by itself, unseen.
  void CheckPictures() {
    const Settings& settings = loaded_.settings;
    for (const Area& area : settings.areas) {
      const bool fine =
          std::find(levels_.rules.begin(), levels_.rules.end(), area.level) != levels_.rules.end();
      if (!fine || settings.areas[area.picture].level == loaded_.config.picture_level) continue;
      diagnostics_.Error({loaded_.config.file, 0},
                         "area \"" + area.id + "\" (" + area.level + ") lies in no area of level " +
                             loaded_.config.picture_level + "; give it a parent");
    }
  }

  Diagnostics& diagnostics_;
  LoadedConfig loaded_;
  LevelNames levels_;
  std::map<std::string, Where> origins_;  // where each key in force was written, by path
};

}  // namespace

std::string EffectiveValue::Origin() const {
  if (where.file.empty()) return "default";
  return where.line > 0 ? Where{FileNameOf(where.file), where.line}.Text() : where.file;
}

StatusOr<LoadedConfig> LoadOptions(const std::string& path,
                                   const std::vector<std::string>& environment,
                                   const std::vector<Override>& overrides) {
  LB_ASSIGN_OR_RETURN(const std::string text, ReadTextFile(path));
  LB_ASSIGN_OR_RETURN(const Yaml root, ParseYaml(text, path));
  Diagnostics diagnostics;
  Loader loader(diagnostics);
  loader.Values(GatherValues(root, path, environment, overrides, diagnostics), path);
  LB_RETURN_IF_ERROR(diagnostics.ToStatus());
  return loader.Take();
}

StatusOr<LoadedConfig> LoadConfig(const std::string& path,
                                  const std::vector<std::string>& environment,
                                  const std::vector<Override>& overrides) {
  LB_ASSIGN_OR_RETURN(const std::string text, ReadTextFile(path));
  LB_ASSIGN_OR_RETURN(const Yaml root, ParseYaml(text, path));
  Diagnostics diagnostics;
  Loader loader(diagnostics);
  loader.Values(GatherValues(root, path, environment, overrides, diagnostics), path);
  loader.Areas();
  loader.OtherFiles();
  LB_RETURN_IF_ERROR(diagnostics.ToStatus());
  return loader.Take();
}

StatusOr<std::string> ReadSecretFile(const std::string& path) {
  const StatusOr<std::string> text = ReadTextFile(path);
  if (!text.ok()) return InvalidArgument(Message(text.status()));
  std::string secret = *text;
  while (!secret.empty() && std::isspace(static_cast<unsigned char>(secret.back())))
    secret.pop_back();
  if (secret.empty()) return InvalidArgument(path + ": holds no secret");
  return secret;
}

StatusOr<std::map<std::string, std::string>> ResolveProperties(const KafkaProperties& properties) {
  std::map<std::string, std::string> values = properties.values;
  for (const auto& [property, file] : properties.files) {
    LB_ASSIGN_OR_RETURN(values[property], ReadSecretFile(file));
  }
  return values;
}

std::string EmbeddedLogDir(const Config& config) {
  return config.state_dir + "/" + config.group + "/log";
}

std::string ConfigurationHash(const LoadedConfig& loaded, const std::string& secret) {
  std::string points;
  const auto ring = [&](const intake::Ring& r) {
    points += std::to_string(r.size()) + ";";
    points.append(reinterpret_cast<const char*>(r.data()), r.size() * sizeof(intake::LonLat));
  };
  for (const intake::AreaShape& shape : loaded.shapes) {
    points += "area " + std::to_string(shape.polygons.size()) + ";";
    for (const intake::Polygon& polygon : shape.polygons) {
      ring(polygon.outer);
      for (const intake::Ring& hole : polygon.holes) ring(hole);
    }
  }
  return Hex(
      StableHash({loaded.settings.rule_set, points, Hex(StableHash({"tips secret", secret}))}));
}

}  // namespace lagesbild::app
