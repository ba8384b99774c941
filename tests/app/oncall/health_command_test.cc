// `lagesbild health` against a real admin listener: exit codes, what is said and where.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "app/cli.h"
#include "app/commands.h"
#include "app/exit_code.h"
#include "board/admin_server.h"
#include "board/http_server.h"
#include "support/manual_clock.h"
#include "support/no_metrics.h"

namespace lagesbild::app {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class HealthCommandTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto started = board::AdminServer::Start(
        "127.0.0.1:0", {health_, metrics_, clock_, [] { return std::string(); }, "text/plain"});
    ASSERT_TRUE(started.ok()) << started.status();
    admin_ = std::move(started).value();
    url_ = "http://" + admin_->address();
  }

  int Run(std::vector<std::string> words) {
    words.insert(words.begin(), "health");
    words.insert(words.end(), {"--timeout", "20s"});
    out_.str("");
    err_.str("");
    Io io{out_, err_, {}};
    return RunCli({HealthCommand()}, words, io);
  }

  stream::NoMetrics metrics_;
  ManualClock clock_;
  stream::HealthBoard health_;
  std::unique_ptr<board::AdminServer> admin_;
  std::string url_;
  std::ostringstream out_, err_;
};

TEST_F(HealthCommandTest, ReadyIsZero) {
  health_.Set("intake", {.ready = true, .state = "running"});
  EXPECT_EQ(Run({"--url", url_}), kExitOk);
  EXPECT_EQ(out_.str(), "ready\n");
  EXPECT_EQ(Run({"--url", url_ + "/", "--json"}), kExitOk);
  EXPECT_EQ(out_.str(), "{\"ready\":true,\"state\":\"running\",\"reason\":null,\"missing\":[]}\n");
  EXPECT_EQ(err_.str(), "");
}

TEST_F(HealthCommandTest, NotReadyIsTenWithTheReason) {
  health_.Set("picture-0", {.state = "broker-away", .detail = "no answer"});
  EXPECT_EQ(Run({"--url", url_}), kExitUnhealthy);
  EXPECT_EQ(out_.str(), "not ready: 1 of 1 parts not ready; picture-0: broker-away: no answer\n");
  EXPECT_EQ(Run({"--url", url_, "--json"}), kExitUnhealthy);
  EXPECT_THAT(out_.str(), StartsWith("{\"ready\":false,"));
}

TEST_F(HealthCommandTest, CatchingUpIsNotReadyAndSaysHowMuchRemains) {
  health_.Set("intake", {.state = "catching-up", .remaining_records = 72'422});
  EXPECT_EQ(Run({"--url", url_}), kExitUnhealthy);
  EXPECT_EQ(out_.str(),
            "not ready: 1 of 1 parts not ready; intake: catching-up, 72422 records remaining\n");
  EXPECT_EQ(Run({"--url", url_, "--json"}), kExitUnhealthy);
  EXPECT_THAT(out_.str(), HasSubstr("\"state\":\"catching-up\",\"remaining_records\":72422"));
}

TEST_F(HealthCommandTest, NobodyThereIsSixtyNine) {
  admin_.reset();
  EXPECT_EQ(Run({"--url", url_}), kExitUnavailable);
  EXPECT_EQ(out_.str(), "");
  EXPECT_THAT(err_.str(), HasSubstr("nobody answers at 127.0.0.1:"));
  EXPECT_EQ(Run({"--url", url_, "--json"}), kExitUnavailable);
  EXPECT_THAT(out_.str(), StartsWith("{\"ready\":false,\"reason\":\"nobody answers"));
}

TEST_F(HealthCommandTest, AnotherProgramOnThatPortIsNotHealthy) {
  board::HttpServerOptions options;
  options.listen = "127.0.0.1:0";
  const auto other = board::HttpServer::Start(
      options,
      [](const board::HttpRequest&) {
        return board::HttpResponse{.content_type = "text/html", .body = "<h1>\x1b[31mhello</h1>"};
      },
      [](std::string_view, int) {});
  ASSERT_TRUE(other.ok()) << other.status();
  EXPECT_EQ(Run({"--url", "http://" + (*other)->address()}), kExitUnhealthy);
  EXPECT_THAT(err_.str(), HasSubstr("is not the admin listener of lagesbild (HTTP 200)"));
  EXPECT_EQ(out_.str(), "");
}

TEST_F(HealthCommandTest, WhatCannotBeAskedIsWrongUsage) {
  EXPECT_EQ(Run({"--url", "127.0.0.1:9464"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("write http://host:port"));
}

TEST_F(HealthCommandTest, AControlCharacterNeverReachesTheTerminal) {
  health_.Set("intake", {.state = "failed", .detail = "\x1b[31mred\r"});
  EXPECT_EQ(Run({"--url", url_}), kExitUnhealthy);
  EXPECT_THAT(out_.str(), HasSubstr("?[31mred?"));
}

}  // namespace
}  // namespace lagesbild::app
