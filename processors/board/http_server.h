// HttpServer: a small HTTP/1.1 listener for GET and HEAD, on a thread of its own.
//
// In: an address and a handler. Out: answers; the handler sees only well-formed GET and HEAD
// requests without a body. Everything else is answered here: 400 not HTTP, 405 another method, 413
// a body, 431 too long a header, 500 the handler threw. All I/O is asynchronous, so a slow client
// holds up nobody; every connection has time and size limits, and the oldest gives way when there
// are too many (a probe must always get through).
// Threads: Start, Stop and the destructor by one thread; the handler and the observer run on the
// listener's.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "base/status.h"

namespace lagesbild::board {

struct HttpRequest {
  std::string path;   // "/readyz"
  std::string query;  // "format=text", without the question mark; may be empty
};

struct HttpResponse {
  int code = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::string_view route = "other";  // a literal, for the observer: never the path as it was sent
};

struct HttpServerOptions {
  std::string listen;  // "127.0.0.1:9464"; port 0: any that is free
  std::string key;     // the configuration key it came from, for errors: "http.admin"
  absl::Duration idle_max = absl::Seconds(75);     // a connection with no request
  absl::Duration request_max = absl::Seconds(10);  // from its first byte to the end of its header
  absl::Duration answer_max = absl::Seconds(30);   // writing it
  size_t header_bytes_max = 8 << 10;
  size_t connections_max = 64;
};

class HttpServer {
 public:
  using Handler = std::function<HttpResponse(const HttpRequest&)>;
  using Observer = std::function<void(std::string_view route, int code)>;

  // Listens when it returns. InvalidArgument: not an address. FailedPrecondition: the port is taken
  // or not allowed; the message says what to do.
  static StatusOr<std::unique_ptr<HttpServer>> Start(const HttpServerOptions& options,
                                                     Handler handler, Observer observer);
  ~HttpServer();

  uint16_t port() const;               // the one it listens on
  const std::string& address() const;  // "127.0.0.1:9464"
  void Stop();                         // closes all connections; again: nothing

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  const std::unique_ptr<Impl> impl_;
};

}  // namespace lagesbild::board
