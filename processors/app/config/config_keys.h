// The keys of lagesbild.yaml as a table: name, type, limits, default, meaning, where the value
// goes. Reading, the environment, `config show` and `config schema` all work from it: a new key is
// one line in config_keys.cc.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/config/config.h"
#include "app/config/diagnostics.h"
#include "app/config/yaml.h"

namespace lagesbild::app {

enum class ValueType : uint8_t {
  kText,
  kPath,        // relative to the file's folder
  kDuration,    // number: ms
  kDurations,   // numbers: ms
  kBytes,       // "512MiB"; number: bytes
  kInteger,     // number
  kChoice,      // text
  kAddress,     // "host:port" or "off"; text, empty for off
  kTimeZone,    // text
  kProperties,  // of librdkafka: property, text; or property of a secret, text: its file
  kLayers,      // layers
};

// A value that has been read and is within its limits.
struct ParsedValue {
  std::string text;
  int64_t number = 0;
  std::vector<int64_t> numbers;
  std::string property;    // kProperties
  bool from_file = false;  // kProperties: text is the file that holds the value
  std::vector<LayerConfig> layers;
};

struct KeySpec {
  std::string_view section;  // empty: top level
  std::string_view key;
  ValueType type = ValueType::kText;
  std::string_view fallback;  // flow YAML; empty: none
  std::string_view help;
  int64_t min = 0, max = INT64_MAX;  // of number(s)
  std::string_view choices = "";     // kChoice: "a|b"
  void (*set)(LoadedConfig&, const ParsedValue&) = nullptr;

  std::string path() const {
    return section.empty() ? std::string(key) : std::string(section) + "." + std::string(key);
  }
  std::string variable() const;  // "LAGESBILD_KAFKA__BOOTSTRAP_SERVERS"
};

std::span<const KeySpec> ConfigKeys();
const KeySpec* FindKey(std::string_view section, std::string_view key);  // null: none
bool IsSection(std::string_view name);
// Names at the top level (section empty), or in a section.
std::vector<std::string> KeyNames(std::string_view section);
std::vector<std::string> SplitChoices(std::string_view choices);

// A value as it was written, and where.
struct RawValue {
  const KeySpec* spec = nullptr;
  std::string property;
  Yaml node;
  Where where;
  std::string folder;  // relative paths begin here; empty: the working directory
};

// Reads it; false: wrong, and reported.
bool ParseValue(const RawValue& raw, Diagnostics& diagnostics, ParsedValue& out);

}  // namespace lagesbild::app
