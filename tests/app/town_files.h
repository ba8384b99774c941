// The configuration of town_texts.h as files; tests change one thing in it.
#pragma once

#include <string>

#include "app/folder.h"
#include "app/town_texts.h"

namespace lagesbild::app {

// Writes the town; in `file` the first `from` becomes `to`. Returns the configuration's path.
inline std::string WriteTown(const Folder& folder, const std::string& file = "",
                             const std::string& from = "", const std::string& to = "") {
  for (const auto& [name, text] : TownFiles()) {
    std::string changed = text;
    if (name == file) {
      const size_t at = changed.find(from);
      if (at == std::string::npos) ADD_FAILURE() << file << " has no \"" << from << "\"";
      if (at != std::string::npos) changed.replace(at, from.size(), to);
    }
    folder.Write(name, changed);
  }
  return folder.Path("lagesbild.yaml");
}

}  // namespace lagesbild::app
