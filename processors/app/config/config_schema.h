// The keys of the configuration as text: a commented reference for people, a JSON Schema for
// editors. Both are made from the table in config_keys.cc.
#pragma once

#include <string>

namespace lagesbild::app {

std::string ConfigReference();   // commented YAML; lagesbild.yaml and the three files it names
std::string ConfigJsonSchema();  // draft 7, of lagesbild.yaml alone

}  // namespace lagesbild::app
