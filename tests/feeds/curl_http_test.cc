// libcurl, and the whole poller on it, against a web server of our own on the loopback.
#include "feeds/curl_http.h"

#include <gtest/gtest.h>

#include "feeds/api_server.h"
#include "feeds/polisen_feed_testing.h"

namespace lagesbild::feeds {
namespace {

class CurlHttpTest : public PolisenFeedTesting {
 protected:
  void SetUp() override {
    ASSERT_TRUE(server_.running()) << "python3 is needed";
    http_ = CurlHttp::Create("lagesbild-test/1 (who asks)").value();
  }
  StatusOr<HttpAnswer> Get(const std::string& path) {
    return http_->Get({server_.Url(path), "", ""});
  }

  ApiServer server_;
  std::unique_ptr<CurlHttp> http_;
};

TEST_F(CurlHttpTest, GivesBodyAndHeadersUnpacked) {
  const auto answer = Get("/events");
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->status, 200);
  EXPECT_TRUE(answer->body.starts_with("[{\"id\":1"));
  EXPECT_EQ(answer->etag, "\"v1\"");
  EXPECT_EQ(answer->last_modified, "Tue, 14 Nov 2023 07:00:00 GMT");
  EXPECT_EQ(http_->Get({server_.Url("/events"), "\"v1\"", ""})->status, 304);
}

TEST_F(CurlHttpTest, SaysWhoAsksAndPassesOnHowLongToWait) {
  EXPECT_EQ(Get("/agent")->body, "lagesbild-test/1 (who asks)");
  const auto busy = Get("/busy");
  EXPECT_EQ(busy->status, 429);
  EXPECT_EQ(busy->retry_after, "77");
}

TEST_F(CurlHttpTest, FollowsRedirectsButOnlyOnTheWeb) {
  const auto moved = Get("/moved");
  EXPECT_EQ(moved->status, 200);
  EXPECT_EQ(moved->etag, "\"v1\"");
  EXPECT_EQ(Get("/elsewhere").status().code(), StatusCode::kUnavailable);
}

TEST_F(CurlHttpTest, AnAnswerThatIsCutShortOrTooLargeIsNone) {
  EXPECT_EQ(Get("/short").status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(Get("/endless").status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(http_->Get({"http://127.0.0.1:1/", "", ""}).status().code(), StatusCode::kUnavailable);
}

TEST_F(CurlHttpTest, ThePollerRunsOnIt) {
  options_.url = server_.Url("/events");
  const auto counts = Run(*http_, 3);
  ASSERT_TRUE(counts.ok()) << counts.status();
  EXPECT_EQ(counts->calls, 3);
  EXPECT_EQ(counts->unchanged, 2);
  EXPECT_EQ(Reports(), 1);
  EXPECT_EQ(out_.messages.size(), 4U);
}

}  // namespace
}  // namespace lagesbild::feeds
