// Politeness: when a public API may be asked again.
//
// At least 10 s between two calls, at most 60 in any hour and 1,440 in any day, whatever happens
// and across restarts (the calls made are part of the saved state). After a failure it waits twice
// as long each time, up to an hour, with jitter; a Retry-After is obeyed. Time and randomness come
// from the caller. Thread-compatible. Source of the limits: the API's rules, as
// deploy/sweden/README.md quotes them.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace lagesbild::feeds {

struct PolitenessLimits {
  int64_t interval_ms = 120'000;  // between two good calls
  int64_t gap_ms_min = 10'000;    // between any two
  int64_t calls_per_hour_max = 60;
  int64_t calls_per_day_max = 1'440;
  int64_t backoff_ms_max = 3'600'000;
  int64_t retry_after_ms_max = 86'400'000;  // a longer wish is cut to this
};

class Politeness {
 public:
  // `calls` are those of the last day, ascending; later ones than now are a clock set back and
  // count as now.
  Politeness(const PolitenessLimits& limits, std::deque<int64_t> calls);

  // A call goes out now.
  void Called(int64_t now_ms);
  // How it ended. `random` is evenly spread over [0, 1).
  void Succeeded(int64_t now_ms, double random);
  void Failed(int64_t now_ms, double random, int64_t retry_after_ms);  // 0: nothing was asked for

  // The earliest time of the next call, ≥ now.
  int64_t NextMs(int64_t now_ms) const;
  const std::deque<int64_t>& calls() const { return calls_; }
  int failures_in_a_row() const { return failures_; }

 private:
  PolitenessLimits limits_;
  std::deque<int64_t> calls_;  // of the last day
  int64_t not_before_ms_ = 0;
  int failures_ = 0;
};

// The header Retry-After, seconds or an HTTP date, as milliseconds from now; 0: absent, past or not
// understood.
int64_t ParseRetryAfterMs(std::string_view value, int64_t now_ms);

}  // namespace lagesbild::feeds
