// ManualClock: a clock that stands until a test moves it.
#pragma once

#include "stream/ports.h"

namespace lagesbild {

class ManualClock : public stream::Clock {
 public:
  static constexpr int64_t kStartMs = 1673732820000;  // 2023-01-14T21:47:00Z

  int64_t WallMs() override { return wall_ms_; }
  absl::Duration Monotonic() override { return monotonic_; }

  void Advance(absl::Duration by) {
    wall_ms_ += absl::ToInt64Milliseconds(by);
    monotonic_ += by;
  }
  void LeapWall(absl::Duration by) { wall_ms_ += absl::ToInt64Milliseconds(by); }
  void SetWall(int64_t ms) { wall_ms_ = ms; }

 private:
  int64_t wall_ms_ = kStartMs;
  absl::Duration monotonic_ = absl::Seconds(1000);
};

}  // namespace lagesbild
