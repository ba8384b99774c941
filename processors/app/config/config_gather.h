// GatherValues: what the configuration file, the environment and the flags say, by key, before any
// of it is read. Unknown keys and keys that stand twice are reported here. The rules: config.h.
// Thread-safe.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "app/config/config.h"
#include "app/config/config_keys.h"
#include "app/config/diagnostics.h"
#include "app/config/yaml.h"

namespace lagesbild::app {

using RawValues =
    std::map<std::string, RawValue>;  // by path: "group", "kafka.common.sasl.mechanism"

// `root` is the parsed `file`. Of the values of one key the later wins: file, environment, flags.
RawValues GatherValues(const Yaml& root, const std::string& file,
                       const std::vector<std::string>& environment,
                       const std::vector<Override>& overrides, Diagnostics& diagnostics);

}  // namespace lagesbild::app
