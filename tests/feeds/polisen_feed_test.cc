#include "feeds/polisen_feed.h"

#include <gtest/gtest.h>

#include "base/time.h"
#include "feeds/polisen_feed_testing.h"
#include "feeds/polisen_state.h"

namespace lagesbild::feeds {
namespace {

class ScriptedHttp : public Http {
 public:
  StatusOr<HttpAnswer> Get(const HttpRequest& request) override {
    requests.push_back(request);
    if (next < answers.size()) return answers[next++];
    return answers.back();
  }
  std::vector<StatusOr<HttpAnswer>> answers;
  std::vector<HttpRequest> requests;
  size_t next = 0;
};

HttpAnswer Ok(const std::string& body, const std::string& etag = "") {
  return {.status = 200, .body = body, .etag = etag};
}

using PolisenFeedTest = PolisenFeedTesting;

TEST_F(PolisenFeedTest, ARestartSendsNothingAgainAndGoesOnCountingRevisions) {
  ScriptedHttp http;
  http.answers = {Ok("[" + Event(1, "Brand") + "]")};
  ASSERT_TRUE(Run(http, 2).ok());
  EXPECT_EQ(Reports(), 1);
  out_.messages.clear();
  ASSERT_TRUE(Run(http, 1).ok());
  EXPECT_EQ(Reports(), 0);
  http.answers = {Ok("[" + Event(1, "Mordbrand") + "]")};
  http.next = 0;
  ASSERT_TRUE(Run(http, 1).ok());
  ASSERT_EQ(Reports(), 1);
  EXPECT_NE(out_.messages[1].value.find(R"("revision":2,"action":"correct","class":"arson")"),
            std::string::npos);
}

TEST_F(PolisenFeedTest, AsksOnlyForWhatChangedAndUnchangedIsAHeartbeat) {
  ScriptedHttp http;
  http.answers = {Ok("[" + Event(1, "Brand") + "]", "\"v1\""), HttpAnswer{.status = 304}};
  ASSERT_TRUE(Run(http, 3).ok());
  EXPECT_EQ(http.requests[0].etag, "");
  EXPECT_EQ(http.requests[1].etag, "\"v1\"");
  EXPECT_EQ(http.requests[2].etag, "\"v1\"");
  ASSERT_EQ(out_.messages.size(), 4U);
  for (const size_t i : {1U, 2U, 3U}) EXPECT_EQ(out_.messages[i].topic, "commands");
  ASSERT_TRUE(Run(http, 1).ok());
  EXPECT_EQ(http.requests[3].etag, "\"v1\"") << "kept over a restart";
}

TEST_F(PolisenFeedTest, AfterAnAnswerThatIsNotWholeItAsksForTheWhole) {
  std::string many = "[";
  for (int i = 0; i < 20; ++i) many += (i > 0 ? "," : "") + Event(i, "Brand");
  ScriptedHttp http;
  http.answers = {Ok(many + "]", "\"whole\""), Ok("[" + Event(1, "Brand") + "]", "\"part\""),
                  Ok(many + "]", "\"whole\"")};
  const auto counts = Run(http, 3);
  EXPECT_EQ(counts->answers.partial, 1);
  EXPECT_EQ(http.requests[2].etag, "");
}

TEST_F(PolisenFeedTest, FailuresWithdrawNothingSlowItDownAndAreToldOnce) {
  ScriptedHttp http;
  http.answers = {
      Ok("[" + Event(1, "Brand") + "]"), Unavailable("no connection"),
      Unavailable("no connection"),      HttpAnswer{.status = 200},
      HttpAnswer{.status = 503},         HttpAnswer{.status = 429, .retry_after = "7200"},
      Ok("[" + Event(1, "Brand") + "]")};
  const auto counts = Run(http, 8);
  ASSERT_TRUE(counts.ok());
  EXPECT_EQ(counts->failures, 5);
  EXPECT_EQ(Reports(), 1);
  ASSERT_EQ(time_.waits.size(), 8U);
  for (size_t i = 2; i < 6; ++i) EXPECT_GT(time_.waits[i], time_.waits[1]) << i;
  EXPECT_EQ(time_.waits[6], 7'200'000);
  EXPECT_EQ(time_.waits[7], 126'000);
  EXPECT_EQ(said_.size(), 5U) << "each trouble once, and its end";
}

TEST_F(PolisenFeedTest, StaysPoliteThoughItCrashesAgainAndAgain) {
  ScriptedHttp http;
  http.answers = {HttpAnswer{.status = 500}};
  std::vector<int64_t> calls;
  const int64_t start = time_.now_ms;
  while (time_.now_ms < start + 3 * kHourMs) {  // one call a life
    ASSERT_TRUE(Run(http, 1).ok());
    calls.push_back(time_.now_ms);
  }
  for (size_t i = 1; i < calls.size(); ++i) {
    ASSERT_GE(calls[i] - calls[i - 1], 10'000);
    if (i >= 60) {
      ASSERT_GE(calls[i] - calls[i - 60], kHourMs);
    }
  }
}

class ShyPublisher : public KeepingPublisher {
 public:
  Status Flush() override {
    return ++flushes <= refusals ? Unavailable("nobody answers") : absl::OkStatus();
  }
  int refusals = 0;
};

TEST_F(PolisenFeedTest, KeepsTryingToPublishAndLosesNothingWhenStoppedMeanwhile) {
  ScriptedHttp http;
  http.answers = {Ok("[" + Event(1, "Brand") + "]")};
  PolisenConverter converter(settings_);
  options_.rounds_max = 1;
  ShyPublisher shy;
  shy.refusals = 3;
  ASSERT_TRUE(RunPolisenFeed(options_, converter, http, shy, time_).ok());
  EXPECT_EQ(shy.flushes, 4);

  http.answers = {Ok("[" + Event(2, "Brand") + "]")};
  http.next = 0;
  ShyPublisher never;
  never.refusals = 1'000'000;
  time_.stop_ms = time_.now_ms + kHourMs;
  EXPECT_EQ(RunPolisenFeed(options_, converter, http, never, time_).status().code(),
            StatusCode::kUnavailable);
  time_.stop_ms = INT64_MAX;
  ASSERT_TRUE(Run(http, 1).ok());
  EXPECT_EQ(Reports(), 1) << "sent again after the restart";
}

TEST_F(PolisenFeedTest, StopsWhenAsked) {
  ScriptedHttp http;
  http.answers = {Ok("[" + Event(1, "Brand") + "]")};
  time_.stop_ms = time_.now_ms + kHourMs;
  const auto counts = Run(http, 0);
  ASSERT_TRUE(counts.ok());
  EXPECT_GT(counts->calls, 20);
}

TEST_F(PolisenFeedTest, ADamagedOrNewerStateIsRefusedNotForgotten) {
  ScriptedHttp http;
  http.answers = {Ok("[]")};
  for (const char* text : {"", "{", "{\"format\":1}\n", "{\"format\":2,\"events\":[]}\n"}) {
    dir_.Store("state.json", text);
    EXPECT_EQ(Run(http, 1).status().code(), StatusCode::kDataLoss) << text;
  }
  EXPECT_TRUE(http.requests.empty());
}

TEST_F(PolisenFeedTest, TheStateHoldsNoTextOfAnyEvent) {
  ScriptedHttp http;
  http.answers = {Ok("[" + Event(1, "Brand") + "]", "\"v1\"")};
  ASSERT_TRUE(Run(http, 1).ok());
  const std::string state = TempDir::Bytes(options_.state_file);
  EXPECT_TRUE(state.starts_with(R"({"format":1,"etag":"\"v1\"",)")) << state;
  for (const char* text : {"Umeå", "Brand", "november"}) {
    EXPECT_EQ(state.find(text), std::string::npos) << text;
  }
  const PolisenState loaded = LoadPolisenState(options_.state_file).value();
  EXPECT_EQ(loaded.memory.events.at(1).revision, 1);
  EXPECT_EQ(loaded.calls.size(), 1U);
}

}  // namespace
}  // namespace lagesbild::feeds
