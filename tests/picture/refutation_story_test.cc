// What refutations that meet take with them, by the fold and by the slow model (contract, "Report";
// processors/README.md, decisions). Assaults on one street: two are of one incident when they are
// no more than 200 m and half an hour apart.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "picture/slow_model.h"
#include "picture/town.h"

namespace lagesbild::picture {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RefutationStory : public ::testing::Test {
 protected:
  void Send(double minutes, const Report& report) {
    town_.Send(minutes, report);
    log_.push_back(Record(At(minutes), county_, report));
  }
  // The ids of each incident's reports, by the model; the fold counts as many.
  std::vector<std::string> Incidents() {
    std::vector<std::string> out;
    for (const slow::Incident& incident :
         slow::Merge(county_, slow::Revise(log_, county_.areas[county_.FindArea("hv")].id))) {
      std::string ids;
      for (const slow::Standing& s : incident.reports) ids += s.report.key.id + " ";
      out.push_back(ids);
    }
    EXPECT_EQ(town_.Count("hv", kDayMs, "assault"), out.size());
    return out;
  }

  // `through it` is too far from the police's to go with it by itself.
  void TakeOneThrough(const Report& first) {
    Send(0, first);
    Send(1, Guard("through it").Happened(2).Where(180, 0));
    Send(10, Police("p").Happened(3).Where(-100, 0).Refuted());
    EXPECT_THAT(Incidents(), IsEmpty());
  }

  Settings county_ = SmallCounty();
  Town town_{county_};
  slow::Log log_;
};

TEST_F(RefutationStory, WhatIsTakenLeadsNothingElseIntoALaterRefutation) {
  Send(0, Guard("between").Happened(0).Where(0, 0));
  Send(10, Police("p").Happened(1).Where(0, 0).Refuted());
  Send(20, Guard("beyond").Happened(5).Where(180, 0));
  Send(30, Rescue("r").Happened(6).Where(-180, 0).Refuted());
  EXPECT_THAT(Incidents(), ElementsAre("beyond "));
}

TEST_F(RefutationStory, WhatIsTakenKeepsNothingOutOfALaterRefutation) {
  Send(0, Guard("before").Happened(0).Where(0, 0));
  Send(10, Police("p").Happened(1).Where(-100, 0).Refuted());
  Send(20, Guard("beyond").Happened(5).Where(180, 0));
  Send(30, Rescue("r").Happened(4).Where(300, 0).Refuted());
  EXPECT_THAT(Incidents(), IsEmpty());
}

TEST_F(RefutationStory, ALaterRefutationByRescueTakesWhatWasTakenThroughIt) {
  TakeOneThrough(Rescue("first").Happened(0));
  Send(20, Rescue("first").Happened(0).Revision(2).Refuted());
  EXPECT_THAT(Incidents(), IsEmpty());
}

// It counts as withdrawn, and nothing else ties the other to the police's.
TEST_F(RefutationStory, ALaterRefutationByAGuardBringsBackWhatWasTakenThroughIt) {
  TakeOneThrough(Guard("first").Happened(0));
  Send(20, Guard("first").Happened(0).Revision(2).Refuted());
  EXPECT_THAT(Incidents(), ElementsAre("through it "));
}

TEST_F(RefutationStory, AReportThatWasTakenAndIsThenRefutedItselfTakesWhatCameInBetween) {
  Send(0, Rescue("r").Happened(0));
  Send(10, Police("p").Happened(1).Refuted());
  Send(20, Guard("anew").Happened(2));
  EXPECT_THAT(Incidents(), ElementsAre("anew "));
  Send(30, Rescue("r").Happened(0).Revision(2).Refuted());
  EXPECT_THAT(Incidents(), IsEmpty());
}

TEST_F(RefutationStory, ARefutationThatIsStatedAgainTakesWhatCameInBetween) {
  Send(0, Police("p").Happened(0).Refuted());
  Send(10, Guard("anew").Happened(1));
  EXPECT_THAT(Incidents(), ElementsAre("anew "));
  Send(20, Police("p").Happened(0).Revision(2).Refuted());
  EXPECT_THAT(Incidents(), IsEmpty());
}

}  // namespace
}  // namespace lagesbild::picture
