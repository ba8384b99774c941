#include "app/config/config_args.h"

#include "app/exit_code.h"

namespace lagesbild::app {

std::vector<Flag> ConfigFlags() {
  return {
      {.name = "--config",
       .type = FlagType::kFile,
       .help = "The configuration file (default: $LAGESBILD_CONFIG, else lagesbild.yaml)"},
      {.name = "--set",
       .help = "KEY=VALUE: overrides a key of the configuration, such as --set "
               "kafka.bootstrap.servers=localhost:9092; "
               "may be repeated",
       .many = true},
  };
}

std::vector<Flag> WithConfigFlags(std::vector<Flag> more) {
  std::vector<Flag> flags = ConfigFlags();
  for (Flag& flag : more) flags.push_back(std::move(flag));
  return flags;
}

std::string ConfigPath(const Args& args, const Io& io) {
  if (args.Given("--config")) return args.Text("--config");
  for (const std::string& entry : io.environment) {
    if (entry.starts_with("LAGESBILD_CONFIG=") && entry.size() > 17) return entry.substr(17);
  }
  return "lagesbild.yaml";
}

namespace {

using Loader = StatusOr<LoadedConfig> (*)(const std::string&, const std::vector<std::string>&,
                                          const std::vector<Override>&);

LoadOutcome Load(const Args& args, Io& io, std::vector<Override> more, Loader loader) {
  std::vector<Override> overrides;
  for (const std::string& text : args.Texts("--set")) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      io.err << "--set: \"" << text << "\" is not KEY=VALUE\n";
      return {InvalidArgument("--set"), kExitUsage};
    }
    overrides.push_back(
        {text.substr(0, equals), text.substr(equals + 1), "--set " + text.substr(0, equals)});
  }
  for (Override& o : more) overrides.push_back(std::move(o));
  StatusOr<LoadedConfig> loaded = loader(ConfigPath(args, io), io.environment, overrides);
  if (!loaded.ok()) {
    io.err << Message(loaded.status()) << "\n";
    if (loaded.status().code() == StatusCode::kNotFound && !args.Given("--config")) {
      io.err << "Give one with --config FILE, or make one: lagesbild init DIR --areas FILE\n";
    }
    const int code = ExitCodeOfConfig(loaded.status());
    return {std::move(loaded), code};
  }
  for (const std::string& warning : loaded->warnings) io.err << "warning: " << warning << "\n";
  return {std::move(loaded), kExitOk};
}

}  // namespace

LoadOutcome LoadFromArgs(const Args& args, Io& io, std::vector<Override> more) {
  return Load(args, io, std::move(more), &LoadConfig);
}

LoadOutcome LoadOptionsFromArgs(const Args& args, Io& io) {
  return Load(args, io, {}, &LoadOptions);
}

std::vector<Flag> LayerFlags() {
  return {{.name = "--id", .help = "The property that is the id of an area (default: guessed)"},
          {.name = "--name", .help = "The property that is its name (default: guessed)"},
          {.name = "--parent",
           .help = "The property that is its parent's id (default: parent, else by containment)"},
          {.name = "--level",
           .help = "The level of all areas (default: the property level, else \"area\")"}};
}

LayerHints LayerHintsOf(const Args& args) {
  return {args.Text("--id"), args.Text("--name"), args.Text("--parent"), args.Text("--level")};
}

}  // namespace lagesbild::app
