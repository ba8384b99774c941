// lagesbild: one binary for everything (interfaces.md, Command line). Builds the Io of the process
// and hands over to the command line.
#include <unistd.h>

#include <exception>
#include <iostream>

#include "app/cli.h"
#include "app/commands.h"
#include "app/exit_code.h"

namespace {

// https://no-color.org: set and not empty.
bool MayColor(int fd, const std::vector<std::string>& environment) {
  for (const std::string& entry : environment) {
    if (entry.starts_with("NO_COLOR=") && entry.size() > 9) return false;
    if (entry == "TERM=dumb") return false;
  }
  return isatty(fd) == 1;
}

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  std::vector<std::string> environment;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry)
    environment.emplace_back(*entry);
  lagesbild::app::Io io{std::cout, std::cerr, environment};
  io.color_out = MayColor(STDOUT_FILENO, environment);
  io.color_err = MayColor(STDERR_FILENO, environment);
  try {
    const int code =
        lagesbild::app::RunCli(lagesbild::app::AllCommands(), {argv + 1, argv + argc}, io);
    std::cout.flush();
    if (!std::cout) {
      std::cerr << "lagesbild: could not write to standard output\n";
      return code == lagesbild::app::kExitOk ? lagesbild::app::kExitInternal : code;
    }
    return code;
  } catch (const std::exception& e) {  // the project throws nothing; a library may (out of memory)
    std::cerr << "lagesbild: internal error: " << e.what() << "\n";
    return lagesbild::app::kExitInternal;
  }
}
