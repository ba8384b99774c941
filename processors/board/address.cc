#include "board/address.h"

#include <algorithm>
#include <charconv>

namespace lagesbild::board {
namespace {

constexpr std::string_view kScheme = "http://";
constexpr uint16_t kHttpPort = 80;

bool Printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace

StatusOr<HostPort> ParseHostPort(std::string_view text) {
  const auto refused = [&] {
    return InvalidArgument("\"" + std::string(text) +
                           "\" is not an address: write host:port, such as 127.0.0.1:9464");
  };
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return refused();
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find_first_of(":[]") != std::string_view::npos) {
    return refused();
  }
  HostPort at{std::string(host), 0};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), at.port);
  const bool number = error == std::errc() && end == digits.data() + digits.size();
  if (!number || host.empty() || !Printable(host)) return refused();
  return at;
}

std::string ToString(const HostPort& at) {
  const bool v6 = at.host.find(':') != std::string::npos;
  return (v6 ? "[" + at.host + "]" : at.host) + ":" + std::to_string(at.port);
}

StatusOr<HttpUrl> ParseHttpUrl(std::string_view text) {
  const auto refused = [&] {
    return InvalidArgument("\"" + std::string(text) +
                           "\" is not a URL that this can ask: write http://host:port, such as "
                           "http://127.0.0.1:9464");
  };
  if (!text.starts_with(kScheme) || !Printable(text)) return refused();
  const std::string_view rest = text.substr(kScheme.size());
  const size_t slash = rest.find_first_of("/?#");
  const std::string_view authority = rest.substr(0, slash);
  HttpUrl url;
  url.path = slash == std::string_view::npos ? "/" : std::string(rest.substr(slash));
  if (url.path[0] != '/' || url.path.find('#') != std::string::npos) return refused();
  if (authority.empty() || authority.find('@') != std::string_view::npos) return refused();
  const size_t colon = authority.rfind(':');
  const bool has_port = colon != std::string_view::npos && !authority.ends_with(']');
  StatusOr<HostPort> at = ParseHostPort(
      has_port ? std::string(authority) : std::string(authority) + ":" + std::to_string(kHttpPort));
  if (!at.ok() || at->port == 0) return refused();
  url.at = std::move(at).value();
  return url;
}

}  // namespace lagesbild::board
