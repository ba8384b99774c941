// The configuration of a deployment: one YAML file, the files it names, LAGESBILD_* variables,
// flags. Flags win.
//
// In: the path of the file, the environment, overrides from flags. Out: LoadedConfig: options of
// the service (Config), what intake and picture need (Settings, indexed) and the shapes of the
// areas, or all that is wrong, each with its file and line. Form: interfaces.md (Configuration) and
// the contract (Files here).
//
// Environment, one rule: LAGESBILD_ and the key in capitals, two underscores between section and
// key, every other character one underscore: LAGESBILD_KAFKA__BOOTSTRAP_SERVERS,
// LAGESBILD_TIME_ZONE, LAGESBILD_WINDOWS="[1h, 24h]". A librdkafka property is a third part:
// LAGESBILD_KAFKA__COMMON__SASL_MECHANISM is sasl.mechanism. LAGESBILD_CONFIG is the file itself.
// A variable with two underscores that names no key is an error; one without is somebody else's (a
// warning if near).
// Relative paths: in the file from the file's folder, in variables and flags from the working
// directory.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "app/config/yaml.h"
#include "base/settings.h"
#include "base/status.h"
#include "intake/area_index.h"

namespace lagesbild::app {

// Properties for librdkafka as they were written. Those that hold a secret are only given as
// `<name>_file`.
struct KafkaProperties {
  std::map<std::string, std::string> values;  // property → value
  std::map<std::string, std::string> files;   // property → the file that holds its value
};

struct KafkaConfig {
  std::string bootstrap_servers;  // empty: not set
  KafkaProperties common, consumer, producer;
};

// One list of areas: a GeoJSON file and which of its properties mean what.
struct LayerConfig {
  std::string level;  // empty: the property `level`
  std::string file;
  std::vector<std::string> id = {"id"};      // the first of these properties that is there
  std::vector<std::string> name = {"name"};  // as above; else the id
  std::string parent = "parent";             // missing in a feature: found by containment
  std::map<std::string, std::vector<std::string>>
      where;     // property → values, all must hold; others are left out
  int line = 0;  // in the configuration file; 0: not from there
};

enum class ClockMode : uint8_t { kWall, kRecords };

struct Config {
  std::string file;  // the configuration file itself
  int64_t version = 0;
  std::string group;
  KafkaConfig kafka;
  std::string topics_prefix;
  std::string picture_level;
  std::vector<LayerConfig> layers;  // areas.file is one layer
  std::string classes_file, sources_file, rules_file;
  std::string state_dir;
  int64_t state_memory_bytes = 0;
  ClockMode clock = ClockMode::kWall;
  absl::Duration order_max_wait;
  absl::Duration tick_interval;
  std::string tips_secret_file;  // empty: not set
  absl::Duration commit_interval;
  int64_t commit_bytes = 0;
  std::string http_listen, http_admin;  // "host:port"; empty: off
};

// One value in force, for `config show`.
struct EffectiveValue {
  std::string section, key;  // "kafka", "bootstrap.servers"; section empty at the top level
  std::string property;      // of librdkafka, below the key; else empty
  Yaml value;
  Where where;                 // no file: it is the default
  std::string Origin() const;  // "lagesbild.yaml:3", "LAGESBILD_GROUP", "--set group", "default"
};

struct LoadedConfig {
  Config config;
  Settings settings;                      // indexed
  std::vector<intake::AreaShape> shapes;  // parallel to settings.areas
  std::vector<EffectiveValue> values;
  std::vector<std::string> warnings;
};

// A value from a flag: `key` is "group" or "kafka.bootstrap.servers"; `flag` names it in errors
// ("--group").
struct Override {
  std::string key, value, flag;
};

// NotFound: `path` does not exist (exit 66). InvalidArgument: one error a line, several at once
// (exit 78).
StatusOr<LoadedConfig> LoadConfig(const std::string& path,
                                  const std::vector<std::string>& environment,
                                  const std::vector<Override>& overrides);

// The same without the files that it names: settings hold only what stands in `path` itself. For
// commands that need no areas, classes, sources, rules.
StatusOr<LoadedConfig> LoadOptions(const std::string& path,
                                   const std::vector<std::string>& environment,
                                   const std::vector<Override>& overrides);

// The properties with the files of secrets read. InvalidArgument: a file that cannot be read.
StatusOr<std::map<std::string, std::string>> ResolveProperties(const KafkaProperties& properties);

// A secret: the file's content without white space at its end. InvalidArgument: cannot be read, or
// empty.
StatusOr<std::string> ReadSecretFile(const std::string& path);

// Where `run --embedded` keeps its log: below state.dir.
std::string EmbeddedLogDir(const Config& config);

// What two intakes must agree on (architecture §1, One active intake): the rule set, the shapes,
// and the secret by fingerprint. 16 hex digits.
std::string ConfigurationHash(const LoadedConfig& loaded, const std::string& secret);

}  // namespace lagesbild::app
