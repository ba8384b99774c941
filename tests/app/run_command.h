// RunWords: a command line run inside the test, with its streams as strings.
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "app/cli.h"
#include "app/commands.h"

namespace lagesbild::app {

struct Ran {
  int code = 0;
  std::string out, err;
};

inline Ran RunWords(const std::vector<std::string>& words,
                    std::vector<std::string> environment = {},
                    const std::vector<Command>& commands = AllCommands()) {
  std::ostringstream out, err;
  Io io{out, err, std::move(environment)};
  const int code = RunCli(commands, words, io);
  return {code, out.str(), err.str()};
}

}  // namespace lagesbild::app
