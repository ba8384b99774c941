// The flags by which a command finds its configuration, and the loading itself: the same for every
// command.
#pragma once

#include <string>
#include <vector>

#include "app/areas/layer_guess.h"
#include "app/command.h"
#include "app/config/config.h"

namespace lagesbild::app {

// --config FILE (default: $LAGESBILD_CONFIG, else lagesbild.yaml) and --set KEY=VALUE; put them
// into Command::flags.
std::vector<Flag> ConfigFlags();
// The same and then `more`.
std::vector<Flag> WithConfigFlags(std::vector<Flag> more);

struct LoadOutcome {
  StatusOr<LoadedConfig> loaded;
  int exit_code = 0;  // where it is not ok
};
// Loads what the flags say; `more` are overrides from the command's own flags. Errors and warnings
// go to io.err.
LoadOutcome LoadFromArgs(const Args& args, Io& io, std::vector<Override> more = {});

// --id, --name, --parent, --level: which properties of a GeoJSON file mean what.
std::vector<Flag> LayerFlags();
LayerHints LayerHintsOf(const Args& args);

// The same without the files that the configuration names (LoadOptions).
LoadOutcome LoadOptionsFromArgs(const Args& args, Io& io);

// The configuration file that the flags say.
std::string ConfigPath(const Args& args, const Io& io);

}  // namespace lagesbild::app
