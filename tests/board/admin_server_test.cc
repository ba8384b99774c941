// The admin listener as a probe and as Prometheus see it.
#include "board/admin_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "board/http_get.h"
#include "io/prometheus_metrics.h"
#include "support/manual_clock.h"

namespace lagesbild::board {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class AdminServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto started = AdminServer::Start(
        "127.0.0.1:0", {health_, metrics_, clock_, [this] { return metrics_.Text(); },
                        io::PrometheusMetrics::kContentType});
    ASSERT_TRUE(started.ok()) << started.status();
    admin_ = std::move(started).value();
  }
  HttpGetAnswer Get(const std::string& path) {
    auto answer = HttpGet("http://" + admin_->address() + path, absl::Seconds(20));
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() ? *std::move(answer) : HttpGetAnswer();
  }

  ManualClock clock_;
  stream::HealthBoard health_;
  io::PrometheusMetrics metrics_{{.version = "1.2.3"}};
  std::unique_ptr<AdminServer> admin_;
};

TEST_F(AdminServerTest, ReadyzFollowsTheParts) {
  EXPECT_EQ(Get("/readyz").code, 503);
  health_.Set("intake", {.ready = true, .state = "running"});
  health_.Set("picture-0/3", {.state = "restoring", .remaining_records = 7});
  const HttpGetAnswer restoring = Get("/readyz");
  EXPECT_EQ(restoring.code, 503);
  EXPECT_EQ(restoring.content_type, "application/json");
  EXPECT_THAT(restoring.body, StartsWith("{\"ready\":false,"));
  EXPECT_THAT(restoring.body, HasSubstr("\"part\":\"picture-0/3\""));
  health_.Set("picture-0/3", {.ready = true, .state = "running"});
  EXPECT_EQ(Get("/readyz").code, 200);
  EXPECT_THAT(Get("/readyz").body, StartsWith("{\"ready\":true,"));
  EXPECT_EQ(Get("/readyz?format=text").body, "ready\n");
  health_.Set("picture-0", {.state = "broker-away", .detail = "no answer"});
  EXPECT_EQ(Get("/readyz").code, 503);
  EXPECT_THAT(Get("/readyz?format=text").body, HasSubstr("broker-away: no answer"));
}

TEST_F(AdminServerTest, LivezIsAliveWhateverTheState) {
  EXPECT_EQ(Get("/livez").code, 200);
  health_.Set("picture-0", {.state = "broker-away"});
  EXPECT_EQ(Get("/livez").code, 200);
}

TEST_F(AdminServerTest, MetricsTellTheStateAndTheRequests) {
  health_.Set("picture-0", {.state = "broker-away"});
  Get("/readyz");
  Get("/a-2f8c1d?x=hv-22501");
  const HttpGetAnswer answer = Get("/metrics");
  EXPECT_EQ(answer.code, 200);
  EXPECT_EQ(answer.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(answer.body, HasSubstr("\nlagesbild_state{state=\"broker-away\"} 1\n"));
  EXPECT_THAT(answer.body, HasSubstr("\nlagesbild_state{state=\"running\"} 0\n"));
  EXPECT_THAT(answer.body,
              HasSubstr("lagesbild_http_requests_total{code=\"503\",route=\"/readyz\"} 1\n"));
  EXPECT_THAT(answer.body,
              HasSubstr("lagesbild_http_requests_total{code=\"200\",route=\"/metrics\"} 0\n"));
  EXPECT_THAT(answer.body,
              HasSubstr("lagesbild_http_requests_total{code=\"404\",route=\"other\"} 1\n"));
  EXPECT_THAT(answer.body, ::testing::Not(HasSubstr("22501")));
}

TEST_F(AdminServerTest, AnUnknownPathSaysWhatThereIs) {
  EXPECT_EQ(Get("/").code, 404);
  EXPECT_THAT(Get("/").body, HasSubstr("/readyz"));
}

}  // namespace
}  // namespace lagesbild::board
