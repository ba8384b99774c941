#include "board/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "board/http_get.h"
#include "support/raw_http.h"

namespace lagesbild::board {
namespace {

using test::RawHttp;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class HttpServerTest : public ::testing::Test {
 protected:
  HttpServerTest() {
    options_.listen = "127.0.0.1:0";
    options_.key = "http.test";
  }
  void Start() {
    auto started = HttpServer::Start(
        options_,
        [](const HttpRequest& request) -> HttpResponse {
          if (request.path == "/throw") throw std::runtime_error("secret");
          if (request.path == "/large")
            return {.body = std::string(3 << 20, 'x'), .route = "/large"};
          return {.body = request.path + " " + request.query + "\n", .route = "/echo"};
        },
        [this](std::string_view route, int code) {
          absl::MutexLock lock(&mu_);
          seen_.push_back(std::string(route) + " " + std::to_string(code));
        });
    ASSERT_TRUE(started.ok()) << started.status();
    server_ = std::move(started).value();
  }
  std::string Url(const std::string& path) { return "http://" + server_->address() + path; }
  // The answer to these bytes, with the connection closed behind them.
  std::string Talk(const std::string& request) {
    const RawHttp raw(server_->port());
    EXPECT_TRUE(raw.connected());
    raw.Send(request);
    return raw.ReadAll();
  }
  std::vector<std::string> Seen() {
    absl::MutexLock lock(&mu_);
    return seen_;
  }

  HttpServerOptions options_;
  absl::Mutex mu_;
  std::vector<std::string> seen_ ABSL_GUARDED_BY(mu_);
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, AnswersWithWhatTheHandlerSays) {
  Start();
  const auto answer = HttpGet(Url("/a/b?c=d"), absl::Seconds(20));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->code, 200);
  EXPECT_EQ(answer->body, "/a/b c=d\n");
  EXPECT_EQ(HttpGet(Url("/large"), absl::Seconds(20))->body.size(), size_t{3} << 20);
  EXPECT_THAT(Seen(), ::testing::ElementsAre("/echo 200", "/large 200"));
}

TEST_F(HttpServerTest, HeadHasTheLengthAndNoBody) {
  Start();
  const std::string answer = Talk("HEAD /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Length: 4\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST_F(HttpServerTest, AConnectionTakesManyRequestsEvenAtOnce) {
  Start();
  const RawHttp raw(server_->port());
  raw.Send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(raw.ReadUntil("/1 \n"), HasSubstr("200 OK"));
  raw.Send(
      "GET /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(raw.ReadUntil("/2 \n"), HasSubstr("200 OK"));
  EXPECT_THAT(raw.ReadAll(), EndsWith("/3 \n"));
}

TEST_F(HttpServerTest, OnlyGetAndHead) {
  Start();
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "BREW"}) {
    const std::string answer = Talk(std::string(method) + " / HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 405 ")) << method;
    EXPECT_THAT(answer, HasSubstr("Allow: GET, HEAD\r\n"));
    EXPECT_THAT(answer, EndsWith("{\"error\":\"only GET and HEAD\"}\n"));
  }
}

TEST_F(HttpServerTest, ABodyIsRefusedUnread) {
  Start();
  const std::string large(100000, 'x');
  EXPECT_THAT(Talk("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" + large),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(Talk("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n"),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(Talk("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" + large),
              StartsWith("HTTP/1.1 405 "));
}

TEST_F(HttpServerTest, AHeaderHasALimit) {
  Start();
  const std::string answer =
      Talk("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(100000, 'x') + "\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(answer, Not(HasSubstr("xxx")));
}

TEST_F(HttpServerTest, WhatIsNotHttpIsABadRequest) {
  Start();
  EXPECT_THAT(Talk("\x16\x03\x01 tls?\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Talk("GET  HTTP/9.9\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Seen(), ::testing::Each("other 400"));
}

TEST_F(HttpServerTest, AHandlerThatThrowsIsAnErrorWithoutItsWords) {
  Start();
  const auto answer = HttpGet(Url("/throw"), absl::Seconds(20));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->code, 500);
  EXPECT_THAT(answer->body, Not(HasSubstr("secret")));
}

TEST_F(HttpServerTest, AClientThatNeverEndsItsHeaderIsDropped) {
  options_.request_max = absl::Milliseconds(50);
  Start();
  EXPECT_EQ(Talk("GET / HTTP/1.1\r\nHo"), "");
}

TEST_F(HttpServerTest, AnIdleConnectionIsDropped) {
  options_.idle_max = absl::Milliseconds(50);
  Start();
  EXPECT_EQ(Talk(""), "");
}

TEST_F(HttpServerTest, TheOldestConnectionGivesWay) {
  options_.connections_max = 2;
  Start();
  const RawHttp first(server_->port());
  const RawHttp second(server_->port());
  second.Send("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(second.ReadUntil("/2 \n"), HasSubstr("200 OK"));
  EXPECT_TRUE(HttpGet(Url("/3"), absl::Seconds(20)).ok());
  EXPECT_EQ(first.ReadAll(), "");
  second.Send("GET /4 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(second.ReadUntil("/4 \n"), HasSubstr("200 OK"));
}

TEST_F(HttpServerTest, ATakenPortIsRefusedWithWhatToDo) {
  Start();
  options_.listen = server_->address();
  const auto again = HttpServer::Start(options_, {}, {});
  EXPECT_EQ(again.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(again.status()), StartsWith("http.test: cannot listen on 127.0.0.1:"));
  EXPECT_THAT(Message(again.status()), HasSubstr(std::to_string(server_->port())));
  EXPECT_THAT(Message(again.status()), HasSubstr("set http.test to another port"));
}

TEST_F(HttpServerTest, AnAddressOfAnotherMachineIsRefused) {
  options_.listen = "192.0.2.1:0";  // TEST-NET-1
  EXPECT_THAT(Message(HttpServer::Start(options_, {}, {}).status()), HasSubstr("no such address"));
  options_.listen = "nonsense";
  EXPECT_EQ(HttpServer::Start(options_, {}, {}).status().code(), StatusCode::kInvalidArgument);
}

TEST_F(HttpServerTest, StopsWithConnectionsOpenAndItsPortIsFreeAtOnce) {
  Start();
  const RawHttp idle(server_->port());
  const RawHttp half(server_->port());
  half.Send("GET / HT");
  EXPECT_TRUE(HttpGet(Url("/"), absl::Seconds(20)).ok());
  server_->Stop();
  server_->Stop();
  EXPECT_EQ(idle.ReadAll(), "");
  EXPECT_EQ(half.ReadAll(), "");
  options_.listen = server_->address();
  Start();
  EXPECT_TRUE(HttpGet(Url("/"), absl::Seconds(20)).ok());
}

TEST_F(HttpServerTest, AskingNobodyIsUnavailable) {
  Start();
  const std::string url = Url("/");
  server_.reset();
  EXPECT_EQ(HttpGet(url, absl::Seconds(20)).status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(HttpGet("nonsense", absl::Seconds(20)).status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace lagesbild::board
