// WorkerSeconds: where a worker's time goes: waiting, working, committing; the metric
// worker_seconds_total.
//
// Two clock readings a round, and two more where it waits; none a record. Thread-compatible: its
// worker's.
#pragma once

#include <string>
#include <utility>

#include "absl/time/time.h"
#include "stream/metrics.h"
#include "stream/ports.h"

namespace lagesbild::stream {

class WorkerSeconds {
 public:
  WorkerSeconds(Metrics& metrics, Clock& clock, const std::string& worker)
      : clock_(clock),
        idle_(Of(metrics, worker, "idle")),
        work_(Of(metrics, worker, "work")),
        commit_(Of(metrics, worker, "commit")) {}

  void BeginRound() {
    began_ = clock_.Monotonic();
    waited_ = committed_ = absl::ZeroDuration();
  }
  // What was neither waiting nor committing was work.
  void EndRound() {
    const absl::Duration rest = clock_.Monotonic() - began_ - waited_ - committed_;
    Add(idle_, waited_);
    Add(commit_, committed_);
    Add(work_, rest);
  }

  // Calls `poll`, which may wait for up to `wait`.
  template <typename Poll>
  auto Wait(absl::Duration wait, const Poll& poll) {
    return wait > absl::ZeroDuration() ? Timed(waited_, poll) : poll();
  }
  template <typename Call>
  auto Commit(const Call& call) {
    return Timed(committed_, call);
  }

 private:
  static Counter& Of(Metrics& metrics, const std::string& worker, const char* state) {
    return metrics.counter("worker_seconds_total", {{"worker", worker}, {"state", state}});
  }
  static void Add(Counter& counter, absl::Duration d) {
    if (d > absl::ZeroDuration()) counter.Add(absl::ToDoubleSeconds(d));
  }
  template <typename Call>
  auto Timed(absl::Duration& sum, const Call& call) {
    const absl::Duration began = clock_.Monotonic();
    auto result = call();
    sum += clock_.Monotonic() - began;
    return result;
  }

  Clock& clock_;
  Counter &idle_, &work_, &commit_;
  absl::Duration began_, waited_, committed_;
};

}  // namespace lagesbild::stream
