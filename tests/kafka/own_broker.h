// OwnBroker: a broker that one test may stop, start and freeze, by deploy/local-kafka. Lives in a
// folder of its own, which goes with it.
#pragma once

#include <signal.h>
#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

namespace lagesbild::io {

class OwnBroker {
 public:
  OwnBroker() {
    std::string name = testing::TempDir() + "/lagesbild-broker.XXXXXX";
    if (mkdtemp(name.data()) != nullptr) dir_ = name;
  }
  ~OwnBroker() {
    if (dir_.empty()) return;
    Thaw();
    Command("stop", "");
    std::filesystem::remove_all(dir_);
  }
  OwnBroker(const OwnBroker&) = delete;
  OwnBroker& operator=(const OwnBroker&) = delete;

  // False if it does not come up. Again after Stop: the same port, the same data.
  bool Start() {
    const std::string line = Command("start", "");
    constexpr std::string_view kPrefix = "bootstrap.servers=";
    if (!line.starts_with(kPrefix)) return false;
    const std::string was = address_;
    address_ = line.substr(kPrefix.size());
    return was.empty() || was == address_;
  }
  void Stop() { Command("stop", "--keep"); }
  // Connections stay, nobody answers.
  void Freeze() { Signal(SIGSTOP); }
  void Thaw() { Signal(SIGCONT); }

  const std::string& address() const { return address_; }

 private:
  // The last line it prints on stdout.
  std::string Command(const std::string& what, const std::string& flags) {
    const std::string command =
        std::string(LAGESBILD_LOCAL_KAFKA) + " " + what + " --dir '" + dir_ + "' " + flags;
    FILE* pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) return "";
    std::string line;
    char buffer[256];
    while (std::fgets(buffer, sizeof(buffer), pipe) != nullptr) line = buffer;
    pclose(pipe);
    while (!line.empty() && line.back() == '\n') line.pop_back();
    return line;
  }
  void Signal(int signal) {
    pid_t pid = 0;
    if (std::ifstream(dir_ + "/pid") >> pid && pid > 1) kill(pid, signal);
  }

  std::string dir_, address_;
};

}  // namespace lagesbild::io
