#include "app/cli.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/config/diagnostics.h"
#include "app/exit_code.h"
#include "app/version.h"

namespace lagesbild::app {
namespace {

constexpr char kAbout[] =
    "Lägesbild: one shared, live picture of a borough's safety.\n"
    "Reports and tips in, merged incidents, rolling counts and explained alerts out.";
constexpr char kEpilogue[] =
    "Each command has its own help: lagesbild COMMAND --help\n"
    "Exit codes: 0 ok, 1 a check found problems, 2 usage, 10 unhealthy, 65 bad input file, 66 no "
    "such file,\n"
    "69 broker unavailable, 70 internal, 74 state damaged, 77 not authorised, 78 bad "
    "configuration.";

// The words of groups ("config" of "config check"), for the list of commands.
const std::map<std::string, std::string>& GroupSummaries() {
  static const auto& groups = *new std::map<std::string, std::string>{
      {"config", "Check and show the configuration"},
      {"rules", "Check and explain the rules"},
      {"areas", "Check area files, make a grid"},
      {"feed", "Publish reports to the input topics"},
      {"topics", "Plan, create and check the Kafka topics"},
      {"alerts", "List, follow, explain and answer alerts"},
  };
  return groups;
}

std::string TypeName(const Flag& flag) {
  if (!flag.choices.empty()) {
    std::string names;
    for (const std::string& choice : flag.choices) names += (names.empty() ? "" : "|") + choice;
    return names;
  }
  switch (flag.type) {
    case FlagType::kSwitch:
      return "";
    case FlagType::kFile:
      return "FILE";
    case FlagType::kInteger:
      return "N";
    case FlagType::kNumber:
      return "NUMBER";
    case FlagType::kDuration:
      return "DURATION";
    case FlagType::kTime:
      return "TIME";
    case FlagType::kText:
      break;
  }
  return "TEXT";
}

void AddFlag(CLI::App& app, const Flag& flag, Args& args) {
  if (flag.type == FlagType::kSwitch) {
    app.add_flag_function(
        flag.name,
        [&args, name = flag.name](std::int64_t) {
          std::string why;
          args.Set(name, "true", &why);
        },
        flag.help);
    return;
  }
  const auto take = [&args, name = flag.name](const std::vector<std::string>& values) {
    for (const std::string& value : values) {
      std::string why;
      if (!args.Set(name, value, &why)) throw CLI::ValidationError(why);
    }
    return true;
  };
  std::string help = flag.help;
  if (!flag.fallback.empty()) help += " (default: " + flag.fallback + ")";
  CLI::Option* option = app.add_option(flag.name, take, help);
  option->type_name(TypeName(flag));
  option->type_size(1);
  if (flag.required) option->required();
  if (flag.many) {
    option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    // A repeated flag takes one value a time, so that it does not swallow the arguments that follow
    // it.
    option->allow_extra_args(flag.name[0] != '-');
  } else {
    option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::Throw);
  }
}

// The subcommand of one word below `parent`, made where it is not there yet.
CLI::App* Below(CLI::App* parent, const std::string& word) {
  const auto known =
      parent->get_subcommands([&](const CLI::App* app) { return app->get_name() == word; });
  if (!known.empty()) return known.front();
  const auto it = GroupSummaries().find(word);
  CLI::App* made = parent->add_subcommand(word, it == GroupSummaries().end() ? "" : it->second);
  made->require_subcommand(1);
  return made;
}

struct Leaf {
  const Command* command;
  CLI::App* app;
  std::unique_ptr<Args> args;
};

Leaf AddCommand(CLI::App& root, const Command& command) {
  CLI::App* at = &root;
  std::string words = command.words;
  for (size_t space; (space = words.find(' ')) != std::string::npos;
       words = words.substr(space + 1)) {
    at = Below(at, words.substr(0, space));
  }
  CLI::App* app = at->add_subcommand(words, command.summary);
  app->footer(
      (command.examples.find('\n') == std::string::npos ? "\nExample:\n" : "\nExamples:\n") +
      command.examples + "\n");
  Leaf leaf{&command, app, std::make_unique<Args>(command.flags)};
  for (const Flag& flag : command.flags) AddFlag(*app, flag, *leaf.args);
  return leaf;
}

// The deepest subcommand that was named.
const CLI::App& Named(const CLI::App& root) {
  const CLI::App* at = &root;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  return *at;
}

std::string WordsTo(const CLI::App& app) {
  return app.get_parent() == nullptr ? "lagesbild"
                                     : WordsTo(*app.get_parent()) + " " + app.get_name();
}

std::vector<std::string> SubcommandsOf(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* below : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(below->get_name());
  }
  return names;
}

// What could have been meant by a word that nobody takes.
std::string Suggestion(const CLI::App& app, const std::string& word) {
  std::vector<std::string> names = SubcommandsOf(app);
  for (const CLI::Option* option : app.get_options()) names.push_back(option->get_name());
  return DidYouMean(word.substr(0, word.find('=')), names);
}

// The first word, in the order of the command line, that nobody took; "" if all were.
std::string FirstLeft(const CLI::App& root, const std::vector<std::string>& words) {
  const std::vector<std::string> left = root.remaining(true);
  for (const std::string& word : words) {
    if (std::find(left.begin(), left.end(), word) != left.end()) return word;
  }
  return "";
}

int UsageError(const CLI::App& root, const CLI::ParseError& error,
               const std::vector<std::string>& words, Io& io) {
  const CLI::App& app = Named(root);
  const std::vector<std::string> below = SubcommandsOf(app);
  const auto code = static_cast<CLI::ExitCodes>(error.get_exit_code());
  const bool no_command = code == CLI::ExitCodes::RequiredError && !below.empty();
  const std::string left = FirstLeft(root, words);
  std::string text = error.what();
  if ((code == CLI::ExitCodes::ExtrasError || no_command) && !left.empty()) {
    const char* what = left.starts_with('-') ? "no flag"
                       : below.empty()       ? "unexpected"
                                             : "no command";
    text = std::string(what) + " \"" + left + "\"" + Suggestion(app, left);
  } else if (no_command) {
    text = "say which: " + ListOf(below);
  }
  io.err << WordsTo(app) << ": " << text << "\nTry: " << WordsTo(app) << " --help\n";
  return kExitUsage;
}

}  // namespace

int RunCli(const std::vector<Command>& commands, const std::vector<std::string>& words, Io& io) {
  CLI::App root(kAbout, "lagesbild");
  root.footer(std::string("\n") + kEpilogue + "\n");
  root.set_help_all_flag();
  root.set_version_flag("--version", std::string("lagesbild ") + kVersion,
                        "Print the version and exit");
  root.require_subcommand(0, 1);
  std::vector<Leaf> leaves;
  for (const Command& command : commands) leaves.push_back(AddCommand(root, command));

  std::vector<std::string> reversed(words.rbegin(), words.rend());
  try {
    root.parse(std::move(reversed));
  } catch (const CLI::Success& e) {  // --help, --version
    root.exit(e, io.out, io.err);
    return kExitOk;
  } catch (const CLI::ParseError& e) {
    return UsageError(root, e, words, io);
  }
  for (const Leaf& leaf : leaves) {
    if (leaf.app->parsed()) return leaf.command->run(*leaf.args, io);
  }
  io.err << root.help();
  return kExitUsage;
}

}  // namespace lagesbild::app
