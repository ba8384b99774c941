// TownFolder: the town of tests/app as files in a folder of this process, gone with it.
#pragma once

#include <fstream>
#include <string>

#include "app/town_texts.h"
#include "support/temp_dir.h"

namespace lagesbild::fuzz {

class TownFolder {
 public:
  TownFolder() {
    for (const auto& [file, text] : app::TownFiles()) Write(file, text);
  }

  std::string Path(const std::string& name) const { return folder_ / name; }
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name), std::ios::binary) << text;
  }

 private:
  TempDir folder_;
};

}  // namespace lagesbild::fuzz
