// lagesbild alerts …, on transitions that replay makes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <sstream>

#include "app/alerts/alert_builder.h"
#include "app/exit_code.h"
#include "app/folder.h"
#include "app/run_command.h"
#include "app/town_files.h"

namespace lagesbild::app {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string Report(const std::string& id, const std::string& class_name, const std::string& at,
                   double lat, double lon) {
  std::ostringstream line;
  line << R"({"topic":"incidents","timestamp":")" << at << R"(","value":{"org":"polisen","id":")"
       << id << R"(","class":")" << class_name << R"(","occurred_from":")" << at
       << R"(","place":{"lat":)" << lat << R"(,"lon":)" << lon << R"(,"precision_m":25}}})" << "\n";
  return line.str();
}

// Three assaults in West from 18:00 on, a shooting in East at 20:30.
std::string Evening() {
  return Report("a1", "assault", "2023-01-14T18:00:00+01:00", 59.31, 17.81) +
         Report("a2", "assault", "2023-01-14T19:00:00+01:00", 59.33, 17.82) +
         Report("a3", "assault", "2023-01-14T20:00:00+01:00", 59.35, 17.83) +
         Report("s1", "shooting", "2023-01-14T20:30:00+01:00", 59.35, 17.88);
}

std::string ReadText(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

class AlertsCommand : public testing::Test {
 protected:
  AlertsCommand() { Replay({"evening.ndjson"}, "alerts.ndjson"); }

  // Runs the inputs and keeps what comes out.
  void Replay(const std::vector<std::string>& inputs, const std::string& to) {
    std::vector<std::string> words = {"replay", "--config", config_};
    for (const std::string& input : inputs) words.push_back(folder_.Path(input));
    const Ran ran = RunWords(words);
    ASSERT_EQ(ran.code, kExitOk) << ran.err;
    folder_.Write(to, ran.out);
  }
  Ran Alerts(std::vector<std::string> words, bool from = true) {
    words.insert(words.begin(), "alerts");
    words.insert(words.end(), {"--config", config_});
    if (from) words.insert(words.end(), {"--from", folder_.Path("alerts.ndjson")});
    return RunWords(words);
  }
  // The id of the alert of this rule.
  std::string IdOf(const std::string& rule) {
    const std::string out = Alerts({"list", "--rule", rule, "--json"}).out;
    std::smatch match;
    EXPECT_TRUE(std::regex_search(out, match, std::regex("\"alert_id\":\"(a-[0-9a-f]+)\"")));
    return match[1];
  }

  Folder folder_;
  const std::string config_ = WriteTown(folder_);
  const std::string evening_ = folder_.Write("evening.ndjson", Evening());
};

TEST_F(AlertsCommand, ListIsATableOfTheLastTransitions) {
  const Ran ran = Alerts({"list", "--lang", "en"});
  EXPECT_EQ(ran.code, kExitOk) << ran.err;
  EXPECT_EQ(std::regex_replace(ran.out, std::regex("a-[0-9a-f]+"), "a-X"),
            "STATE  SEVERITY  SINCE             AREA  RULE    COUNT  CERTAINTY  FLAGS  ID\n"
            "open   severe    2023-01-14 20:30  East  single  1      likely     -      a-X\n"
            "open   moderate  2023-01-14 20:00  West  many    3/3    likely     -      a-X\n");
  EXPECT_THAT(Alerts({"list", "--lang", "sv"}).out, StartsWith("LÄGE   ALLVAR"));
}

TEST_F(AlertsCommand, ListPicksByStateAreaAndRule) {
  EXPECT_THAT(Alerts({"list", "--area", "West"}).out,
              AllOf(HasSubstr("many"), Not(HasSubstr("single"))));
  EXPECT_THAT(Alerts({"list", "--area", "e"}).out, HasSubstr("single"));
  EXPECT_EQ(Alerts({"list", "--state", "resolved"}).out, "");
  const Ran slip = Alerts({"list", "--rule", "mnay"});
  EXPECT_EQ(slip.code, kExitOk);
  EXPECT_THAT(slip.err, HasSubstr("did you mean \"many\"?"));
}

TEST_F(AlertsCommand, ListAsJsonCanBeReadAgain) {
  folder_.Write("again.ndjson", Alerts({"list", "--json"}).out);
  const Ran again =
      RunWords({"alerts", "list", "--from", folder_.Path("again.ndjson"), "--config", config_});
  EXPECT_EQ(again.code, kExitOk) << again.err;
  EXPECT_EQ(again.out, Alerts({"list"}).out);
}

TEST_F(AlertsCommand, TailIsALineATransitionInEitherLanguage) {
  const Ran english = Alerts({"tail", "--rule", "many", "--lang", "en"});
  EXPECT_EQ(english.code, kExitOk);
  EXPECT_EQ(std::regex_replace(english.out, std::regex("a-[0-9a-f]+"), "a-X"),
            "2023-01-14 20:00  opened      moderate   3 violent incidents in West in 24h (limit 3, "
            "alert since 20:00). Reports: police 3. Likely, not confirmed.  a-X\n");
  EXPECT_THAT(Alerts({"tail", "--lang", "sv"}).out, HasSubstr("öppnat"));
  EXPECT_THAT(Alerts({"tail", "--time-zone", "UTC"}).out, HasSubstr("2023-01-14 19:00"));
}

TEST_F(AlertsCommand, ExplainReproducesTheDecisionOffline) {
  const std::string id = IdOf("many");
  const Ran ran = RunWords({"alerts", "explain", id, "--from", folder_.Path("alerts.ndjson"),
                            "--time-zone", "Europe/Stockholm", "--lang", "en"});
  EXPECT_EQ(ran.code, kExitOk) << ran.err;
  EXPECT_THAT(ran.out,
              AllOf(HasSubstr("Rule many of rule set "),
                    HasSubstr("2023-01-13 20:01 – 2023-01-14 20:00: 24h"),
                    HasSubstr("3 ≥ 3 (enter): over the limit that opens."),
                    HasSubstr("3. 2023-01-14 20:00  assault, 1 report, unconfirmed  i-"),
                    HasSubstr("down to 1 at 2023-01-15 19:00"), HasSubstr("The record adds up")));
}

TEST_F(AlertsCommand, ExplainTakesTheBeginningOfAnId) {
  const std::string id = IdOf("single");
  EXPECT_THAT(Alerts({"explain", id.substr(0, 8), "--json"}).out,
              AllOf(StartsWith("{\"alert_id\":\"" + id), HasSubstr("\"consistent\":true")));
}

TEST_F(AlertsCommand, ExplainOfAnUnknownIdIsExitOneWithASuggestion) {
  std::string id = IdOf("single");
  id.back() = id.back() == '0' ? '1' : '0';
  const Ran ran = Alerts({"explain", id});
  EXPECT_EQ(ran.code, kExitProblems);
  EXPECT_THAT(ran.err, AllOf(HasSubstr("no alert \"" + id), HasSubstr("did you mean")));
}

TEST_F(AlertsCommand, ExplainOfARecordThatDoesNotAddUpIsExitOne) {
  const std::string path =
      folder_.Write("bad.ndjson", AlertBuilder().With("observed", "4").Json() + "\n");
  const Ran ran = RunWords({"alerts", "explain", "a-0123456789abcdef", "--from", path});
  EXPECT_EQ(ran.code, kExitProblems);
  EXPECT_THAT(ran.out, HasSubstr("DOES NOT ADD UP: observed is 4 but counts.incidents is 3"));
}

TEST_F(AlertsCommand, AFileThatIsNoneOrNotThereHasItsExitCode) {
  EXPECT_EQ(RunWords({"alerts", "list", "--from", folder_.Path("nothing")}).code, kExitNoFile);
  const std::string bad = folder_.Write("bad.ndjson", "\nnot json\n");
  const Ran ran = RunWords({"alerts", "list", "--from", bad});
  EXPECT_EQ(ran.code, kExitBadInput);
  EXPECT_THAT(ran.err, HasSubstr("bad.ndjson:2: not a JSON object"));
}

TEST_F(AlertsCommand, DismissEndsTheAlertWhenReplayedWithTheInput) {
  const std::string id = IdOf("many"), to = folder_.Path("commands.ndjson");
  const Ran ran = Alerts({"dismiss", id.substr(0, 9), "--reason", "handled", "--by", "duty-1",
                          "--at", "2023-01-14T21:00:00+01:00", "--to", to});
  ASSERT_EQ(ran.code, kExitOk) << ran.err;
  const std::string command_id = ran.out.substr(0, ran.out.find('\n'));
  EXPECT_TRUE(std::regex_match(command_id, std::regex("c-[0-9a-f]{16}")));
  EXPECT_EQ(
      ReadText(to),
      R"({"topic":"commands","timestamp":"2023-01-14T20:00:00Z","key":"b","value":{"command":)"
      R"("dismiss","id":")" +
          command_id + R"(","picture":"b","alert_id":")" + id +
          R"(","reason":"handled","by":"duty-1","at":"2023-01-14T20:00:00Z"}})" + "\n");
  Replay({"evening.ndjson", "commands.ndjson"}, "alerts.ndjson");
  const Ran list = Alerts({"list", "--rule", "many", "--lang", "en"});
  EXPECT_THAT(list.out, AllOf(HasSubstr("resolved"), HasSubstr("dismissed")));
  const Ran explained = Alerts({"explain", id, "--lang", "en"});
  EXPECT_EQ(explained.code, kExitOk);
  EXPECT_THAT(explained.out, AllOf(HasSubstr("a coordinator dismissed the alert"),
                                   HasSubstr("Does not open again before")));
  EXPECT_EQ(Alerts({"ack", id, "--to", to}).code, kExitProblems);
}

TEST_F(AlertsCommand, AcknowledgeMarksTheAlertWhenReplayed) {
  const std::string to = folder_.Path("commands.ndjson");
  ASSERT_EQ(Alerts({"ack", IdOf("single"), "--at", "2023-01-14T21:00:00+01:00", "--to", to}).code,
            kExitOk);
  Replay({"evening.ndjson", "commands.ndjson"}, "alerts.ndjson");
  EXPECT_THAT(Alerts({"list", "--rule", "single", "--lang", "en"}).out, HasSubstr("ack"));
}

TEST_F(AlertsCommand, SilenceMarksTheAreaAndUnsilenceEndsIt) {
  const std::string at = "2023-01-14T17:00:00+01:00";
  const Ran silence = Alerts({"silence", "West", "--for", "6h", "--reason", "planned-event", "--at",
                              at, "--to", folder_.Path("silence.ndjson")},
                             false);
  ASSERT_EQ(silence.code, kExitOk) << silence.err;
  EXPECT_THAT(ReadText(folder_.Path("silence.ndjson")),
              AllOf(HasSubstr(R"("area":"w","rule":null,"reason":"planned-event","until":)"
                              R"("2023-01-14T22:00:00Z")"),
                    HasSubstr(R"("picture":"b")")));
  Replay({"silence.ndjson", "evening.ndjson"}, "alerts.ndjson");
  EXPECT_THAT(Alerts({"list", "--rule", "many", "--lang", "en"}).out, HasSubstr("silenced"));
  EXPECT_THAT(Alerts({"list", "--rule", "single", "--lang", "en"}).out, Not(HasSubstr("silenced")));
  ASSERT_EQ(Alerts({"unsilence", "w", "--at", "2023-01-14T17:30:00+01:00", "--to",
                    folder_.Path("unsilence.ndjson")},
                   false)
                .code,
            kExitOk);
  Replay({"silence.ndjson", "unsilence.ndjson", "evening.ndjson"}, "alerts.ndjson");
  EXPECT_THAT(Alerts({"list", "--lang", "en"}).out, Not(HasSubstr("silenced")));
}

TEST_F(AlertsCommand, AnUnknownAreaOrRuleIsRefusedWithASuggestion) {
  const std::string to = folder_.Path("commands.ndjson");
  const Ran area =
      Alerts({"silence", "Wset", "--for", "1h", "--reason", "known", "--to", to}, false);
  EXPECT_EQ(area.code, kExitProblems);
  EXPECT_THAT(area.err, HasSubstr("did you mean \"West\"?"));
  const Ran rule = Alerts(
      {"silence", "w", "--rule", "many-24", "--for", "1h", "--reason", "known", "--to", to}, false);
  EXPECT_EQ(rule.code, kExitProblems);
  EXPECT_THAT(rule.err, HasSubstr("many"));
  EXPECT_FALSE(std::filesystem::exists(to));
}

TEST_F(AlertsCommand, ASilenceNeedsOneEndThatLiesAhead) {
  const std::string to = folder_.Path("commands.ndjson");
  EXPECT_EQ(Alerts({"silence", "w", "--reason", "known", "--to", to}, false).code, kExitUsage);
  EXPECT_EQ(Alerts({"silence", "w", "--reason", "known", "--for", "1h", "--until",
                    "2023-01-14T21:00:00+01:00", "--to", to},
                   false)
                .code,
            kExitUsage);
  EXPECT_EQ(Alerts({"silence", "w", "--reason", "known", "--until", "2023-01-14T21:00:00+01:00",
                    "--to", to},
                   false)
                .code,
            kExitUsage);
}

TEST_F(AlertsCommand, TheRoleComesFromTheFlagElseTheEnvironment) {
  const std::string to = folder_.Path("commands.ndjson");
  const std::vector<std::string> words = {"alerts", "unsilence", "w", "--config",
                                          config_,  "--to",      to};
  ASSERT_EQ(RunWords(words, {"LAGESBILD_ROLE=duty-2"}).code, kExitOk);
  EXPECT_THAT(ReadText(to), HasSubstr("\"by\":\"duty-2\""));
  const Ran name = RunWords(words, {"LAGESBILD_ROLE=Anna Svensson"});
  EXPECT_EQ(name.code, kExitUsage);
}

}  // namespace
}  // namespace lagesbild::app
