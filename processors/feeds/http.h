// Http: the port to a web API that is polled: one GET at a time. Real: curl_http.h; in tests a
// script of answers.
#pragma once

#include <string>

#include "base/status.h"

namespace lagesbild::feeds {

struct HttpRequest {
  std::string url;
  std::string etag;           // sent as If-None-Match, empty: not
  std::string last_modified;  // sent as If-Modified-Since, empty: not
};

struct HttpAnswer {
  long status = 0;  // 200, 304, 429, …
  std::string body;
  std::string etag, last_modified, retry_after;  // headers, empty: none
};

class Http {
 public:
  virtual ~Http() = default;
  // Unavailable: no whole answer came (no name, no connection, time-out, cut off, too large).
  virtual StatusOr<HttpAnswer> Get(const HttpRequest& request) = 0;
};

}  // namespace lagesbild::feeds
