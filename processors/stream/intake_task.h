// IntakeTask: the one active intake: raw records in order → picture log and dead letters, in
// transactions.
//
// A round: fetch → take records, lowest time first, through intake::Intake → ticks → commit, when
// all is drained or enough has gathered. Each transaction commits the lease's state and the raw
// offsets that moved. Nothing is kept that the offsets do not say: after an abort the task is
// thrown away and made anew from what is committed. Clock rules: architecture §2, order.
// Thread-compatible; its worker owns it.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "intake/intake.h"
#include "stream/intake_configuration.h"
#include "stream/lease.h"
#include "stream/log_codec.h"
#include "stream/outputs.h"
#include "stream/raw_reader.h"
#include "stream/source_counters.h"
#include "stream/topics.h"
#include "stream/transient_gauge.h"
#include "stream/worker_seconds.h"
#include "stream/world.h"

namespace lagesbild::stream {

enum class ClockMode : uint8_t {
  kWall,     // ticks follow the wall while all is drained
  kRecords,  // a backtest: the wall is never looked at
};

struct IntakeOptions {
  std::string group = "lagesbild";
  std::string instance_id;
  Topics topics;
  PartitionCounts counts;
  ClockMode clock = ClockMode::kWall;
  absl::Duration max_wait = absl::Seconds(5);
  absl::Duration tick_interval = absl::Seconds(1);
  absl::Duration commit_interval = absl::Milliseconds(100);
  absl::Duration commit_interval_max = absl::Seconds(1);  // while a backlog drains
  int64_t commit_bytes = 16 << 20;
  // The group's offsets were set by hand or are gone: go on from what they are.
  bool accept_offsets = false;
  absl::Duration recommit_interval = absl::Hours(1);
  // After being fenced: how long the lease must hold before the next try.
  absl::Duration lease_confirm = absl::Seconds(4);
  std::string lease_group() const { return group + "-intake"; }
};

class IntakeTask {
 public:
  // All borrowed; `configuration` must not be older than the lease's (worker's business).
  IntakeTask(const IntakeOptions& options, World& world, const OutputEncoder& encoder,
             const IntakeConfiguration& configuration, LeaseState lease, WorkerSeconds& seconds);
  ~IntakeTask();

  // Opens the raw partitions at what the group has committed. FailedPrecondition: an offset that
  // the lease knows of is missing or was set by hand, or the lease is gone though the log has
  // records.
  Status Start(Consumer& lease_consumer);

  // One round. Codes as of the log and the sink; after an error from the sink, sink_failed().
  Status Work(TransactionalSink& sink, Consumer& lease_consumer, absl::Duration wait);
  // Commits what is begun.
  Status Finish(TransactionalSink& sink, Consumer& lease_consumer);
  bool sink_failed() const { return sink_failed_; }
  // What the raw topics held when it began is committed.
  bool caught_up() const { return !begun_ && reader_ != nullptr && reader_->reached_ends(); }
  int64_t remaining_records() const;
  bool in_transaction() const { return begun_; }
  // How long the next transaction is better waited for: one that followed the last at once would
  // cost as much and hold less. Never in a backlog, and not after a pause.
  absl::Duration PaceLeft() const;

  // In force from the next record or tick on, if it differs. It outlives the task.
  void Reconfigure(const IntakeConfiguration& configuration);

  bool idle() const { return !begun_ && reader_ != nullptr && reader_->all_drained(); }
  // clock: records: all input is taken, and the run closed by its last tick.
  bool done() const;

 private:
  Status CheckLease(Consumer& lease_consumer);
  Status CheckOffset(const TopicPartition& at, const CommittedOffset& committed) const;
  Status CheckWall();
  absl::Duration WaitFor(absl::Duration wait) const;
  Status TakeRecords(TransactionalSink& sink);
  Status TakeOne(const RawReader::Taken& taken, TransactionalSink& sink);
  Status Ticks(TransactionalSink& sink);
  Status Tick(TransactionalSink& sink, bool touched_only);
  Status BeforeWriting(TransactionalSink& sink);
  // `headers`: of the log record.
  Status Append(const LogRecord& record, TransactionalSink& sink,
                std::span<const HeaderView> headers = {});
  Status Commit(TransactionalSink& sink, Consumer& lease_consumer);
  Status CommitAll(TransactionalSink& sink, Consumer& lease_consumer);
  bool CommitDue() const;
  Status FromSink(Status status);
  void ShowLag();
  void CountLiveness(const LogRecord& record);
  bool publish_due() const { return lease_.configuration_hash != configuration_->hash; }

  const IntakeOptions& options_;
  World& world_;
  const OutputEncoder& encoder_;
  const IntakeConfiguration* configuration_;
  std::unique_ptr<intake::Intake> intake_;
  LeaseState lease_;  // as of the open transaction
  std::unique_ptr<RawReader> reader_;

  LogEncoder log_encoder_;
  intake::IntakeOutput out_;
  std::vector<intake::Header> headers_;
  std::string bytes_;

  bool begun_ = false, sink_failed_ = false;
  bool paced_ = false;         // the last commit left nothing to take
  bool took_any_ = true;       // in the last round
  std::vector<bool> touched_;  // log partitions, in the open transaction
  bool any_touched_ = false;
  int64_t pending_bytes_ = 0;
  absl::Duration begun_at_, next_tick_, recommit_at_, interval_;
  absl::Duration checked_at_, lag_at_;
  int64_t checked_wall_ms_ = 0;

  std::vector<Counter*> consumed_;  // as options_.topics.raw
  Counter& commits_;
  Histogram& commit_seconds_;
  Counter& produced_;
  int64_t produced_records_ = 0;
  std::vector<SourceCounters> noted_;                    // by intake::Note
  std::deque<TransientGauge> lag_;                       // by raw partition
  std::map<std::string, TransientGauge> last_received_;  // by source
  WorkerSeconds& seconds_;
};

}  // namespace lagesbild::stream
