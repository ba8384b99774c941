// classes.yaml, sources.yaml, rules.yaml: their keys, and what does not fit together between them.
//
// In: a parsed file; out: lists of Settings, in the order of the file. What is wrong goes to
// Diagnostics with file and line. Order: areas and windows, classes, sources, rules: each looks up
// names in what came before. Form: contract (classes.yaml, sources.yaml, rules.yaml).
// Thread-compatible.
#pragma once

#include <string>
#include <vector>

#include "app/config/diagnostics.h"
#include "app/config/yaml.h"
#include "base/settings.h"

namespace lagesbild::app {

// What a rule's `level` may be.
struct LevelNames {
  std::vector<std::string>
      all;  // coarsest first; empty: the areas could not be read, levels are not checked
  std::vector<std::string> rules;  // the picture's level and finer
};

// Each returns the file's `version`.
int64_t ReadClasses(const Yaml& root, const std::string& file, Settings& settings,
                    Diagnostics& diagnostics);
// `settings.classes` and families are set; if they are empty, `feeds` is not checked.
int64_t ReadSources(const Yaml& root, const std::string& file, Settings& settings,
                    Diagnostics& diagnostics);
// `settings` is indexed as far as it goes.
int64_t ReadRules(const Yaml& root, const std::string& file, const LevelNames& levels,
                  Settings& settings, Diagnostics& diagnostics);

}  // namespace lagesbild::app
