// Backoff: how long to wait before the next try; doubles from one failure to the next.
// Thread-compatible.
#pragma once

#include <algorithm>

#include "absl/time/time.h"

namespace lagesbild::stream {

class Backoff {
 public:
  // A failure at `now` (monotonic).
  void Failed(absl::Duration now) {
    wait_ = std::min(std::max(wait_ * 2, absl::Milliseconds(100)), absl::Seconds(5));
    retry_at_ = now + wait_;
  }
  void Succeeded() {
    wait_ = absl::ZeroDuration();
    retry_at_ = -absl::InfiniteDuration();
  }
  bool Waiting(absl::Duration now) const { return now < retry_at_; }
  absl::Duration Left(absl::Duration now) const {
    return std::max(absl::ZeroDuration(), retry_at_ - now);
  }

 private:
  absl::Duration wait_;
  absl::Duration retry_at_ = -absl::InfiniteDuration();
};

}  // namespace lagesbild::stream
