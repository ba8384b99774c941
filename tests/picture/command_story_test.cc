// What coordinators say back, and what silence of a source does (contract, Command and "Alert
// transition"). Minutes after nine in the evening.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "picture/town.h"

namespace lagesbild::picture {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr double kHour = 60;

ReportBuilder Shooting(ReportBuilder report) { return report.Of("shooting"); }

class CommandStory : public ::testing::Test {
 protected:
  void OpenShooting() {
    town_.Send(0, Shooting(Police("p")));
    EXPECT_THAT(town_.Said(), ElementsAre("0: open grave-single in gard"));
    id_ = town_.AlertId("grave-single", "gard");
  }

  Town town_{SmallCounty()};
  std::string id_;
};

TEST_F(CommandStory, AnAcknowledgementIsAnUpdateAndStays) {
  OpenShooting();
  town_.Send(5, Acknowledge("c-1", id_));
  town_.Send(6, Acknowledge("c-2", id_));  // says nothing new
  town_.Send(9, Shooting(Guard("g")));
  EXPECT_THAT(town_.Said(), ElementsAre("5: updated grave-single in gard, acknowledged",
                                        "9: updated grave-single in gard, acknowledged"));
}

TEST_F(CommandStory, ANewGenerationWantsANewAcknowledgement) {
  OpenShooting();
  town_.Send(5, Acknowledge("c-1", id_));
  town_.Pass(7 * kHour);
  town_.Send(8 * kHour, Shooting(Police("p")).Revision(2).Confirmed());
  EXPECT_EQ(town_.Said().back(), "480: open grave-single in gard, generation 2");
}

TEST_F(CommandStory, ACommandIdIsTakenOnce) {
  OpenShooting();
  town_.Send(5, Silence("c-1", "gard", "", 60));
  town_.Send(6, Unsilence("c-2", "gard", ""));
  town_.Send(7, Silence("c-1", "gard", "", 60));
  EXPECT_THAT(town_.Said(), ElementsAre("5: updated grave-single in gard, silenced",
                                        "6: updated grave-single in gard"));
}

// What she has dismissed is not opened to her again under the younger one's name.
TEST_F(CommandStory, AnAlertThatMergesWithOneThatIsDismissedInTheSameInstantIsCancelled) {
  town_.Send(10, Shooting(Police("p1")).Happened(5).Where(-150, 0));
  const std::string older = town_.AlertId("grave-single", "gard");
  town_.Send(11, Shooting(Police("p2")).Happened(6).Where(150, 0));
  EXPECT_THAT(town_.Said(), SizeIs(2));
  town_.Send(20, Shooting(Guard("g")).Happened(0).Where(0, 0));
  town_.Send(20, Dismiss("c-1", older, "known"));
  EXPECT_THAT(town_.Said(), UnorderedElementsAre("20: resolved grave-single in gard, dismissed",
                                                 "20: cancelled grave-single in gard, merged"));
}

TEST_F(CommandStory, ADismissalIsSaidOnce) {
  OpenShooting();
  town_.Send(5, Dismiss("c-1", id_, "duplicate"));
  town_.Send(6, Dismiss("c-2", id_, "duplicate"));
  town_.Pass(20 * kHour);
  EXPECT_THAT(town_.Said(), ElementsAre("5: resolved grave-single in gard, dismissed"));
  EXPECT_THAT(town_.DeadLetters(), IsEmpty());
}

TEST_F(CommandStory, AnAlertThatDoesNotExistIsADeadLetter) {
  OpenShooting();
  town_.Send(5, Acknowledge("c-1", "a-0000000000000000"));
  town_.Send(5, Dismiss("c-2", "a-0000000000000001", "handled"));
  town_.Send(5, Acknowledge("c-3", id_), "ja");  // not an alert of that picture
  EXPECT_THAT(town_.DeadLetters(),
              UnorderedElementsAre("unknown-alert 0", "unknown-alert 1", "unknown-alert 2"));
  EXPECT_THAT(town_.Said(), IsEmpty());
}

TEST_F(CommandStory, ASilenceCoversTheAreasBelowAndEndsByItself) {
  OpenShooting();
  town_.Send(5, Silence("c-1", "hv", "", 60));
  town_.Send(6, Silence("c-2", "strand", "", 60));
  town_.Send(30, Shooting(Guard("g")).In("torget").Where(3000, 0).Happened(30));
  town_.Send(30, Shooting(Police("q")).In("torget").Where(3000, 0).Happened(30));
  town_.Pass(90);
  EXPECT_THAT(town_.Said(), UnorderedElementsAre("5: updated grave-single in gard, silenced",
                                                 "30: open grave-single in torget, silenced",
                                                 "60: updated grave-single in gard",
                                                 "60: updated grave-single in torget"));
}

TEST_F(CommandStory, ASilenceOfOneRuleLeavesTheOthers) {
  OpenShooting();
  town_.Send(5, Silence("c-1", "gard", "violence-24h", 600));
  EXPECT_THAT(town_.Said(), IsEmpty());
  town_.Send(6, Police("a").Happened(6).Where(2000, 0));
  town_.Send(7, Police("b").Happened(7).Where(4000, 0));
  EXPECT_THAT(town_.Said(), ElementsAre("7: open violence-24h in gard, 3, silenced"));
}

TEST_F(CommandStory, ASilencedAlertLivesOn) {
  OpenShooting();
  town_.Send(5, Silence("c-1", "gard", "", 24 * kHour));
  town_.Send(9, Shooting(Guard("g")));
  town_.Pass(7 * kHour);
  EXPECT_THAT(town_.Said(), ElementsAre("5: updated grave-single in gard, silenced",
                                        "9: updated grave-single in gard, silenced",
                                        "369: resolved grave-single in gard, silenced"));
}

TEST_F(CommandStory, ASilenceSaidAgainTakesTheNewEnd) {
  OpenShooting();
  town_.Send(5, Silence("c-1", "gard", "", 60));
  town_.Send(6, Silence("c-2", "gard", "", 120));
  town_.Pass(200);
  EXPECT_THAT(town_.Said(), ElementsAre("5: updated grave-single in gard, silenced",
                                        "120: updated grave-single in gard"));
}

TEST_F(CommandStory, ASilenceThatEndsBeforeItBeginsIsNone) {
  OpenShooting();
  town_.Send(5, Silence("c-1", "gard", "", 5));
  town_.Pass(6);
  EXPECT_THAT(town_.Said(), IsEmpty());
  town_.Send(10, Silence("c-2", "gard", "", 60));
  town_.Send(20, Silence("c-3", "gard", "", 15));  // an end in the past ends it
  EXPECT_THAT(town_.Said(), ElementsAre("10: updated grave-single in gard, silenced",
                                        "20: updated grave-single in gard"));
}

TEST_F(CommandStory, ACommandIdIsTakenOnceAPicture) {
  OpenShooting();
  town_.Send(1, Shooting(Police("q")).In("kista").Where(9000, 0));
  town_.Send(5, Acknowledge("c-1", id_));
  town_.Send(6, Acknowledge("c-1", town_.AlertId("grave-single", "kista")), "ja");
  EXPECT_THAT(town_.Said(), ElementsAre("1: open grave-single in kista",
                                        "5: updated grave-single in gard, acknowledged",
                                        "6: updated grave-single in kista, acknowledged"));
}

// The police are expected to be heard at least every three hours. A minute of a liveness may have
// been any second in it, so the police are blind from the minute after: silent for longer than
// that, whichever second it was.
class BlindStory : public ::testing::Test {
 protected:
  static Settings WithGap() {
    Settings county = SmallCounty();
    county.sources[0].expected_gap_ms = 3 * kHourMs;
    return county;
  }
  void Report(double minutes, const lagesbild::Report& report) {
    town_.Heard(minutes, report.key.org);
    town_.Send(minutes, report);
  }

  Town town_{WithGap()};
};

TEST_F(BlindStory, NothingResolvesWhileAContributingSourceIsBlind) {
  Report(0, Shooting(Police("p")));
  EXPECT_THAT(town_.Said(), ElementsAre("0: open grave-single in gard"));
  town_.Pass(3 * kHour);
  EXPECT_THAT(town_.Said(), IsEmpty());
  town_.Pass(3 * kHour + 1);
  EXPECT_THAT(town_.Said(), ElementsAre("181: updated grave-single in gard, without polisen"));
  town_.Pass(10 * kHour);
  EXPECT_THAT(town_.Said(), IsEmpty());
  town_.Heard(11 * kHour, "polisen");
  EXPECT_THAT(town_.Said(), ElementsAre("660: resolved grave-single in gard"));
}

TEST_F(BlindStory, AReturnBeforeTheHoldIsOverOnlyClearsTheFlag) {
  Report(0, Shooting(Police("p")));
  town_.Heard(5 * kHour, "polisen");
  town_.Pass(7 * kHour);
  EXPECT_THAT(town_.Said(), ElementsAre("0: open grave-single in gard",
                                        "181: updated grave-single in gard, without polisen",
                                        "300: updated grave-single in gard",
                                        "360: resolved grave-single in gard"));
}

TEST_F(BlindStory, ASourceThatIsHeardInTimeIsNotBlind) {
  for (int h = 0; h < 9; h += 3) town_.Heard(h * kHour, "polisen");
  Report(9 * kHour, Shooting(Police("p")).Happened(9 * kHour));
  town_.Heard(12 * kHour, "polisen");
  town_.Heard(15 * kHour, "polisen");
  EXPECT_THAT(town_.Said(),
              ElementsAre("540: open grave-single in gard", "900: resolved grave-single in gard"));
}

TEST_F(BlindStory, ASourceThatHasNothingToDoWithTheAlertMayBeBlind) {
  Report(0, Shooting(Guard("g")));
  Report(0, Shooting(Rescue("r")));
  town_.Pass(7 * kHour);
  EXPECT_THAT(town_.Said(),
              ElementsAre("0: open grave-single in gard", "360: resolved grave-single in gard"));
}

TEST_F(BlindStory, TheBacklogAfterAnOutageKeepsTheAlertOpen) {
  Report(0, Shooting(Police("p")));
  town_.Pass(7 * kHour);
  EXPECT_THAT(town_.Said(), SizeIs(2));
  Report(8 * kHour, Shooting(Police("q")).Happened(10));
  town_.Pass(8 * kHour + 1);
  EXPECT_THAT(town_.Said(), ElementsAre("480: updated grave-single in gard"));
}

// Its reports are held for five weeks: then nothing is left of them but the alert.
TEST(BlindStories, AnAlertThatOutlivesItsReportsStillSaysWhoseSilenceItWaitsFor) {
  Settings county = SmallCounty();
  county.sources[0].expected_gap_ms = 3 * kHourMs;
  for (Source& source : county.sources) {
    if (source.org == "vakt") source.expected_gap_ms = 61 * kDayMs;
  }
  constexpr double kDay = 24 * kHour;
  Town town(county);
  for (const char* org : {"polisen", "vakt"}) town.Heard(0, org);
  town.Send(0, Shooting(Police("p")));
  town.Send(0, Shooting(Guard("g")));
  town.Pass(60 * kDay);
  EXPECT_THAT(town.Said(), ElementsAre("0: open grave-single in gard",
                                       "181: updated grave-single in gard, without polisen"));
  town.Pass(62 * kDay);
  EXPECT_THAT(town.Said(),
              ElementsAre("87841: updated grave-single in gard, without polisen vakt"));
}

TEST(FeedsStory, ASourceThatFeedsAClassTouchesItsAlertsThoughItReportedNothing) {
  Settings county = SmallCounty();
  county.sources[0].expected_gap_ms = 3 * kHourMs;
  county.sources[0].feeds = {"violence"};
  Town town(county);
  town.Heard(0, "polisen");
  town.Send(0, Shooting(Guard("g")));
  town.Send(0, Shooting(Rescue("r")));
  town.Pass(9 * kHour);
  EXPECT_THAT(town.Said(), ElementsAre("0: open grave-single in gard",
                                       "181: updated grave-single in gard, without polisen"));
  town.Heard(10 * kHour, "polisen");
  EXPECT_THAT(town.Said(), ElementsAre("600: resolved grave-single in gard"));
}

}  // namespace
}  // namespace lagesbild::picture
