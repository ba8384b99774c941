// CurlHttp: Http by libcurl. http and https only, three redirects, 30 s, answers up to 8 MiB. One
// object one thread.
#pragma once

#include <memory>
#include <string>

#include "feeds/http.h"

namespace lagesbild::feeds {

class CurlHttp : public Http {
 public:
  // `user_agent` says who asks and how to reach them. Internal: libcurl cannot be set up.
  static StatusOr<std::unique_ptr<CurlHttp>> Create(const std::string& user_agent);
  ~CurlHttp() override;
  StatusOr<HttpAnswer> Get(const HttpRequest& request) override;

 private:
  class Impl;
  explicit CurlHttp(std::unique_ptr<Impl> impl);
  const std::unique_ptr<Impl> impl_;
};

}  // namespace lagesbild::feeds
