// ScaledClock: a clock that starts at a given moment and runs so many times as fast as the
// machine's, wall and monotonic time alike; a demo lives through an evening in a minute with it.
// Threads: any.
#pragma once

#include "stream/ports.h"

namespace lagesbild::app {

class ScaledClock : public stream::Clock {
 public:
  // `base` is borrowed. `speed` > 0.
  ScaledClock(stream::Clock& base, int64_t start_ms, double speed)
      : base_(base), begun_(base.Monotonic()), start_ms_(start_ms), speed_(speed) {}

  int64_t WallMs() override { return start_ms_ + absl::ToInt64Milliseconds(Elapsed()); }
  absl::Duration Monotonic() override { return Elapsed(); }
  // Real time until the clock shows `wall_ms`; zero if it is past.
  absl::Duration RealUntil(int64_t wall_ms) {
    const absl::Duration left = (absl::Milliseconds(wall_ms - start_ms_) - Elapsed()) / speed_;
    return std::max(left, absl::ZeroDuration());
  }

 private:
  absl::Duration Elapsed() { return (base_.Monotonic() - begun_) * speed_; }

  stream::Clock& base_;
  const absl::Duration begun_;
  const int64_t start_ms_;
  const double speed_;
};

}  // namespace lagesbild::app
