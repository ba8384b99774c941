#include "app/commands.h"

namespace lagesbild::app {

std::vector<Command> AllCommands() {
  std::vector<Command> all;  // in the order of the help
  all.push_back(DemoCommand());
  all.push_back(InitCommand());
  all.push_back(RunCommand());
  all.push_back(ReplayCommand());
  all.push_back(ConfigCheckCommand());
  all.push_back(ConfigShowCommand());
  all.push_back(ConfigSchemaCommand());
  all.push_back(RulesCheckCommand());
  all.push_back(AreasCheckCommand());
  all.push_back(AreasGridCommand());
  all.push_back(TopicsPlanCommand());
  all.push_back(TopicsApplyCommand());
  all.push_back(TopicsCheckCommand());
  all.push_back(AlertsListCommand());
  all.push_back(AlertsTailCommand());
  all.push_back(AlertsExplainCommand());
  all.push_back(AlertsAckCommand());
  all.push_back(AlertsDismissCommand());
  all.push_back(AlertsSilenceCommand());
  all.push_back(AlertsUnsilenceCommand());
  all.push_back(HealthCommand());
  all.push_back(DlqListCommand());
  all.push_back(AuditCommand());
  all.push_back(ResetCommand());
  all.push_back(StateListCommand());
  all.push_back(StateGetCommand());
  all.push_back(StateDumpCommand());
  all.push_back(FeedPolisenCommand());
  all.push_back(FeedCsvCommand());
  all.push_back(FeedNdjsonCommand());
  all.push_back(FeedTownCommand());
  return all;
}

}  // namespace lagesbild::app
