// The commands that this binary has. A new command: a file with a function that returns its
// Command, and a line here and in commands.cc.
#pragma once

#include <vector>

#include "app/command.h"

namespace lagesbild::app {

Command ConfigCheckCommand();  // config/config_commands.cc
Command ConfigShowCommand();
Command ConfigSchemaCommand();
Command ReplayCommand();      // replay/replay_command.cc
Command AlertsListCommand();  // alerts/alerts_command.cc
Command AlertsTailCommand();
Command AlertsExplainCommand();
Command AlertsAckCommand();  // alerts/alerts_answer_command.cc
Command AlertsDismissCommand();
Command AlertsSilenceCommand();
Command AlertsUnsilenceCommand();
Command RunCommand();   // service/run_command.cc
Command DemoCommand();  // demo/demo_command.cc

Command RulesCheckCommand();   // config/rules_command.cc
Command AreasCheckCommand();   // areas/areas_command.cc
Command AreasGridCommand();    // areas/areas_grid_command.cc
Command InitCommand();         // config/init_command.cc
Command HealthCommand();       // oncall/health_command.cc
Command FeedPolisenCommand();  // feed/feed_polisen_command.cc, and so on
Command FeedCsvCommand();
Command FeedNdjsonCommand();
Command FeedTownCommand();

Command TopicsPlanCommand();  // service/topics_command.cc
Command TopicsApplyCommand();
Command TopicsCheckCommand();

Command StateListCommand();  // oncall/state_command.cc
Command StateGetCommand();
Command StateDumpCommand();

Command DlqListCommand();  // oncall/dlq_command.cc
Command AuditCommand();    // oncall/audit_command.cc
Command ResetCommand();    // oncall/reset_command.cc

std::vector<Command> AllCommands();

}  // namespace lagesbild::app
