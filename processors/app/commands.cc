#include "app/commands.h"

namespace lagesbild::app {

std::vector<Command> AllCommands() {
  return {
      ConfigCheckCommand(),
      ConfigShowCommand(),
      ConfigSchemaCommand(),
      ReplayCommand(),
  };
}

}  // namespace lagesbild::app
