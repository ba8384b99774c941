// MapReader: takes the keys out of one YAML map, one by one, with their types, and reports what it
// does not like. The keys that were asked for are the keys that are allowed: Finish() reports the
// rest. Thread-compatible.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/config/diagnostics.h"
#include "app/config/yaml.h"

namespace lagesbild::app {

inline constexpr char kDurationHelp[] =
    "a whole number and a unit (ms, s, m, h, d) is needed, such as 90s, 5m, 6h, 7d";

class MapReader {
 public:
  // `map` and `diagnostics` are borrowed. What is not a map is reported here, and then has no keys.
  MapReader(const Yaml& map, std::string file, Diagnostics& diagnostics);

  const Yaml* Take(std::string_view key);      // null: not there
  const Yaml* Required(std::string_view key);  // null: not there, reported
  bool Has(std::string_view key) const { return map_.Find(key) != nullptr; }

  // The value, or `fallback` where the key is not there or its value is wrong (then reported).
  std::string Text(std::string_view key, std::string_view fallback = "");
  std::string RequiredText(std::string_view key);
  std::string Choice(std::string_view key, const std::vector<std::string>& choices,
                     std::string_view fallback);
  int64_t Integer(std::string_view key, int64_t fallback, int64_t min, int64_t max);
  double Number(std::string_view key, double fallback, double min, double max);
  bool Bool(std::string_view key, bool fallback);
  int64_t DurationMs(std::string_view key, int64_t fallback);
  std::vector<std::string> Texts(std::string_view key);  // a list, or a single value

  // Reports unknown keys and keys that stand twice.
  void Finish();

  void Error(const Yaml* at, std::string_view what);  // null: at the map itself
  Where At(const Yaml* node) const;

 private:
  const Yaml& map_;
  std::string file_;
  Diagnostics& diagnostics_;
  std::vector<std::string> allowed_;
};

}  // namespace lagesbild::app
