// What the tests of the feeds share: a publisher that keeps what it is given, files in a directory
// of their own, and where the project's own deploy/ and the shared data are.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "feeds/publisher.h"

namespace lagesbild::feeds {

class KeepingPublisher : public Publisher {
 public:
  Status Publish(const RawMessage& message) override {
    messages.push_back(message);
    return absl::OkStatus();
  }
  Status Flush() override {
    ++flushes;
    return absl::OkStatus();
  }
  std::vector<RawMessage> messages;
  int flushes = 0;
};

class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "lagesbild-XXXXXX").string();
    dir_ = mkdtemp(name.data());
  }
  ~TempDir() { std::filesystem::remove_all(dir_); }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  std::string Path(const std::string& name) const { return (dir_ / name).string(); }
  std::string Store(const std::string& name, std::string_view bytes) const {
    std::ofstream(Path(name), std::ios::binary) << bytes;
    return Path(name);
  }
  static std::string Bytes(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

 private:
  std::filesystem::path dir_;
};

inline std::string DeployFile(const std::string& name) {
  return std::string(LAGESBILD_SOURCE_DIR) + "/deploy/" + name;
}
inline std::string SharedData(const std::string& name) {
  return std::string(LAGESBILD_SOURCE_DIR) + "/../shared/data/" + name;
}

}  // namespace lagesbild::feeds

// For tests over data that is not part of the project.
#define SKIP_WITHOUT(path)                                                            \
  if (!std::filesystem::exists(path)) {                                               \
    GTEST_SKIP() << "NOT RUN: " << (path) << " is missing (data beside the project)"; \
  }
