#include "feeds/politeness.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "absl/time/time.h"
#include "base/time.h"

namespace lagesbild::feeds {

Politeness::Politeness(const PolitenessLimits& limits, std::deque<int64_t> calls)
    : limits_(limits), calls_(std::move(calls)) {}

void Politeness::Called(int64_t now_ms) {
  for (int64_t& call : calls_) call = std::min(call, now_ms);
  while (!calls_.empty() && calls_.front() <= now_ms - kDayMs) calls_.pop_front();
  calls_.push_back(now_ms);
}

void Politeness::Succeeded(int64_t now_ms, double random) {
  failures_ = 0;
  // A tenth of spread, so that many instances do not call at once.
  not_before_ms_ = now_ms + limits_.interval_ms +
                   static_cast<int64_t>(static_cast<double>(limits_.interval_ms) * random / 10);
}

void Politeness::Failed(int64_t now_ms, double random, int64_t retry_after_ms) {
  failures_ = std::min(failures_ + 1, 30);
  int64_t wait = limits_.interval_ms;
  for (int i = 0; i < failures_ && wait < limits_.backoff_ms_max; ++i) wait *= 2;
  wait = std::max(std::min(wait, limits_.backoff_ms_max), limits_.interval_ms);
  wait = wait / 2 + static_cast<int64_t>(static_cast<double>(wait) / 2 * random);
  wait = std::max(wait, std::min(retry_after_ms, limits_.retry_after_ms_max));
  not_before_ms_ = now_ms + wait;
}

int64_t Politeness::NextMs(int64_t now_ms) const {
  int64_t next = std::max(now_ms, not_before_ms_);
  const auto n = static_cast<int64_t>(calls_.size());
  // The call made `max` calls ago must have left the span before another may enter it.
  const auto keep = [&](int64_t max, int64_t span_ms) {
    if (n >= max) {
      const int64_t call = std::min(calls_[static_cast<size_t>(n - max)], now_ms);
      next = std::max(next, call + span_ms);
    }
  };
  keep(1, limits_.gap_ms_min);
  keep(limits_.calls_per_hour_max, kHourMs);
  keep(limits_.calls_per_day_max, kDayMs);
  return next;
}

int64_t ParseRetryAfterMs(std::string_view value, int64_t now_ms) {
  int64_t seconds = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (error == std::errc() && end == value.data() + value.size()) {
    return std::clamp<int64_t>(seconds, 0, 10 * 365 * 86'400LL) * kSecondMs;
  }
  absl::Time at;
  std::string problem;
  const std::string text(value);
  if (!absl::ParseTime("%a, %d %b %Y %H:%M:%S GMT", text, &at, &problem)) return 0;
  return std::max<int64_t>(absl::ToUnixMillis(at) - now_ms, 0);
}

}  // namespace lagesbild::feeds
