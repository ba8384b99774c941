#include "app/config/config_gather.h"

#include <algorithm>
#include <cctype>

#include "app/config/text_file.h"
#include "io/kafka_properties.h"

namespace lagesbild::app {
namespace {

constexpr std::string_view kEnvironmentPrefix = "LAGESBILD_";

std::string Quoted(std::string_view text) { return "\"" + std::string(text.substr(0, 80)) + "\""; }

// Gathers the values of the file, the environment and the flags; the later one of a key wins.
class Gatherer {
 public:
  explicit Gatherer(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  void File(const Yaml& root, const std::string& file) {
    if (root.kind != Yaml::Kind::kMap) {
      diagnostics_.Error({file, root.line}, "the configuration must be a map (key: value)");
      return;
    }
    const std::string folder = FolderOf(file);
    std::vector<std::string> seen;
    for (const Yaml& child : root.children) {
      Level(child, "", file, folder, seen);
    }
  }

  void Environment(const std::vector<std::string>& environment) {
    std::vector<std::string> sorted = environment;
    std::sort(sorted.begin(), sorted.end());
    for (const std::string& entry : sorted) {
      if (entry.starts_with(kEnvironmentPrefix)) Variable(entry);
    }
  }

  void Flags(const std::vector<Override>& overrides) {
    for (const Override& o : overrides) {
      const size_t dot = o.key.find('.');
      const std::string section = o.key.substr(0, dot);
      const bool top = dot == std::string::npos || !IsSection(section);
      if (!Put(top ? "" : section, top ? o.key : o.key.substr(dot + 1), o.value, {o.flag, 0})) {
        const std::vector<std::string> names = Paths();
        diagnostics_.Error({o.flag, 0}, "unknown key " + Quoted(o.key) + DidYouMean(o.key, names));
      }
    }
  }

  // What was given, by path ("kafka.common.sasl.mechanism").
  RawValues TakeValues() { return std::move(values_); }

 private:
  static std::vector<std::string> Paths() {
    std::vector<std::string> paths;
    for (const KeySpec& spec : ConfigKeys()) paths.push_back(spec.path());
    return paths;
  }

  void Level(const Yaml& node, const std::string& section, const std::string& file,
             const std::string& folder, std::vector<std::string>& seen) {
    const Where where{file, node.key_line};
    const std::string path = section.empty() ? node.key : section + "." + node.key;
    if (std::find(seen.begin(), seen.end(), path) != seen.end()) {
      diagnostics_.Error(where, Quoted(path) + " stands twice");
      return;
    }
    seen.push_back(path);
    const KeySpec* spec = FindKey(section, node.key);
    if (spec != nullptr && spec->type == ValueType::kProperties) {
      Properties(*spec, node, file, folder);
    } else if (spec != nullptr) {
      values_[path] = {spec, "", node, where, folder};
    } else if (section.empty() && IsSection(node.key)) {
      if (node.kind != Yaml::Kind::kMap && node.kind != Yaml::Kind::kNull) {
        diagnostics_.Error(
            where, node.key + ": a map is needed, allowed in it: " + ListOf(KeyNames(node.key)));
        return;
      }
      for (const Yaml& child : node.children) Level(child, node.key, file, folder, seen);
    } else {
      const std::vector<std::string> names = KeyNames(section);
      diagnostics_.Error(
          where, "unknown key " + Quoted(node.key) + (section.empty() ? "" : " in " + section) +
                     ", allowed: " + ListOf(names) + Suggestion(node.key, section, names));
    }
  }

  // Near in this section; else where a key of this very name is.
  static std::string Suggestion(const std::string& key, const std::string& section,
                                const std::vector<std::string>& names) {
    if (std::string near = DidYouMean(key, names); !near.empty()) return near;
    for (const KeySpec& spec : ConfigKeys()) {
      if (spec.section != section && spec.key == key && key != "file")
        return "; did you mean \"" + spec.path() + "\"?";
    }
    return "";
  }

  void Properties(const KeySpec& spec, const Yaml& node, const std::string& file,
                  const std::string& folder) {
    if (node.kind != Yaml::Kind::kMap && node.kind != Yaml::Kind::kNull) {
      diagnostics_.Error({file, node.key_line},
                         spec.path() + ": a map of librdkafka properties is needed");
      return;
    }
    for (const Yaml& child : node.children) {
      RawValue& value = values_[spec.path() + "." + child.key];
      if (value.spec != nullptr)
        diagnostics_.Error({file, child.key_line}, Quoted(child.key) + " stands twice");
      value = {&spec, child.key, child, {file, child.key_line}, folder};
    }
  }

  void Variable(const std::string& entry) {
    const size_t equals = entry.find('=');
    const std::string name = entry.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : entry.substr(equals + 1);
    std::vector<std::string> names;
    for (const KeySpec& spec : ConfigKeys()) {
      const std::string variable = spec.variable();
      if (spec.type == ValueType::kProperties) {
        if (name.starts_with(variable + "__")) {
          Put(spec.section,
              std::string(spec.key) + "." + PropertyOf(name.substr(variable.size() + 2)), value,
              {name, 0});
          return;
        }
      } else if (name == variable) {
        Put(spec.section, spec.key, value, {name, 0});
        return;
      }
      names.push_back(variable);
    }
    const std::string near = Near(name, names);
    if (name.find("__") != std::string::npos) {
      diagnostics_.Error({name, 0}, "this variable names no key of the configuration" + near);
    } else if (!near.empty() && name != "LAGESBILD_CONFIG" && name != "LAGESBILD_ROLE") {
      diagnostics_.Warning({name, 0}, "this variable names no key of the configuration" + near);
    }
  }

  // The prefix that all have makes none of them nearer.
  static std::string Near(std::string_view name, const std::vector<std::string>& variables) {
    std::vector<std::string> rests;
    for (const std::string& variable : variables)
      rests.push_back(variable.substr(kEnvironmentPrefix.size()));
    std::string near = DidYouMean(name.substr(kEnvironmentPrefix.size()), rests);
    if (const size_t quote = near.find('"'); quote != std::string::npos)
      near.insert(quote + 1, kEnvironmentPrefix);
    return near;
  }

  // SASL_PASSWORD_FILE → sasl.password_file, SASL_MECHANISM → sasl.mechanism.
  static std::string PropertyOf(std::string_view part) {
    std::string name(part);
    for (char& c : name)
      c = c == '_' ? '.' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    for (const std::string_view secret : io::kSecretProperties) {
      if (name == std::string(secret) + ".file") return std::string(secret) + "_file";
    }
    return name;
  }

  // False: no such key. Values of lists are flow YAML, all others are taken as they are.
  bool Put(std::string_view section, const std::string& key, const std::string& value,
           const Where& where) {
    for (const KeySpec& spec : ConfigKeys()) {
      if (spec.section != section) continue;
      const bool property =
          spec.type == ValueType::kProperties && key.starts_with(std::string(spec.key) + ".");
      if (!property && spec.key != key) continue;
      if (spec.type == ValueType::kProperties && !property) return false;
      RawValue raw;
      raw.spec = &spec;
      if (property) raw.property = key.substr(spec.key.size() + 1);
      raw.node = Yaml::Scalar(value);
      raw.where = where;
      if (spec.type == ValueType::kDurations || spec.type == ValueType::kLayers) {
        StatusOr<Yaml> parsed = ParseYaml(value, where.file);
        if (parsed.ok()) raw.node = std::move(parsed).value();
      }
      values_[spec.path() + (property ? "." + raw.property : "")] = std::move(raw);
      return true;
    }
    return false;
  }
  bool Put(std::string_view section, std::string_view key, const std::string& value,
           const Where& where) {
    return Put(section, std::string(key), value, where);
  }

  Diagnostics& diagnostics_;
  RawValues values_;
};

}  // namespace

RawValues GatherValues(const Yaml& root, const std::string& file,
                       const std::vector<std::string>& environment,
                       const std::vector<Override>& overrides, Diagnostics& diagnostics) {
  Gatherer gatherer(diagnostics);
  gatherer.File(root, file);
  gatherer.Environment(environment);
  gatherer.Flags(overrides);
  return gatherer.TakeValues();
}

}  // namespace lagesbild::app
