// The files of a starter configuration, as texts with comments a newcomer can follow. Pure;
// thread-safe.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace lagesbild::app {

struct StarterOptions {
  std::string group = "lagesbild";
  std::string time_zone;
  std::string picture_level;  // whose areas are one shared picture each
  std::string rule_level;     // that the count rule watches: the finest
};

// Name → text of lagesbild.yaml, classes.yaml, sources.yaml, rules.yaml.
std::vector<std::pair<std::string, std::string>> StarterFiles(const StarterOptions& options);

}  // namespace lagesbild::app
