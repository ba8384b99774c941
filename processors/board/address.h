// "host:port" and "http://host:port/path" as values. Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace lagesbild::board {

struct HostPort {
  std::string host;  // a name or an address; IPv6 without its brackets
  uint16_t port = 0;
};

// "127.0.0.1:9464", "localhost:9464", "[::1]:9464". InvalidArgument: anything else.
StatusOr<HostPort> ParseHostPort(std::string_view text);
std::string ToString(const HostPort& at);  // as above

struct HttpUrl {
  HostPort at;       // port 80 where none is given
  std::string path;  // with the query; "/" where none is given
};

// InvalidArgument: not http://, or a part that HTTP could not carry.
StatusOr<HttpUrl> ParseHttpUrl(std::string_view text);

}  // namespace lagesbild::board
