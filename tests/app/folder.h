// Folder: a new empty folder for one test, gone with it. Files are written by name.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace lagesbild::app {

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "lagesbild-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "no folder: " << name;
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string Path(const std::string& name) const { return path_ + "/" + name; }
  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name), std::ios::binary) << text;
    return Path(name);
  }

 private:
  std::string path_;
};

// The folder of public data and of the contract beside the project, if it is there.
inline std::string SharedPath(const std::string& name) {
  return std::string(LAGESBILD_SOURCE_DIR) + "/../shared/" + name;
}

#define SKIP_UNLESS_SHARED(name)                                      \
  if (!std::filesystem::exists(lagesbild::app::SharedPath(name))) {   \
    GTEST_SKIP() << "not here: " << lagesbild::app::SharedPath(name); \
  }

}  // namespace lagesbild::app
