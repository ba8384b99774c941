#include "stream/worker_seconds.h"

#include <gtest/gtest.h>

#include "support/manual_clock.h"
#include "support/recording.h"

namespace lagesbild::stream {
namespace {

TEST(WorkerSeconds, TellsWaitingFromWork) {
  ManualClock clock;
  RecordingMetrics metrics;
  WorkerSeconds seconds(metrics, clock, "w");
  const auto poll = [&](int took) {
    return [&clock, took] {
      clock.Advance(absl::Seconds(took));
      return true;
    };
  };
  seconds.BeginRound();
  seconds.Wait(absl::Seconds(10), poll(7));
  seconds.Wait(absl::ZeroDuration(), poll(1));  // it was told not to wait: its own time
  clock.Advance(absl::Seconds(2));
  seconds.EndRound();
  EXPECT_EQ(metrics.Value("worker_seconds_total", "state=idle"), 7);
  EXPECT_EQ(metrics.Value("worker_seconds_total", "state=work"), 3);
}

}  // namespace
}  // namespace lagesbild::stream
