#include "board/readiness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lagesbild::board {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class ReadinessTest : public ::testing::Test {
 protected:
  ReadyAnswer Ask() { return readiness_.Ask(now_); }
  void Restoring(const std::string& part, int64_t remaining) {
    health_.Set(part, {.state = "restoring", .remaining_records = remaining});
  }
  void Running(const std::string& part) { health_.Set(part, {.ready = true, .state = "running"}); }

  stream::HealthBoard health_;
  Readiness readiness_{health_};
  absl::Duration now_ = absl::Seconds(1000);
};

TEST_F(ReadinessTest, NothingIsReadyBeforeTheFirstPartHasSpoken) {
  const ReadyAnswer answer = Ask();
  EXPECT_FALSE(answer.ready);
  EXPECT_EQ(answer.state, "starting");
  EXPECT_THAT(answer.reason, HasSubstr("starting"));
  EXPECT_THAT(ReadyText(answer), StartsWith("not ready: starting"));
}

TEST_F(ReadinessTest, ReadyOnlyWhenEveryPartIs) {
  Running("intake");
  Restoring("picture-0/3", 120);
  ReadyAnswer answer = Ask();
  EXPECT_FALSE(answer.ready);
  EXPECT_EQ(answer.state, "restoring");
  EXPECT_EQ(answer.reason, "1 of 2 parts not ready; picture-0/3: restoring, 120 records remaining");
  EXPECT_EQ(ReadyJson(answer),
            "{\"ready\":false,\"state\":\"restoring\",\"reason\":\"1 of 2 parts not ready; "
            "picture-0/3: restoring, 120 records remaining\",\"missing\":[{\"part\":\"picture-0/"
            "3\",\"state\":\"restoring\",\"remaining_records\":120}]}\n");
  Running("picture-0/3");
  answer = Ask();
  EXPECT_TRUE(answer.ready);
  EXPECT_EQ(answer.state, "running");
  EXPECT_EQ(ReadyJson(answer),
            "{\"ready\":true,\"state\":\"running\",\"reason\":null,\"missing\":[]}\n");
  EXPECT_EQ(ReadyText(answer), "ready\n");
}

TEST_F(ReadinessTest, TheWorstStateIsThatOfTheService) {
  Running("picture-0");
  health_.Set("intake", {.ready = true, .state = "standby"});
  EXPECT_EQ(Ask().state, "standby");
  EXPECT_TRUE(Ask().ready);
  Restoring("picture-0/1", 5);
  health_.Set("picture-1", {.state = "broker-away", .detail = "no answer"});
  EXPECT_EQ(Ask().state, "broker-away");
  EXPECT_THAT(ReadyText(Ask()), HasSubstr("\n  picture-1: broker-away: no answer\n"));
  health_.Set("picture-0/1", {.state = "failed"});
  EXPECT_EQ(Ask().state, "failed");
  health_.Remove("picture-0/1");
  health_.Set("picture-1", {.state = "a state of tomorrow"});
  EXPECT_EQ(Ask().state, "starting");
}

TEST_F(ReadinessTest, SaysHowLongARestoreWillTake) {
  Restoring("p", 1000);
  EXPECT_FALSE(Ask().missing.at(0).eta.has_value());
  now_ += absl::Seconds(10);
  Restoring("p", 750);
  EXPECT_EQ(Ask().missing.at(0).eta, absl::Seconds(30));
  EXPECT_THAT(ReadyJson(Ask()), HasSubstr("\"remaining_records\":750,\"eta_seconds\":30"));
  Restoring("p", 2000);  // it began anew
  EXPECT_FALSE(Ask().missing.at(0).eta.has_value());
  now_ += absl::Seconds(1);
  Restoring("p", 1000);
  EXPECT_EQ(Ask().missing.at(0).eta, absl::Seconds(1));
}

TEST_F(ReadinessTest, SaysWhatIsLeftOfTheBacklogOfTheStart) {
  Running("intake");
  Restoring("picture-0/3", 1000);
  Ask();
  now_ += absl::Seconds(10);
  health_.Set("picture-0/3", {.state = "catching-up", .remaining_records = 500});
  // Another count begins: how fast it goes is not known from the restore.
  EXPECT_EQ(ReadyText(Ask()),
            "not ready: 1 of 2 parts not ready; picture-0/3: catching-up, 500 records remaining\n");
  EXPECT_EQ(Ask().state, "catching-up");
  now_ += absl::Seconds(10);
  health_.Set("picture-0/3", {.state = "catching-up", .remaining_records = 100});
  EXPECT_THAT(ReadyJson(Ask()), HasSubstr("\"state\":\"catching-up\",\"remaining_records\":100,"
                                          "\"eta_seconds\":3"));
}

TEST_F(ReadinessTest, AThousandMissingPartsMakeNoEndlessAnswer) {
  for (int p = 0; p < 1000; ++p) Restoring("picture-0/" + std::to_string(p), 1);
  const ReadyAnswer answer = Ask();
  EXPECT_EQ(answer.missing.size(), Readiness::kMissingMax);
  EXPECT_EQ(answer.missing_omitted, 900);
  EXPECT_THAT(answer.reason, StartsWith("1000 of 1000 parts not ready"));
  EXPECT_THAT(ReadyJson(answer), HasSubstr("\"missing_omitted\":900"));
}

}  // namespace
}  // namespace lagesbild::board
