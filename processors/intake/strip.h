// Stripper: a person's identifier → a keyed hash that differs from day to day, so that nobody can
// be followed beyond one (domain.md §6); and the keyed hash of a record's key for dead letters.
//
// HMAC-SHA256 under the deployment's secret, its first 16 bytes. Pure; keeps the day it was last
// asked for; thread-compatible. The only file that includes OpenSSL is strip.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace lagesbild::intake {

class Stripper {
 public:
  // `time_zone`: an IANA name that exists (CHECK; configurations are checked before).
  Stripper(std::string_view secret, std::string_view time_zone);
  ~Stripper();

  // 16 bytes, over the local day that holds `occurred_ms` and the reporter. Empty for an empty
  // reporter.
  std::string ReporterHash(int64_t occurred_ms, std::string_view reporter);
  // 32 hex digits; empty for an empty key.
  std::string KeyHash(std::string_view key);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lagesbild::intake
