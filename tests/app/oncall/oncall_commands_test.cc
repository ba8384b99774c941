// lagesbild state, dlq and reset on what a service has left behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/oncall/embedded_town.h"

namespace lagesbild::app {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class OnCall : public testing::Test {
 protected:
  void SetUp() override {
    town_.Publish(town_.Evening());
    town_.Serve();
  }
  EmbeddedTown town_;
};

TEST_F(OnCall, StateLsSaysWhatThereIs) {
  const Ran text = town_.Run({"state", "ls"});
  EXPECT_EQ(text.code, kExitOk) << text.err;
  EXPECT_THAT(text.out, AllOf(HasSubstr("partition 0: commit "), HasSubstr("  alert  2\n"),
                              HasSubstr("  series  ")));
  const Ran json = town_.Run({"state", "ls", "--json", "--partition", "0"});
  EXPECT_THAT(json.out, AllOf(HasSubstr(R"({"partition":0,"seq":)"), HasSubstr(R"("alert":2)")));
}

TEST_F(OnCall, StateGetFindsRowsAndReportsByName) {
  const Ran report = town_.Run({"state", "get", "picture/b/report/incidents/polisen/s1"});
  EXPECT_EQ(report.code, kExitOk) << report.err;
  EXPECT_THAT(report.out, AllOf(HasSubstr(R"("class":"shooting")"), HasSubstr(R"("area":"w")")));
  const Ran meta = town_.Run({"state", "get", "!meta", "--json"});
  EXPECT_THAT(meta.out, HasSubstr(R"({"partition":0,"name":"!meta","value":{"seq":)"));
  const Ran alerts = town_.Run({"state", "get", "picture/b/alert"});
  EXPECT_THAT(alerts.out, AllOf(HasSubstr(R"("rule":"many")"), HasSubstr(R"("rule":"single")")));
  const Ran none = town_.Run({"state", "get", "picture/b/alerts"});
  EXPECT_EQ(none.code, kExitProblems);
  EXPECT_THAT(none.err, HasSubstr("no row is named picture/b/alerts"));
}

TEST_F(OnCall, StateDumpSaysEveryRow) {
  const Ran dump = town_.Run({"state", "dump", "--json"});
  EXPECT_EQ(dump.code, kExitOk) << dump.err;
  for (const char* name : {"header", "configuration", "source/polisen", "picture/b/organisations",
                           "picture/b/sequence/w", "picture/b/series/w/all/", "!local"}) {
    EXPECT_THAT(dump.out, HasSubstr("\"name\":\"" + std::string(name)));
  }
}

TEST_F(OnCall, StateIsReadBesideAnOpenStore) {
  town_.EditRows([&](stream::Store&) { EXPECT_EQ(town_.Run({"state", "ls"}).code, kExitOk); });
}

TEST_F(OnCall, StateThatIsMissingForeignOrUnreadableIs74) {
  const Ran missing = RunWords({"state", "ls", "--config", town_.config(), "--set",
                                "state.dir=" + town_.folder().Path("none")});
  EXPECT_EQ(missing.code, kExitStateDamaged);
  EXPECT_THAT(missing.err, HasSubstr("there is no state"));
  EXPECT_FALSE(std::filesystem::exists(town_.folder().Path("none")));
  EXPECT_EQ(town_.Run({"state", "dump", "--partition", "7"}).code, kExitStateDamaged);
  town_.EditRows([](stream::Store& store) { ASSERT_TRUE(store.Write({{"0", "x"}}).ok()); });
  const Ran unreadable = town_.Run({"state", "dump"});
  EXPECT_EQ(unreadable.code, kExitStateDamaged);
  EXPECT_THAT(unreadable.err, HasSubstr("header: row of an unknown format"));
  EXPECT_THAT(unreadable.out, HasSubstr("configuration")) << "the others are said all the same";
  std::filesystem::rename(town_.folder().Path("state/town"), town_.folder().Path("state/other"));
  const Ran foreign = town_.Run({"state", "ls", "--set", "group=other"});
  EXPECT_EQ(foreign.code, kExitStateDamaged);
  EXPECT_THAT(foreign.err, HasSubstr("belongs to another group"));
}

TEST_F(OnCall, DlqLsCountsAndSaysWhereTheRecordIs) {
  const Ran text = town_.Run({"dlq", "ls", "--embedded"});
  EXPECT_EQ(text.code, kExitOk) << text.err;
  EXPECT_THAT(text.out, AllOf(HasSubstr("unknown-field"),
                              HasSubstr("safety.incidents.v1 partition 0 offset 3  /name")));
  const Ran json = town_.Run({"dlq", "ls", "--embedded", "--json", "--list", "5"});
  EXPECT_THAT(json.out, AllOf(HasSubstr(R"("total":1)"), HasSubstr(R"("reason":"unknown-field")"),
                              HasSubstr(R"("offset":3)"), HasSubstr(R"("pointer":"/name")")));
  const Ran none = town_.Run({"dlq", "ls", "--embedded", "--reason", "too-old"});
  EXPECT_THAT(none.out, HasSubstr("no dead letters"));
}

TEST_F(OnCall, ResetSaysWhatItWouldDoAndDoesNothing) {
  const std::string before = town_.Run({"state", "dump"}).out;
  const Ran plan = town_.Run({"reset", "--embedded"});
  EXPECT_EQ(plan.code, kExitOk) << plan.err;
  EXPECT_THAT(plan.out, AllOf(HasSubstr("would do"), HasSubstr("-> 0 (commit "),
                              HasSubstr("not touched: the topics that partners write to")));
  EXPECT_THAT(plan.err, HasSubstr("--yes does it"));
  town_.Serve();
  EXPECT_EQ(town_.Run({"audit", "--embedded"}).code, kExitOk);
}

TEST_F(OnCall, AfterAResetTheWholeLogIsFoldedAgain) {
  const Ran before = town_.Run({"state", "get", "picture"});
  const auto raw = town_.Records(town_.topics().raw[0].name).size();
  const auto alerts = town_.Records(town_.topics().alerts);
  const Ran reset = town_.Run({"reset", "--embedded", "--yes", "--json"});
  ASSERT_EQ(reset.code, kExitOk) << reset.err;
  EXPECT_THAT(reset.out, AllOf(HasSubstr(R"("done":true)"), HasSubstr(R"("new_offset":0)")));
  // A record more, so that something is to be done.
  town_.Publish({town_.Report("a4", 300, "assault")});
  town_.Serve();
  const Ran audit = town_.Run({"audit", "--embedded", "--after-reset"});
  EXPECT_EQ(audit.code, kExitOk) << audit.out << audit.err;
  EXPECT_EQ(town_.Records(town_.topics().raw[0].name).size(), raw + 1);
  const auto again = town_.Records(town_.topics().alerts);
  ASSERT_GE(again.size(), 2 * alerts.size());
  for (size_t i = 0; i < alerts.size(); ++i)
    EXPECT_EQ(again[alerts.size() + i].value, alerts[i].value) << "the same once more";
}

// The store of a machine that was away: it is at a commit before the reset.
TEST_F(OnCall, AStoreThatMissedAResetIsBroughtForward) {
  const auto from = town_.folder().Path("state/town/picture-0");
  std::filesystem::copy(from, town_.folder().Path("old"), std::filesystem::copy_options::recursive);
  ASSERT_EQ(town_.Run({"reset", "--embedded", "--yes"}).code, kExitOk);
  town_.Publish({town_.Report("a4", 300, "assault")});
  town_.Serve();
  std::filesystem::remove_all(from);
  std::filesystem::rename(town_.folder().Path("old"), from);
  town_.Publish({town_.Report("a5", 400, "assault")});
  town_.Serve();
  const Ran audit = town_.Run({"audit", "--embedded", "--after-reset"});
  EXPECT_EQ(audit.code, kExitOk) << audit.out << audit.err;
}

// As retention leaves it: the configuration is gone from the log, the reports are not.
TEST_F(OnCall, AResetOfALogWhoseBeginningIsGoneKeepsTheConfiguration) {
  town_.TrimLog(1);
  const Ran reset = town_.Run({"reset", "--embedded", "--yes", "--json"});
  ASSERT_EQ(reset.code, kExitOk) << reset.err;
  EXPECT_THAT(reset.out, AllOf(HasSubstr(R"("new_offset":1)"), HasSubstr(R"("rows_kept":6)")));
  town_.Publish({town_.Report("a4", 300, "assault")});
  town_.Serve();
  const Ran alerts = town_.Run({"state", "get", "picture/b/alert"});
  EXPECT_THAT(alerts.out, AllOf(HasSubstr(R"("rule":"many")"), HasSubstr(R"("rule":"single")")));
  const Ran audit = town_.Run({"audit", "--embedded", "--after-reset", "--no-raw"});
  EXPECT_EQ(audit.code, kExitOk) << audit.out << audit.err;
}

TEST_F(OnCall, ResetRefusesWhileAServiceHoldsTheLog) {
  const auto held = town_.OpenLog();
  const Ran ran = town_.Run({"reset", "--embedded", "--yes"});
  EXPECT_EQ(ran.code, kExitUnavailable);
  EXPECT_THAT(ran.err, HasSubstr("another process holds the embedded log"));
}

}  // namespace
}  // namespace lagesbild::app
