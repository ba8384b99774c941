#include "feeds/report.h"

#include <gtest/gtest.h>

namespace lagesbild::feeds {
namespace {

TEST(Report, AWithdrawalNamesOnlyWhatItWithdraws) {
  OutgoingReport report{.org = "familjebo", .id = "x1", .revision = 3};
  report.action = Action::kWithdraw;
  report.class_name = "theft";
  EXPECT_EQ(ReportMessage(report, "incidents", 5),
            (RawMessage{"incidents",
                        5,
                        "familjebo/x1",
                        R"({"org":"familjebo","id":"x1","revision":3,"action":"withdraw"})",
                        {}}));
}

TEST(Report, LeavesOutDefaultsAndWritesTheRest) {
  OutgoingReport report{.org = "tip-web", .id = "t", .class_name = "shooting"};
  report.verification = Verification::kConfirmed;
  report.lat = 59.5;
  report.lon = 17.25;
  report.precision_m = 20;
  report.indoor_dwelling = report.exercise = true;
  report.reporter = "r1";
  EXPECT_EQ(ReportMessage(report, "tips", 0).value,
            R"({"org":"tip-web","id":"t","class":"shooting","verification":"confirmed",)"
            R"("occurred_from":"1970-01-01T00:00:00Z",)"
            R"("place":{"lat":59.5,"lon":17.25,"precision_m":20},)"
            R"("indoor_dwelling":true,"exercise":true,"reporter":"r1"})");
}

TEST(Report, AHeartbeatHasAnIdOfItsOwnMoment) {
  EXPECT_EQ(HeartbeatMessage("polisen", 1000, 2000),
            (RawMessage{"commands",
                        2000,
                        "polisen",
                        R"({"command":"heartbeat","id":"hb-polisen-1000","org":"polisen",)"
                        R"("at":"1970-01-01T00:00:01Z"})",
                        {}}));
}

}  // namespace
}  // namespace lagesbild::feeds
