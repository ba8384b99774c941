// FeedPace: lets records go at the pace of their own times, `speed` times as fast. Speed 0: as fast
// as they come.
#pragma once

#include <cstdint>

#include "app/service/stop_signal.h"

namespace lagesbild::app {

class FeedPace {
 public:
  FeedPace(double speed, const StopSignal& stop) : speed_(speed), stop_(stop) {}

  // Waits until a record of that time may go; the first may go at once. False: a stop was asked
  // for.
  bool WaitFor(int64_t timestamp_ms) {
    if (speed_ <= 0) return !stop_.requested();
    if (first_ms_ < 0) {
      first_ms_ = timestamp_ms;
      begun_ms_ = WallNowMs();
    }
    const double ahead_ms = static_cast<double>(timestamp_ms - first_ms_) / speed_;
    return stop_.SleepUntil(begun_ms_ + static_cast<int64_t>(ahead_ms));
  }
  // True: WaitFor would wait; a good moment to flush.
  bool Ahead(int64_t timestamp_ms) const {
    return speed_ > 0 && first_ms_ >= 0 &&
           static_cast<double>(timestamp_ms - first_ms_) / speed_ >
               static_cast<double>(WallNowMs() - begun_ms_);
  }

 private:
  const double speed_;
  const StopSignal& stop_;
  int64_t first_ms_ = -1, begun_ms_ = 0;
};

}  // namespace lagesbild::app
