// The commands that this binary has. A new command: a file with a function that returns its
// Command, and a line here and in commands.cc.
#pragma once

#include <vector>

#include "app/command.h"

namespace lagesbild::app {

Command ConfigCheckCommand();  // config_commands.cc
Command ConfigShowCommand();
Command ConfigSchemaCommand();
Command ReplayCommand();  // replay_command.cc
Command RunCommand();     // run_command.cc
Command DemoCommand();    // demo_command.cc

Command RulesCheckCommand();  // rules_command.cc
Command AreasCheckCommand();  // areas_command.cc

std::vector<Command> AllCommands();

}  // namespace lagesbild::app
