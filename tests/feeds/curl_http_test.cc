// libcurl, and the whole poller on it, against a web server of our own on the loopback.
#include "feeds/curl_http.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "feeds/polisen_feed_testing.h"

namespace lagesbild::feeds {
namespace {

// A child process that ends when its stdin closes.
class ApiServer {
 public:
  ApiServer() {
    int in[2], out[2];
    if (pipe(in) != 0 || pipe(out) != 0) return;
    pid_ = fork();
    if (pid_ == 0) {
      dup2(in[0], 0);
      dup2(out[1], 1);
      for (const int fd : {in[0], in[1], out[0], out[1]}) close(fd);
      const std::string script = std::string(LAGESBILD_SOURCE_DIR) + "/tests/feeds/api_server.py";
      execlp("python3", "python3", script.c_str(), nullptr);
      _exit(127);
    }
    close(in[0]);
    close(out[1]);
    stdin_ = in[1];
    FILE* from = fdopen(out[0], "r");
    if (fscanf(from, "%d", &port_) != 1) port_ = 0;
    fclose(from);
  }
  ~ApiServer() {
    if (stdin_ >= 0) close(stdin_);
    if (pid_ > 0) waitpid(pid_, nullptr, 0);
  }
  bool running() const { return port_ != 0; }
  std::string Url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }

 private:
  pid_t pid_ = -1;
  int stdin_ = -1;
  int port_ = 0;
};

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
