// The commands that this binary has. A new command: a file with a function that returns its
// Command, and a line here and in commands.cc.
#pragma once

#include <vector>

#include "app/command.h"

namespace lagesbild::app {

Command ConfigCheckCommand();  // config_commands.cc
Command ConfigShowCommand();
Command ConfigSchemaCommand();
Command ReplayCommand();      // replay_command.cc
Command AlertsListCommand();  // alerts_command.cc
Command AlertsTailCommand();
Command AlertsExplainCommand();
Command AlertsAckCommand();  // alerts_answer_command.cc
Command AlertsDismissCommand();
Command AlertsSilenceCommand();
Command AlertsUnsilenceCommand();
Command RunCommand();   // run_command.cc
Command DemoCommand();  // demo_command.cc

Command RulesCheckCommand();   // rules_command.cc
Command AreasCheckCommand();   // areas_command.cc
Command AreasGridCommand();    // areas_grid_command.cc
Command InitCommand();         // init_command.cc
Command HealthCommand();       // health_command.cc
Command FeedPolisenCommand();  // feed_polisen_command.cc, and so on
Command FeedCsvCommand();
Command FeedNdjsonCommand();
Command FeedTownCommand();

Command TopicsPlanCommand();  // topics_command.cc
Command TopicsApplyCommand();
Command TopicsCheckCommand();

std::vector<Command> AllCommands();

}  // namespace lagesbild::app
