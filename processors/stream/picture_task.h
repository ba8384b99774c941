// PictureTask: one partition of the picture log: a position in it, a fold, a store.
//
//   assigning ──Assign done──▶ running ──revoked, lost or closed──▶ (destroyed)
//       ▲                        │  │
//       └─ sink dropped: anew ───┘  └─ a record that cannot be taken ──▶ failed (holds its place,
//       reads no further)
//
// Records → instants → fold → a TaskCommit. What is not committed is in memory only; after an abort
// the fold is rebuilt from the store and the input read again. Architecture §4. Thread-compatible;
// its worker owns it.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "stream/assign.h"
#include "stream/commit.h"
#include "stream/instants.h"
#include "stream/outputs.h"
#include "stream/picture_state.h"
#include "stream/source_counters.h"
#include "stream/topics.h"
#include "stream/transient_gauge.h"
#include "stream/world.h"

namespace lagesbild::stream {

struct PictureTaskOptions {
  Topics topics;
  int32_t partition = 0;
  int64_t commit_bytes = 16 << 20;
  bool resume_from_changelog = false;
  bool rewrite_changelog = false;  // with the first commit
  absl::Duration changelog_patience = absl::Seconds(30);
  size_t restore_records = 2000;  // of the changelog, at a time
  picture::Shelving shelving;     // without `read`
  // Not ready before it has caught up with what there was to take when it began.
  bool catch_up = true;
};

class PictureTask {
 public:
  enum class State { kAssigning, kRunning, kFailed };

  // `encoder` is borrowed.
  PictureTask(PictureTaskOptions options, World& world, const OutputEncoder& encoder,
              std::string component);
  ~PictureTask();

  State state() const { return state_; }
  int32_t partition() const { return options_.partition; }

  // kAssigning only: OpenStore is the first call; then, once the worker's sink is initialised,
  // AdvanceAssign until the state changes. Errors as of Assign.
  Status OpenStore();
  bool opened() const { return assign_ != nullptr; }
  Status AdvanceAssign(Consumer& member);

  // kRunning only: reads once and judges the instants that are complete. An input that cannot be
  // taken makes the task fail, not its worker; errors returned are the log's.
  Status Process(Consumer& member);

  // Running, and what there was to take at its beginning is committed.
  bool caught_up() const { return state_ == State::kRunning && caught_up_; }
  bool drained() const { return state_ != State::kRunning || drained_; }
  // Something was judged since the last commit.
  bool dirty() const { return dirty_; }
  int64_t pending_bytes() const { return pending_bytes_; }

  // All that the partition has now is taken. DataLoss: the task has failed.
  StatusOr<bool> CaughtUp(Consumer& member) const;

  // What is to be committed; the task may not go on before Committed or Reset.
  StatusOr<TaskCommit> Prepare(Consumer& member);
  // The transaction and the store have it.
  void Committed(const TaskCommit& commit);
  // It was aborted: the fold is rebuilt, the input sought back. Errors as of Assign::Load.
  Status Reset(Consumer& member);

  // Metrics that cost something; every few seconds.
  Status ShowStats(Consumer& member);

 private:
  Status Adopt(PictureState state, int64_t next_offset, Consumer& member);
  Status Judge(int64_t clock_ms, std::span<const LogRecord> records);
  Status LookAtBacklog(Consumer& member);
  bool IntakeIsBehind();
  void SeeWhetherCaughtUp();
  void Fail(int64_t offset, const Status& why);
  int64_t committable_offset() const;
  Status AddRowsThatStand(std::vector<Store::Change>& rows);
  void CountDuplicates();
  void CountTransition(const picture::AlertTransition& transition);
  void ShowState();

  const PictureTaskOptions options_;
  World& world_;
  const OutputEncoder& encoder_;
  const std::string component_;
  const TopicPartition at_;

  State state_ = State::kAssigning;
  std::unique_ptr<Assign> assign_;
  absl::Duration assign_started_;
  std::unique_ptr<Store> store_;
  PictureState state_of_fold_;
  Instants instants_;
  picture::Effects effects_;
  std::vector<Output> outputs_;
  int64_t next_offset_ = kFromBeginning;  // of the next record to read
  bool drained_ = false, dirty_ = false;
  int64_t pending_bytes_ = 0;
  int commits_since_local_ = 0;
  bool rewrite_changelog_;  // the next commit writes all rows
  bool caught_up_;
  int64_t backlog_end_ = kFromBeginning;  // past the last record of the backlog, as known
  bool backlog_whole_ = false;            // nothing comes to it any more
  std::optional<absl::Duration> intake_ready_since_;
  std::string failure_;
  SourceCounters duplicates_;
  int64_t duplicates_version_ = -1;  // of the configuration whose indices they have

  Counter& records_consumed_;
  Counter& instants_cut_;
  // What they say goes with the partition.
  TransientGauge clock_seconds_, restore_remaining_, restore_seconds_, lag_;
  std::deque<TransientGauge> alerts_active_;  // by severity, from kMinor on
};

}  // namespace lagesbild::stream
