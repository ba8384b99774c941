// TownFolder: the town of tests/app as files in a folder of this process, gone with it.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "app/town_texts.h"
#include "base/check.h"

namespace lagesbild::fuzz {

class TownFolder {
 public:
  TownFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "lagesbild-fuzz-XXXXXX").string();
    LB_CHECK(mkdtemp(name.data()) != nullptr);
    path_ = std::move(name);
    for (const auto& [file, text] : app::TownFiles()) Write(file, text);
  }
  ~TownFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TownFolder(const TownFolder&) = delete;
  TownFolder& operator=(const TownFolder&) = delete;

  std::string Path(const std::string& name) const { return path_ + "/" + name; }
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name), std::ios::binary) << text;
  }

 private:
  std::string path_;
};

}  // namespace lagesbild::fuzz
