// The life of an alert about a count: three violent incidents in a day and district open it, one or
// none for six hours resolves it (contract, "Alert transition", Count rule; domain.md §4). Minutes
// after nine in the evening.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "picture/town.h"

namespace lagesbild::picture {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr double kHour = 60;

class CountStory : public ::testing::Test {
 protected:
  explicit CountStory(Settings county = SmallCounty()) : town_(std::move(county)) {}

  // An incident of its own: every one in another place of the district.
  ReportBuilder Assault(const std::string& id, double minutes) {
    return Police(id).Happened(minutes).Where(1000.0 * ++places_, 0);
  }
  void Assaults(std::initializer_list<double> at) {
    for (double minutes : at) {
      town_.Send(minutes, Assault(Numbered("p", places_), minutes));
    }
  }

  Town town_;
  int places_ = 0;
};

TEST_F(CountStory, OpensAtTheThirdIncidentAndSaysWhy) {
  Assaults({0, 60, 90});
  const auto said = town_.Transitions();
  ASSERT_THAT(said, SizeIs(1));
  const AlertTransition& t = said[0];
  EXPECT_EQ(Line(t), "90: open violence-24h in gard, 3");
  EXPECT_EQ(t.of, "violence");
  EXPECT_EQ(t.window_ms, kDayMs);
  EXPECT_EQ(t.enter, 3);
  EXPECT_EQ(t.exit, 1);
  EXPECT_EQ(t.since_ms, At(90));
  EXPECT_EQ(t.incident_count, 3);
  EXPECT_EQ(t.by_kind[static_cast<size_t>(Kind::kPolice)], 3u);
  EXPECT_THAT(t.incidents, SizeIs(3));
  EXPECT_EQ(t.severity, Severity::kModerate);
}

TEST_F(CountStory, APlaceBelowTheDistrictCountsInItAndWhatOnlyTheBoroughKnowsDoesNot) {
  town_.Send(0, Assault("a", 0));
  town_.Send(1, Assault("b", 1).In("hv"));
  town_.Send(2, Assault("c", 2).In("strand"));
  town_.Send(3, Assault("d", 3).Of("shooting").In("torget"));
  EXPECT_THAT(town_.Said(), ElementsAre("3: open grave-single in torget"));
  town_.Send(4, Assault("e", 4));
  EXPECT_THAT(town_.Said(), ElementsAre("4: open violence-24h in gard, 3"));
}

TEST_F(CountStory, IncidentsKnownFromTipsAloneDoNotCount) {
  for (int i = 0; i < 20; ++i) {
    const std::string n = std::to_string(i);
    town_.Send(i, Tip(n, "reporter" + n).Happened(i).Where(1000 * i, 0));
  }
  EXPECT_THAT(town_.Said(), IsEmpty());
  EXPECT_EQ(town_.Count("gard", kDayMs, "assault"), 20u);
  // A guard saw three of them.
  town_.Send(30, Guard("g1").Happened(1).Where(1000, 0));
  town_.Send(31, Guard("g2").Happened(2).Where(2000, 0));
  town_.Send(32, Guard("g3").Happened(3).Where(3000, 0));
  EXPECT_THAT(town_.Said(), ElementsAre("32: open violence-24h in gard, 3"));
}

TEST_F(CountStory, MoreIncidentsUpdateAndTheirLeavingDoesNot) {
  Assaults({0, 10, 20});
  town_.Send(30, Assault("more", 30));
  town_.Pass(23 * kHour);
  EXPECT_THAT(town_.Said(), ElementsAre("20: open violence-24h in gard, 3",
                                        "30: updated violence-24h in gard, 4"));
  town_.Pass(24 * kHour + 15);  // two have left the window
  EXPECT_THAT(town_.Said(), IsEmpty());
}

TEST_F(CountStory, WhatHappensElsewhereAfterOnesHaveLeftIsNoUpdateEither) {
  Assaults({0, 10, 20, 30});
  EXPECT_THAT(town_.Said(), SizeIs(2));
  town_.Send(24 * kHour + 15, Assault("elsewhere", 24 * kHour + 15).In("strand"));
  EXPECT_THAT(town_.Said(), IsEmpty());
}

TEST_F(CountStory, ResolvesSixHoursAfterTheCountFellToTheExit) {
  Assaults({0, 10, 20});
  town_.Pass(48 * kHour);
  // The second left the window 24 h after minute 10: then one was left.
  EXPECT_THAT(town_.Said(), ElementsAre("20: open violence-24h in gard, 3",
                                        "1810: resolved violence-24h in gard, 0"));
}

TEST_F(CountStory, ARiseAboveTheExitStartsTheHoldAgain) {
  Assaults({0, 10, 20});
  // One is left from 24:10 on, two from 24:15, one again from 24:20: six hours after that.
  town_.Send(24 * kHour + 15, Assault("again", 24 * kHour + 15));
  town_.Pass(60 * kHour);
  EXPECT_THAT(town_.Said(), ElementsAre("20: open violence-24h in gard, 3",
                                        "1455: updated violence-24h in gard, 2",
                                        "1820: resolved violence-24h in gard, 1"));
}

TEST_F(CountStory, ACountThatFlapsOpensOnceAndResolvesOnce) {
  Assaults({0, 60, 120});
  for (int day = 1; day <= 3; ++day) {  // 2, 3, 2, 3 …: one leaves, one comes
    Assaults({day * 24 * kHour + 30, day * 24 * kHour + 90, day * 24 * kHour + 150});
  }
  town_.Pass(6 * 24 * kHour);
  int opened = 0, resolved = 0;
  for (const AlertTransition& t : town_.Transitions()) {
    opened += t.state == AlertState::kOpen;
    resolved += t.state == AlertState::kResolved;
  }
  EXPECT_EQ(opened, 1);
  EXPECT_EQ(resolved, 1);
}

TEST_F(CountStory, ARiseWithinADayOfTheResolutionOpensTheSameAlertAgain) {
  Assaults({0, 10, 20});
  const std::string id = town_.AlertId("violence-24h", "gard");
  const double later = 1810 + 24 * kHour;
  Assaults({later - 2, later - 1, later});
  const auto said = town_.Transitions();
  ASSERT_THAT(said, SizeIs(3));
  EXPECT_EQ(Line(said[2]), "3250: open violence-24h in gard, 3, generation 2");
  EXPECT_EQ(said[2].alert_id, id);
  EXPECT_EQ(said[2].sequence, 3);
}

TEST_F(CountStory, ALaterRiseIsANewAlert) {
  Assaults({0, 10, 20});
  const std::string id = town_.AlertId("violence-24h", "gard");
  const double later = 1810 + 24 * kHour + 1;
  Assaults({later - 2, later - 1, later});
  const auto said = town_.Transitions();
  ASSERT_THAT(said, SizeIs(3));
  EXPECT_EQ(Line(said[2]), "3251: open violence-24h in gard, 3");
  EXPECT_NE(said[2].alert_id, id);
  EXPECT_EQ(said[2].sequence, 1);
}

TEST_F(CountStory, AWithdrawalThatLeavesTooFewCancels) {
  Assaults({0, 10, 20});
  town_.Send(30, Withdrawn(Police("p1"), 2));
  EXPECT_THAT(town_.Said(), ElementsAre("20: open violence-24h in gard, 3",
                                        "30: cancelled violence-24h in gard, 2, withdrawn"));
}

TEST_F(CountStory, AWithdrawalThatLeavesEnoughIsAnUpdate) {
  Assaults({0, 10, 20, 25});
  town_.Send(30, Withdrawn(Police("p1"), 2));
  town_.Send(31, Withdrawn(Police("p2"), 2));
  EXPECT_THAT(town_.Said(),
              ElementsAre("20: open violence-24h in gard, 3", "25: updated violence-24h in gard, 4",
                          "30: updated violence-24h in gard, 3",
                          "31: cancelled violence-24h in gard, 2, withdrawn"));
}

TEST_F(CountStory, AWithdrawalAfterTheGroundWasGoodDoesNotCancel) {
  Assaults({0, 10, 20, 25});
  // A day later two are left. One of the first is withdrawn: still, three there were at minute 25.
  town_.Send(24 * kHour + 15, Withdrawn(Police("p1"), 2));
  town_.Pass(48 * kHour);
  EXPECT_THAT(town_.Said(),
              ElementsAre("20: open violence-24h in gard, 3", "25: updated violence-24h in gard, 4",
                          "1820: resolved violence-24h in gard, 0"));
}

TEST_F(CountStory, AWithdrawalOfWhatHasLeftTheWindowCancelsAnEpisodeThatNeverWas) {
  Assaults({0, 10, 20});
  town_.Send(24 * kHour + 5, Withdrawn(Police("p0"), 2));
  EXPECT_THAT(town_.Said(), ElementsAre("20: open violence-24h in gard, 3",
                                        "1445: cancelled violence-24h in gard, 2, withdrawn"));
}

TEST_F(CountStory, ACancelledAlertDoesNotComeBack) {
  Assaults({0, 10, 20});
  const std::string id = town_.AlertId("violence-24h", "gard");
  town_.Send(30, Withdrawn(Police("p1"), 2));
  town_.Send(40, Assault("more", 40));
  EXPECT_THAT(town_.Said(), ElementsAre("20: open violence-24h in gard, 3",
                                        "30: cancelled violence-24h in gard, 2, withdrawn",
                                        "40: open violence-24h in gard, 3"));
  EXPECT_NE(town_.AlertId("violence-24h", "gard"), id);
}

TEST_F(CountStory, ACorrectionToAnotherDistrictCancelsHere) {
  Assaults({0, 10, 20});
  town_.Send(30, Police("p1").Revision(2).Happened(10).Where(2000, 0).In("strand"));
  EXPECT_THAT(town_.Said(), ElementsAre("20: open violence-24h in gard, 3",
                                        "30: cancelled violence-24h in gard, 2, corrected"));
  EXPECT_EQ(town_.Count("strand", kDayMs, "assault"), 1u);
}

TEST_F(CountStory, ARefutationCancels) {
  Assaults({0, 10, 20});
  town_.Send(30, Police("p1").Revision(2).Happened(10).Where(2000, 0).Refuted());
  EXPECT_THAT(town_.Said(), ElementsAre("20: open violence-24h in gard, 3",
                                        "30: cancelled violence-24h in gard, 2, refuted"));
}

TEST_F(CountStory, IncidentsThatTurnOutToBeOneCancel) {
  town_.Send(0, Police("a").Happened(0).Where(-150, 0));
  town_.Send(1, Police("b").Happened(1).Where(150, 0));
  town_.Send(2, Police("c").Happened(2).Where(5000, 0));
  town_.Send(3, Police("d").Happened(-1).Where(0, 0));  // near a and b, before both
  EXPECT_THAT(town_.Said(), ElementsAre("2: open violence-24h in gard, 3",
                                        "3: cancelled violence-24h in gard, 2, merged"));
}

TEST_F(CountStory, OldEventsInALateBatchCountWhereTheyOccurred) {
  for (int i = 0; i < 6; ++i) {
    town_.Send(0, Assault(Numbered("late", i), -25 * kHour - 60 * i));
  }
  EXPECT_THAT(town_.Said(), IsEmpty());
  EXPECT_EQ(town_.Count("gard", kDayMs, "assault"), 0u);
  EXPECT_EQ(town_.Count("gard", 7 * kDayMs, "assault"), 6u);
}

TEST_F(CountStory, ADismissedCountStaysQuietUntilItHasBeenAtTheExit) {
  Assaults({0, 10, 20});
  const std::string id = town_.AlertId("violence-24h", "gard");
  town_.Send(30, Dismiss("c-1", id, "handled"));
  Assaults({40, 50});
  EXPECT_THAT(town_.Said(), ElementsAre("20: open violence-24h in gard, 3",
                                        "30: resolved violence-24h in gard, 3, dismissed"));
  // All but the last have left by 24:40: then three more are news, and it is no longer within a day
  // of the dismissal.
  Assaults({24 * kHour + 41, 24 * kHour + 42});
  EXPECT_THAT(town_.Said(), ElementsAre("1482: open violence-24h in gard, 3"));
  EXPECT_NE(town_.AlertId("violence-24h", "gard"), id);
}

TEST_F(CountStory, ADismissedCountThatFallsAndRisesWithinADayIsTheSameAlert) {
  Assaults({0, 10, 20});
  const std::string id = town_.AlertId("violence-24h", "gard");
  town_.Send(23 * kHour, Dismiss("c-1", id, "known"));
  Assaults({24 * kHour + 15, 24 * kHour + 16});  // the first two have left: 20, 24:15, 24:16
  EXPECT_THAT(town_.Said(), ElementsAre("20: open violence-24h in gard, 3",
                                        "1380: resolved violence-24h in gard, 3, dismissed",
                                        "1456: open violence-24h in gard, 3, generation 2"));
  EXPECT_EQ(town_.AlertId("violence-24h", "gard"), id);
}

// Reports are kept for the longest window, a day here, and the grace, three hours. An alert may be
// open for longer.
class LongCountStory : public CountStory {
 protected:
  static Settings Forgetful() {
    Settings county = SmallCounty();
    county.windows_ms = {kHourMs, kDayMs};
    county.grace_ms = 3 * kHourMs;
    return county;
  }
  LongCountStory() : CountStory(Forgetful()) {}
};

TEST_F(LongCountStory, AnAlertOlderThanWhatItOpenedOnIsNotCancelledByALaterWithdrawal) {
  Assaults({0, 10, 20});
  for (int day = 1; day <= 3; ++day) Assaults({day * 24 * kHour - 10, day * 24 * kHour});
  EXPECT_EQ(town_.Said().front(), "20: open violence-24h in gard, 3");
  town_.Send(72 * kHour + 5, Withdrawn(Police("p8"), 2));
  EXPECT_THAT(town_.Said(), ElementsAre("4325: updated violence-24h in gard, 1"));
}

TEST_F(LongCountStory, WhatItOpenedOnIsRememberedForNoMoreThanItWas) {
  Assaults({0, 23 * kHour});
  town_.Send(23 * kHour + 30, Assault("late", 23 * kHour + 30));
  EXPECT_THAT(town_.Said(), ElementsAre("1410: open violence-24h in gard, 3"));
  // The first is forgotten after 27 hours and a bit; without the third the count never was three.
  town_.Send(29 * kHour, Withdrawn(Police("late"), 2));
  EXPECT_THAT(town_.Said(), ElementsAre("1740: cancelled violence-24h in gard, 1, withdrawn"));
}

TEST_F(LongCountStory, ADismissedAlertIsRememberedAsLongAsItsCountDoesNotFall) {
  Assaults({0, 10, 20});
  town_.Send(30, Dismiss("c-1", town_.AlertId("violence-24h", "gard"), "known"));
  EXPECT_THAT(town_.Said(), SizeIs(2));
  for (int hours = 12; hours <= 96; hours += 4) Assaults({hours * kHour});
  EXPECT_THAT(town_.Said(), IsEmpty());
}

TEST(CountRuleWithADelay, OpensWhenTheCountHasStoodForIt) {
  Settings county = SmallCounty();
  county.rules[1].for_ms = 30 * kMinuteMs;
  Town town(county);
  for (int i = 0; i < 3; ++i) {
    town.Send(i, Police(std::to_string(i)).Happened(i).Where(1000 * i, 0));
  }
  town.Send(20, Withdrawn(Police("1"), 2));
  town.Send(25, Police("3").Happened(25).Where(4000, 0));
  town.Pass(100);
  EXPECT_THAT(town.Said(), ElementsAre("55: open violence-24h in gard, 3"));
}

TEST_F(CountStory, AnIncidentOfSeveralReportsIsForgottenOnceWhenTheyExpireTogether) {
  town_.Send(0, Police("a").Happened(0));
  town_.Send(1, Guard("b").Happened(0));
  town_.Send(2, Guard("c").Happened(0));
  town_.Pass(40 * 24 * kHour);
  Assaults({40 * 24 * kHour + 1});
  EXPECT_EQ(town_.Count("gard", kDayMs, "all"), 1u);
  EXPECT_THAT(town_.Said(), IsEmpty());
}

}  // namespace
}  // namespace lagesbild::picture
