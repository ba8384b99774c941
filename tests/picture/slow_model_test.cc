// The models checked by hand on cases small enough to see through: a model that is wrong proves
// nothing.
#include "picture/slow_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "picture/world.h"

namespace lagesbild::picture::slow {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SlowModelTest : public ::testing::Test {
 protected:
  void Send(double minutes, const Report& report) {
    log_.push_back(Record(At(minutes), county_, report));
  }
  void Send(double minutes, const Superseded& s) { log_.push_back(ToAll(At(minutes), s)); }

  // "id+id" for each incident of hv, as Merge lists them.
  std::vector<std::string> Incidents() const {
    std::vector<std::string> out;
    for (const Incident& incident : Merge(county_, Revise(log_, "hv"))) {
      std::string ids;
      for (const Standing& s : incident.reports)
        ids += std::string(ids.empty() ? "" : "+") + s.report.key.id;
      out.push_back(ids);
    }
    return out;
  }

  Settings county_ = SmallCounty();
  Log log_;
};

TEST_F(SlowModelTest, TheHigherRevisionStandsAndOfEqualOnesTheFirst) {
  Send(0, Police("p").Happened(0));
  Send(1, Police("p").Revision(3).Of("theft"));
  Send(2, Police("p").Revision(2).Of("shooting"));
  Send(3, Police("p").Revision(3).Of("shooting"));
  const auto held = Revise(log_, "hv");
  ASSERT_EQ(held.size(), 1u);
  EXPECT_EQ(held[0].report.class_name, "theft");
  EXPECT_EQ(held[0].first_accepted_ms, At(0));
  EXPECT_EQ(held[0].accepted_ms, At(1));
}

TEST_F(SlowModelTest, AWithdrawalBeforeItsReportKeepsItOut) {
  Send(0, Withdrawn(Police("p"), 2));
  Send(1, Police("p"));
  EXPECT_THAT(Incidents(), IsEmpty());
  Send(2, Police("p").Revision(3));
  EXPECT_THAT(Incidents(), ElementsAre("p"));
}

TEST_F(SlowModelTest, AReportMovesWholeFromOnePictureToAnother) {
  const Report moved = Police("p").Revision(2).In("kista");
  Send(0, Police("p"));
  Send(1, Superseded{moved.key, 2, false, false, "ja"});
  Send(1, moved);
  EXPECT_THAT(Revise(log_, "hv"), IsEmpty());
  EXPECT_EQ(Revise(log_, "ja").size(), 1u);
}

TEST_F(SlowModelTest, ReportsJoinTheEarliestIncidentWhoseFirstReportIsNear) {
  Send(0, Police("a").Happened(0));
  Send(0, Police("b").Happened(40));
  Send(0, Police("c").Happened(25));  // near a and b: a is earlier, so b begins its own
  Send(0, Police("d").Happened(30).Where(199, 0));  // 150 + 25 + 25 m and 30 min from a
  Send(0, Police("e").Happened(30).Where(201, 0));  // two metres too far
  Send(0, Police("f").Happened(50).Where(230, 0));  // near e, 230 m from b
  EXPECT_THAT(Incidents(), ElementsAre("a+c+d", "e+f", "b"));
}

TEST_F(SlowModelTest, AReportWithoutAPointMatchesWhatCountsInItsArea) {
  Send(0, Police("a").Happened(0).In("gard"));
  Send(0, Guard("b").Happened(10).In("gard").NoPoint());
  Send(0, Guard("c").Happened(10).In("hv").NoPoint());
  Send(0, Police("d").Happened(20).In("gard").Where(5000, 0));
  EXPECT_THAT(Incidents(), ElementsAre("a+b", "c", "d"));
}

TEST_F(SlowModelTest, TheftNeverMerges) {
  Send(0, Police("a").Of("theft"));
  Send(0, Police("b").Of("theft"));
  EXPECT_THAT(Incidents(), ElementsAre("a", "b"));
}

TEST_F(SlowModelTest, TipsBeyondTheLimitJoinNothing) {
  for (int i = 0; i < 7; ++i) Send(0, Tip(std::to_string(i), "r").Happened(i * 60));
  EXPECT_EQ(Incidents().size(), 5u);
  Send(1, Withdrawn(Tip("0", "r"), 2));
  EXPECT_THAT(Incidents(), ElementsAre("1", "2", "3", "4", "5"));
}

TEST_F(SlowModelTest, ARefutationByThePoliceTakesWhatWasKnownWithIt) {
  Send(0, Tip("t1", "r1").Of("explosion").Happened(0));
  Send(5, Police("p").Of("explosion").Happened(3));
  Send(10, Guard("g").Of("explosion").Happened(5));
  Send(20, Police("p").Of("explosion").Happened(3).Revision(2).Refuted());
  EXPECT_THAT(Incidents(), IsEmpty());
  Send(21, Tip("t2", "r2").Of("explosion").Happened(6));  // what comes after begins anew
  EXPECT_THAT(Incidents(), ElementsAre("t2"));
  Send(30, Police("p").Of("explosion").Happened(3).Revision(3));  // it did happen after all
  EXPECT_THAT(Incidents(), ElementsAre("t1+p+g+t2"));
}

TEST_F(SlowModelTest, ARefutationByAGuardTakesOnlyItself) {
  Send(0, Tip("t", "r"));
  Send(1, Guard("g").Refuted());
  EXPECT_THAT(Incidents(), ElementsAre("t"));
}

TEST_F(SlowModelTest, AnIncidentLiesWhereItsBestReportSays) {
  Send(0, Tip("t", "r").Happened(0).In("gard").Where(0, 0, 5));
  Send(0, Guard("g").Happened(1).In("strand").Where(10, 0, 100));
  Send(0, Transit("s").Happened(2).In("racksta").Where(20, 0, 50));
  const auto incidents = Merge(county_, Revise(log_, "hv"));
  ASSERT_EQ(incidents.size(), 1u);
  EXPECT_EQ(incidents[0].area, "racksta");
  EXPECT_TRUE(incidents[0].corroborated);
  EXPECT_TRUE(incidents[0].trusted);
}

TEST_F(SlowModelTest, AReporterCountsOnceInAnIncidentAndConfirmsNothing) {
  Send(0, Tip("t1", "r").Confirmed());
  Send(0, Tip("t2", "r"));
  Send(0, Tip("t3", ""));
  Send(0, Tip("t4", ""));
  const auto incidents = Merge(county_, Revise(log_, "hv"));
  ASSERT_EQ(incidents.size(), 1u);
  EXPECT_EQ(incidents[0].report_count(), 3u);
  EXPECT_FALSE(incidents[0].corroborated);
  EXPECT_FALSE(incidents[0].trusted);
  EXPECT_TRUE(incidents[0].tips_alone);
}

TEST_F(SlowModelTest, APaneLeavesAWindowAWindowAfterItsStart) {
  const int64_t occurred = At(0) + 30 * kSecondMs;
  EXPECT_TRUE(InWindow(occurred, kHourMs, At(60) - 1));
  EXPECT_FALSE(InWindow(occurred, kHourMs, At(60)));
  EXPECT_TRUE(InWindow(At(59), 7 * kDayMs, At(0) + 7 * kDayMs - 1));
  EXPECT_FALSE(InWindow(At(59), 7 * kDayMs, At(0) + 7 * kDayMs));  // an hour's pane
}

TEST_F(SlowModelTest, AnAreaIncludesWhatLiesBelowItUpToThePicture) {
  Send(0, Police("a").Of("shooting").In("torget"));
  Send(0, Police("b").Of("theft").In("hv"));
  const auto incidents = Merge(county_, Revise(log_, "hv"));
  EXPECT_THAT(CountedIn(county_, "torget"), ElementsAre("torget", "gard", "hv"));
  const auto hv = WindowsOf(county_, incidents, "hv", At(0), false);
  ASSERT_EQ(hv.size(), 5u);
  std::vector<std::string> of;
  for (const NamedCell& c : hv[0].cells)
    of.push_back(c.of + "=" + std::to_string(c.cell.incidents));
  EXPECT_THAT(of, ElementsAre("shooting=1", "theft=1", "violence=1", "grave-violence=1",
                              "property=1", "all=2"));
  const auto own = WindowsOf(county_, incidents, "hv", At(0), true);
  EXPECT_EQ(own[0].cells.front().of, "theft");
  EXPECT_THAT(WindowsOf(county_, incidents, "lan", At(0), false), IsEmpty());
}

}  // namespace
}  // namespace lagesbild::picture::slow
