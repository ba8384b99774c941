// The command line: builds CLI11's tree from the plain descriptions of the commands, parses, runs
// the one that was asked for. The only file that includes CLI11 is cli.cc (it is slow to compile).
//
// Exit: that of the command; 0 for --help and --version (on out); 2 for wrong usage (on err).
#pragma once

#include <string>
#include <vector>

#include "app/command.h"

namespace lagesbild::app {

// `words`: the command line without the program's name.
int RunCli(const std::vector<Command>& commands, const std::vector<std::string>& words, Io& io);

}  // namespace lagesbild::app
