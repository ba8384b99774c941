// HttpGet: one GET of a small page of our own service, for `lagesbild health`. No TLS, no proxy, no
// redirects (the poller of foreign services is feeds/curl_http.h). Blocks the caller. Thread-safe.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "base/status.h"

namespace lagesbild::board {

struct HttpGetAnswer {
  int code = 0;
  std::string content_type, body;
};

// InvalidArgument: not a URL (address.h). Unavailable: nobody there, no whole answer within
// `timeout`, not HTTP, or more than 4 MiB.
StatusOr<HttpGetAnswer> HttpGet(const std::string& url, absl::Duration timeout);

}  // namespace lagesbild::board
