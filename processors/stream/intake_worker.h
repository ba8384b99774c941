// IntakeWorker: stands by for the lease, and while it holds it, runs the IntakeTask.
//
//   standby ──lease assigned──▶ taking ──sink initialised, offsets found──▶ active
//      ▲  ▲                       ▲ │                                         │ │
//      │  └── lost or revoked ────┼─┴─────────────────────────────────────────┘ │
//      │                          └── aborted; or fenced, once the lease is confirmed ┘
//      └─ refused: our configuration is older than the one in force (looked at again every few
//      seconds)
//
// In this order: lease, sink Init, offsets. Architecture §1, One active intake. Thread-compatible:
// one thread runs it, Reconfigure is for any.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "stream/backoff.h"
#include "stream/intake_task.h"
#include "stream/worker.h"
#include "stream/worker_seconds.h"

namespace lagesbild::stream {

class IntakeWorker : public Worker {
 public:
  IntakeWorker(IntakeOptions options, World world,
               std::unique_ptr<const IntakeConfiguration> configuration);
  ~IntakeWorker() override;

  Status Round(absl::Duration wait) override;
  Status Close() override;
  bool idle() const override;

  // clock: records: the run is closed.
  bool done() const { return task_ != nullptr && task_->done(); }
  bool active() const { return task_ != nullptr; }

  // Takes effect in the next round, if its version is higher than the one in force.
  void Reconfigure(std::unique_ptr<const IntakeConfiguration> configuration)
      ABSL_LOCKS_EXCLUDED(mu_);

 private:
  Status Connect();
  Status Serve(absl::Duration wait);
  void LeaveGroup();
  Status Released(const std::vector<TopicPartition>& partitions, bool lost);
  Status Take();
  Status Work(absl::Duration wait);
  Status AfterSinkFailure(const Status& status);
  Status Tolerate(const Status& status);
  StatusOr<LeaseState> ReadLease();
  bool MayServe(const LeaseState& lease);
  void Refuse();
  void AdoptConfiguration();
  void ShowStandby();
  void Show(bool ready, const std::string& state, const std::string& detail,
            int64_t remaining_records = 0);

  const IntakeOptions options_;
  World world_;
  const OutputEncoder encoder_;
  absl::Mutex mu_;
  std::unique_ptr<const IntakeConfiguration> waiting_ ABSL_GUARDED_BY(mu_);
  std::unique_ptr<const IntakeConfiguration> configuration_;

  std::unique_ptr<Consumer> lease_consumer_;
  bool subscribed_ = false, holds_lease_ = false;
  std::unique_ptr<TransactionalSink> sink_;
  WorkerSeconds seconds_;
  std::unique_ptr<IntakeTask> task_;
  Backoff backoff_;
  absl::Duration not_before_ = -absl::InfiniteDuration();  // lease_confirm, or refused
  std::string shown_;
  std::optional<absl::Duration> member_since_;
  bool caught_up_ = false;  // with what there was at the start; or another served then
};

}  // namespace lagesbild::stream
