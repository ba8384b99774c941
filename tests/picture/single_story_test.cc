// The life of an alert about one grave incident, rule by rule (contract, "Alert transition", Single
// rule). Minutes after nine in the evening; the same place and minute unless said otherwise.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "picture/town.h"

namespace lagesbild::picture {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr double kHour = 60;

ReportBuilder Shooting(ReportBuilder report) { return report.Of("shooting"); }

class SingleStory : public ::testing::Test {
 protected:
  Town town_{SmallCounty()};
};

TEST_F(SingleStory, APoliceReportOpensAtOnce) {
  town_.Send(2, Shooting(Police("p")).Happened(0));
  const auto said = town_.Transitions();
  ASSERT_THAT(said, SizeIs(1));
  const AlertTransition& t = said[0];
  EXPECT_EQ(Line(t), "2: open grave-single in gard");
  EXPECT_EQ(t.generation, 1);
  EXPECT_EQ(t.sequence, 1);
  EXPECT_EQ(t.at_ms, At(2));
  EXPECT_EQ(t.since_ms, At(2));
  EXPECT_EQ(t.rule_set, "c0ffee");
  EXPECT_EQ(t.severity, Severity::kSevere);
  EXPECT_EQ(t.picture, "hv");
  EXPECT_EQ(t.area_name, "Hässelby gård");
  EXPECT_EQ(t.of, "shooting");
  EXPECT_EQ(t.window_ms, 0);
  EXPECT_EQ(t.observed, 1);
  EXPECT_EQ(t.incident_count, 1);
  EXPECT_EQ(t.report_count, 1);
  EXPECT_EQ(t.by_kind[static_cast<size_t>(Kind::kPolice)], 1u);
  ASSERT_THAT(t.incidents, SizeIs(1));
  EXPECT_EQ(t.incidents[0].class_name, "shooting");
  EXPECT_EQ(t.incidents[0].occurred_ms, At(0));
  EXPECT_EQ(t.completeness, Completeness::kComplete);
  EXPECT_TRUE(t.alert_id.starts_with("a-"));
  EXPECT_TRUE(NameOfIncident(t.incidents[0].id).starts_with("i-"));
  EXPECT_FALSE(t.text_sv.empty());
  EXPECT_FALSE(t.text_en.empty());
}

TEST_F(SingleStory, TipsAloneOpenNothingUntilAnotherKindOfSourceSaysSo) {
  for (int i = 0; i < 10; ++i) {
    const std::string n = std::to_string(i);
    town_.Send(i, Shooting(Tip(n, "reporter" + n)));
  }
  EXPECT_THAT(town_.Said(), IsEmpty());
  town_.Send(20, Shooting(Guard("g")));
  EXPECT_THAT(town_.Said(), ElementsAre("20: open grave-single in gard"));
}

TEST_F(SingleStory, WhatIsOnlyKnownToLieInTheCountyOpensNothing) {
  town_.Send(0, Shooting(Police("p")).In("lan").Where(0, 0, 20000));
  EXPECT_THAT(town_.Said(), IsEmpty());
  EXPECT_EQ(town_.Count("lan", kDayMs, "shooting"), 1u);
}

TEST_F(SingleStory, AnAssaultOpensNothing) {
  town_.Send(0, Police("p").Of("assault"));
  EXPECT_THAT(town_.Said(), IsEmpty());
}

TEST_F(SingleStory, EachReportThatJoinsIsAnUpdateAndADuplicateIsNot) {
  town_.Send(0, Shooting(Police("p")));
  town_.Send(3, Shooting(Tip("t", "r")));
  town_.Send(4, Shooting(Tip("t", "r")));
  town_.Send(5, Shooting(Police("p")));
  const auto said = town_.Transitions();
  ASSERT_THAT(said, SizeIs(2));
  EXPECT_EQ(Line(said[1]), "3: updated grave-single in gard");
  EXPECT_EQ(said[1].sequence, 2);
  EXPECT_EQ(said[1].since_ms, At(0));
  EXPECT_EQ(said[1].report_count, 2);
  EXPECT_EQ(said[1].certainty, Certainty::kLikely);
}

TEST_F(SingleStory, AReporterWhoTipsTwiceCountsOnceAndMakesNoUpdate) {
  town_.Send(0, Shooting(Police("p")));
  town_.Send(3, Shooting(Tip("t1", "r")));
  town_.Send(4, Shooting(Tip("t2", "r")));
  EXPECT_THAT(town_.Said(),
              ElementsAre("0: open grave-single in gard", "3: updated grave-single in gard"));
}

TEST_F(SingleStory, AConfirmationMakesItObserved) {
  town_.Send(0, Shooting(Police("p")));
  town_.Send(80, Shooting(Police("p")).Revision(2).Confirmed());
  const auto said = town_.Transitions();
  ASSERT_THAT(said, SizeIs(2));
  EXPECT_EQ(Line(said[1]), "80: updated grave-single in gard");
  EXPECT_EQ(said[1].alert_id, said[0].alert_id);
  EXPECT_EQ(said[1].certainty, Certainty::kObserved);
  EXPECT_EQ(said[1].incidents[0].verification, Verification::kConfirmed);
}

TEST_F(SingleStory, AllRecordsOfOneInstantMakeOneTransition) {
  town_.Send(0, Shooting(Police("p")));
  town_.Send(0, Shooting(Tip("t", "r")));
  town_.Send(0, Shooting(Guard("g")));
  const auto said = town_.Transitions();
  ASSERT_THAT(said, SizeIs(1));
  EXPECT_EQ(said[0].report_count, 3);
}

TEST_F(SingleStory, ResolvesSixHoursAfterTheLastChangeOfTheIncident) {
  town_.Send(0, Shooting(Police("p")));
  town_.Send(2 * kHour, Shooting(Guard("g")));
  town_.Pass(30 * kHour);
  EXPECT_THAT(town_.Said(),
              ElementsAre("0: open grave-single in gard", "120: updated grave-single in gard",
                          "480: resolved grave-single in gard"));
}

TEST_F(SingleStory, OtherIncidentsDoNotKeepItOpen) {
  town_.Send(0, Shooting(Police("p")));
  town_.Send(5 * kHour, Police("a").Of("assault").Happened(5 * kHour));
  town_.Pass(7 * kHour);
  EXPECT_THAT(town_.Said(),
              ElementsAre("0: open grave-single in gard", "360: resolved grave-single in gard"));
}

TEST_F(SingleStory, AConfirmationAfterItResolvedOpensItAgain) {
  town_.Send(0, Shooting(Police("p")));
  town_.Send(10 * kHour, Shooting(Police("p")).Revision(2).Confirmed());
  town_.Pass(20 * kHour);
  const auto said = town_.Transitions();
  ASSERT_THAT(said, SizeIs(4));
  EXPECT_EQ(Line(said[2]), "600: open grave-single in gard, generation 2");
  EXPECT_EQ(Line(said[3]), "960: resolved grave-single in gard, generation 2");
  EXPECT_EQ(said[2].alert_id, said[0].alert_id);
  EXPECT_EQ(said[2].sequence, 3);
  EXPECT_EQ(said[2].since_ms, At(10 * kHour));
}

TEST_F(SingleStory, AnotherTipAfterItResolvedDoesNot) {
  town_.Send(0, Shooting(Police("p")));
  town_.Send(10 * kHour, Shooting(Tip("t", "r")));
  EXPECT_THAT(town_.Said(),
              ElementsAre("0: open grave-single in gard", "360: resolved grave-single in gard"));
}

TEST_F(SingleStory, AnIncidentOlderThanADayOpensNothing) {
  town_.Send(24 * kHour, Shooting(Police("p1")).Happened(0));
  town_.Send(24 * kHour + 1, Shooting(Police("p2")).In("strand").Where(3000, 0).Happened(0));
  EXPECT_THAT(town_.Said(), ElementsAre("1440: open grave-single in gard"));
}

TEST_F(SingleStory, AWithdrawalCancels) {
  town_.Send(0, Shooting(Police("p")));
  town_.Send(30, Withdrawn(Shooting(Police("p")), 2));
  EXPECT_THAT(town_.Said(), ElementsAre("0: open grave-single in gard",
                                        "30: cancelled grave-single in gard, withdrawn"));
  EXPECT_EQ(town_.Count("gard", kDayMs, "shooting"), 0u);
}

TEST_F(SingleStory, TheSameReportAgainAfterAWithdrawalIsANewAlert) {
  town_.Send(0, Shooting(Police("p")));
  const std::string first = town_.AlertId("grave-single", "gard");
  town_.Send(30, Withdrawn(Shooting(Police("p")), 2));
  town_.Send(40, Shooting(Police("p")).Revision(3));
  EXPECT_THAT(town_.Said(), ElementsAre("0: open grave-single in gard",
                                        "30: cancelled grave-single in gard, withdrawn",
                                        "40: open grave-single in gard"));
  EXPECT_NE(town_.AlertId("grave-single", "gard"), first);
}

TEST_F(SingleStory, WhatWasRefutedAfterItResolvedAndStandsAgainIsANewAlert) {
  town_.Send(0, Shooting(Police("p")));
  town_.Send(7 * kHour, Shooting(Police("p")).Revision(2).Refuted());
  town_.Send(8 * kHour, Shooting(Police("p")).Revision(3));
  town_.Send(15 * kHour, Withdrawn(Shooting(Police("p")), 4));
  town_.Send(16 * kHour, Shooting(Police("p")).Revision(5));
  EXPECT_THAT(town_.Said(),
              ElementsAre("0: open grave-single in gard", "360: resolved grave-single in gard",
                          "480: open grave-single in gard", "840: resolved grave-single in gard",
                          "960: open grave-single in gard"));
}

TEST_F(SingleStory, AnAlertThatMergesIsCancelledUnderTheClassItIsKnownBy) {
  town_.Send(0, Police("older").Of("explosion"));
  town_.Send(1, Shooting(Police("younger")));
  town_.Transitions();
  town_.Send(2, Police("younger").Of("explosion").Revision(2));
  const auto said = town_.Transitions();
  const auto cancelled = std::find_if(said.begin(), said.end(), [](const AlertTransition& t) {
    return t.state == AlertState::kCancelled;
  });
  ASSERT_NE(cancelled, said.end());
  EXPECT_EQ(cancelled->reason, "merged");
  EXPECT_EQ(cancelled->of, "shooting");
}

TEST_F(SingleStory, AWithdrawalThatLeavesATrustedIncidentIsAnUpdate) {
  town_.Send(0, Shooting(Police("p")));
  town_.Send(1, Shooting(Guard("g")));
  town_.Send(2, Shooting(Tip("t", "r")));
  town_.Send(3, Withdrawn(Shooting(Police("p")), 2));
  town_.Send(4, Withdrawn(Shooting(Guard("g")), 2));  // only a tip is left
  EXPECT_THAT(town_.Said(),
              ElementsAre("0: open grave-single in gard", "1: updated grave-single in gard",
                          "2: updated grave-single in gard", "3: updated grave-single in gard",
                          "4: cancelled grave-single in gard, withdrawn"));
}

TEST_F(SingleStory, AFalseAlarmCancelsAndTakesTheTipsWithIt) {
  for (int i = 0; i < 5; ++i) {
    const std::string n = std::to_string(i);
    town_.Send(i, Tip(n, "reporter" + n).Of("explosion"));
  }
  town_.Send(6, Guard("g").Of("explosion"));
  town_.Send(50, Police("p").Of("explosion").Refuted());
  EXPECT_THAT(town_.Said(), ElementsAre("6: open grave-single in gard",
                                        "50: cancelled grave-single in gard, refuted"));
  EXPECT_EQ(town_.Count("gard", kDayMs, "explosion"), 0u);
  EXPECT_EQ(town_.Count("hv", 28 * kDayMs, "all"), 0u);
  // What comes after it begins anew: two kinds of sources again, a new alert.
  town_.Send(60, Tip("after", "reporter9").Of("explosion").Happened(5));
  town_.Send(61, Transit("s").Of("explosion").Happened(5));
  EXPECT_THAT(town_.Said(), ElementsAre("61: open grave-single in gard"));
}

TEST_F(SingleStory, ACorrectionToALesserClassCancels) {
  town_.Send(0, Shooting(Police("p")));
  town_.Send(30, Police("p").Of("assault").Revision(2));
  EXPECT_THAT(town_.Said(), ElementsAre("0: open grave-single in gard",
                                        "30: cancelled grave-single in gard, corrected"));
  EXPECT_EQ(town_.Count("gard", kDayMs, "assault"), 1u);
}

TEST_F(SingleStory, ACorrectionToAnotherDistrictKeepsTheAlertWhereItOpened) {
  town_.Send(0, Shooting(Police("p")));
  const std::string first = town_.AlertId("grave-single", "gard");
  town_.Send(30, Shooting(Police("p")).Revision(2).In("strand").Where(900, 0));
  town_.Send(40, Shooting(Guard("g")).In("strand").Where(900, 0));
  const auto said = town_.Transitions();
  EXPECT_EQ(Line(said.back()), "40: updated grave-single in gard");
  for (const AlertTransition& t : said) EXPECT_EQ(t.alert_id, first);
  EXPECT_EQ(town_.Count("gard", kDayMs, "shooting"), 0u);
  EXPECT_EQ(town_.Count("strand", kDayMs, "shooting"), 1u);
}

TEST_F(SingleStory, ACorrectionToAnotherPictureCancelsHereAndOpensThere) {
  const Report moved = Shooting(Police("p")).Revision(2).In("kista").Where(9000, 0);
  town_.Send(0, Shooting(Police("p")));
  town_.Send(30, Superseded{moved.key, 2, false, false, "ja"});
  town_.Send(30, moved);
  EXPECT_THAT(town_.Said(), UnorderedElementsAre("0: open grave-single in gard",
                                                 "30: cancelled grave-single in gard, corrected",
                                                 "30: open grave-single in kista"));
}

TEST_F(SingleStory, TwoAlertsThatComeToOneIncidentBecomeTheOlder) {
  town_.Send(10, Shooting(Police("p1")).Happened(5).Where(-150, 0));
  town_.Send(11, Shooting(Police("p2")).Happened(6).Where(150, 0));
  const auto opened = town_.Transitions();
  ASSERT_THAT(opened, SizeIs(2));
  // A witness between the two, and before both: all three are one incident now.
  town_.Send(20, Shooting(Guard("g")).Happened(0).Where(0, 0));
  const auto said = town_.Transitions();
  ASSERT_THAT(said, SizeIs(2));
  const AlertTransition& older = said[0].alert_id == opened[0].alert_id ? said[0] : said[1];
  const AlertTransition& younger = said[0].alert_id == opened[0].alert_id ? said[1] : said[0];
  EXPECT_EQ(Line(older), "20: updated grave-single in gard");
  EXPECT_EQ(older.report_count, 3);
  EXPECT_EQ(Line(younger), "20: cancelled grave-single in gard, merged");
  EXPECT_EQ(younger.alert_id, opened[1].alert_id);
  EXPECT_TRUE(said[0].alert_id < said[1].alert_id) << "in the order of alert ids";
}

TEST_F(SingleStory, WhereAnOpenAlertSpeaksForTheIncidentAnEndedOneIsQuietForGood) {
  town_.Send(10, Shooting(Police("p1")).Happened(5).Where(-150, 0));
  town_.Send(5 * kHour, Shooting(Police("p2")).Happened(6).Where(150, 0));
  town_.Pass(7 * kHour);  // the first has resolved
  EXPECT_THAT(town_.Said(),
              ElementsAre("10: open grave-single in gard", "300: open grave-single in gard",
                          "370: resolved grave-single in gard"));
  town_.Send(8 * kHour, Shooting(Guard("g")).Happened(0).Where(0, 0));  // both are one
  town_.Send(9 * kHour, Shooting(Police("p2")).Happened(6).Where(150, 0).Revision(2).Confirmed());
  EXPECT_THAT(town_.Said(), ElementsAre("480: updated grave-single in gard",
                                        "540: updated grave-single in gard"));
  town_.Send(16 * kHour, Shooting(Tip("t", "r")).Happened(2).Where(0, 0));  // not a confirmation
  EXPECT_THAT(town_.Said(), ElementsAre("900: resolved grave-single in gard"));
}

TEST_F(SingleStory, AnAlertStaysWithTheEarliestOfItsReportsThatRemains) {
  town_.Send(30, Shooting(Guard("g")).Happened(0));
  town_.Send(31, Shooting(Police("p1")).Happened(20).Where(90, 0));
  town_.Send(32, Shooting(Police("p2")).Happened(25).Where(-90, 0));
  const std::string id = town_.AlertId("grave-single", "gard");
  EXPECT_THAT(town_.Said(), SizeIs(2));
  // Without the guard p1 and p2 are 180 m apart and still one: within 150 m and both precisions.
  town_.Send(33, Withdrawn(Shooting(Guard("g")), 2));
  EXPECT_THAT(town_.Said(), ElementsAre("33: updated grave-single in gard"));
  EXPECT_EQ(town_.AlertId("grave-single", "gard"), id);
}

TEST_F(SingleStory, AnIncidentThatFallsApartKeepsOneAlertAndOpensAnother) {
  town_.Send(30, Shooting(Guard("g")).Happened(0));
  town_.Send(31, Shooting(Police("p1")).Happened(20).Where(150, 0));
  town_.Send(32, Shooting(Police("p2")).Happened(25).Where(-150, 0));
  const std::string id = town_.AlertId("grave-single", "gard");
  EXPECT_THAT(town_.Said(), SizeIs(2));
  town_.Send(33, Withdrawn(Shooting(Guard("g")), 2));
  const auto said = town_.Transitions();
  ASSERT_THAT(said, SizeIs(2));
  const AlertTransition& kept = said[0].alert_id == id ? said[0] : said[1];
  const AlertTransition& opened = said[0].alert_id == id ? said[1] : said[0];
  EXPECT_EQ(kept.alert_id, id);
  EXPECT_EQ(Line(kept), "33: updated grave-single in gard");
  EXPECT_EQ(kept.incidents[0].occurred_ms, At(20));
  EXPECT_EQ(Line(opened), "33: open grave-single in gard");
  EXPECT_EQ(opened.incidents[0].occurred_ms, At(25));
}

TEST_F(SingleStory, ADismissalResolvesAndNothingButAConfirmationOpensItAgain) {
  town_.Send(0, Shooting(Police("p")));
  const std::string id = town_.AlertId("grave-single", "gard");
  town_.Send(10, Dismiss("c-1", id, "handled"));
  town_.Send(20, Shooting(Guard("g")));
  town_.Send(30, Shooting(Police("p")).Revision(2).Confirmed());
  EXPECT_THAT(town_.Said(), ElementsAre("0: open grave-single in gard",
                                        "10: resolved grave-single in gard, dismissed",
                                        "30: open grave-single in gard, generation 2"));
  EXPECT_EQ(town_.AlertId("grave-single", "gard"), id);
}

}  // namespace
}  // namespace lagesbild::picture
