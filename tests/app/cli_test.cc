// The frame of the command line: words, flags, streams, exit codes, whatever the command.
#include "app/cli.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/run_command.h"

namespace lagesbild::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A command with every type of flag, that prints what it was given.
std::vector<Command> Probe() {
  Command probe;
  probe.words = "probe all";
  probe.summary = "Try it";
  probe.examples = "  lagesbild probe all x";
  probe.flags = {
      {.name = "file", .type = FlagType::kFile, .help = "a", .required = true, .many = true},
      {.name = "--switch", .type = FlagType::kSwitch, .help = "b"},
      {.name = "--text", .help = "c", .fallback = "none"},
      {.name = "--count", .type = FlagType::kInteger, .help = "d"},
      {.name = "--share", .type = FlagType::kNumber, .help = "e"},
      {.name = "--wait", .type = FlagType::kDuration, .help = "f", .fallback = "5m"},
      {.name = "--until", .type = FlagType::kTime, .help = "g"},
      {.name = "--lang", .help = "h", .choices = {"sv", "en"}},
      {.name = "--set", .help = "i", .many = true}};
  probe.run = [](const Args& args, Io& io) {
    for (const std::string& file : args.Texts("file")) io.out << file << " ";
    io.out << args.Switch("--switch") << " " << args.Text("--text") << " "
           << args.Integer("--count") << " " << args.Number("--share") << " "
           << args.DurationMs("--wait") << " " << args.TimeMs("--until").value_or(-1);
    for (const std::string& set : args.Texts("--set")) io.out << " " << set;
    return 42;
  };
  return {probe};
}

Ran RunProbe(std::vector<std::string> words) {
  words.insert(words.begin(), {"probe", "all"});
  return RunWords(words, {}, Probe());
}

TEST(Cli, HandsOverWhatWasGivenAndReturnsTheCommandsCode) {
  const Ran ran = RunProbe({"a", "--switch", "--count", "3", "--set", "k=v", "b", "--set=l=w",
                            "--wait", "90s", "--until", "1970-01-01T00:00:01Z", "--share", "0.5"});
  EXPECT_EQ(ran.code, 42) << ran.err;
  EXPECT_EQ(ran.out, "a b 1 none 3 0.5 90000 1000 k=v l=w");
  EXPECT_EQ(ran.err, "");
}

TEST(Cli, UsesFallbacks) {
  EXPECT_EQ(RunProbe({"-"}).out, "- 0 none 0 0 300000 -1") << "- is a file: standard input";
}

TEST(Cli, RefusesWrongValuesWithWhatIsAllowedAndExit2) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"a", "--count", "-1"}, "--count: \"-1\" is not a whole number"},
      {{"a", "--count", "3x"}, "--count: \"3x\" is not a whole number"},
      {{"a", "--wait", "5"}, "--wait: \"5\" is not a duration, such as 90s, 5m, 6h or 7d"},
      {{"a", "--until", "now"}, "--until: \"now\" is not a time with an offset"},
      {{"a", "--lang", "de"}, "--lang: \"de\" is not one of sv, en"},
      {{"a", "--swich"}, "no flag \"--swich\"; did you mean \"--switch\"?"},
      {{}, "file is required"},
  };
  for (const auto& [words, message] : cases) {
    const Ran ran = RunProbe(words);
    EXPECT_EQ(ran.code, 2) << message;
    EXPECT_EQ(ran.out, "") << "errors go to stderr";
    EXPECT_THAT(ran.err, HasSubstr("lagesbild probe all: " + message));
    EXPECT_THAT(ran.err, HasSubstr("Try: lagesbild probe all --help\n"));
  }
}

TEST(Cli, HelpGoesToStdoutWithAnExample) {
  const Ran ran = RunProbe({"--help"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.err, "");
  EXPECT_THAT(ran.out, HasSubstr("Example:\n  lagesbild probe all x\n"));
  EXPECT_THAT(ran.out, HasSubstr("(default: 5m)"));
}

TEST(Cli, EveryCommandHasHelpWithAnExampleThatNamesIt) {
  for (const Command& command : AllCommands()) {
    EXPECT_THAT(command.examples, HasSubstr("lagesbild " + command.words)) << command.words;
    EXPECT_FALSE(command.summary.empty());
    std::istringstream in(command.words);
    std::vector<std::string> words;
    for (std::string word; in >> word;) words.push_back(word);
    words.push_back("--help");
    const Ran ran = RunWords(words);
    EXPECT_EQ(ran.code, 0) << command.words;
    EXPECT_THAT(ran.out, HasSubstr("xample"));
    for (const Flag& flag : command.flags) {
      EXPECT_FALSE(flag.help.empty()) << command.words << " " << flag.name;
      EXPECT_THAT(ran.out, HasSubstr(flag.name));
    }
  }
}

TEST(Cli, WithoutAKnownCommandItSaysWhichThereAre) {
  const Ran none = RunWords({});
  EXPECT_EQ(none.code, 2);
  EXPECT_EQ(none.out, "");
  EXPECT_THAT(none.err, HasSubstr("config"));
  EXPECT_THAT(RunWords({"confg", "check"}).err,
              HasSubstr("no command \"confg\"; did you mean \"config\"?"));
  EXPECT_THAT(RunWords({"config", "chek"}).err,
              HasSubstr("no command \"chek\"; did you mean \"check\"?"));
  const Ran group = RunWords({"config"});
  EXPECT_EQ(group.code, 2);
  EXPECT_THAT(group.err, HasSubstr("say which: check, show, schema"));
}

TEST(Cli, PrintsItsVersion) {
  const Ran ran = RunWords({"--version"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.out, testing::StartsWith("lagesbild 0."));
}

}  // namespace
}  // namespace lagesbild::app
