// PictureWorker: one member of the group over the picture log: its partitions' tasks, one sink, the
// commit cycle.
//
// A round: serve the group (assign, revoke, lost) → tasks that are being assigned, one step each →
// running tasks read and judge → commit, when the input is drained or enough has gathered. Errors
// by class as in architecture §4:
//   Aborted            abort, rebuild the folds from the stores, read again
//   any other          drop the sink, assign every task anew (the outcome is whatever the log says)
// Thread-compatible: one thread runs it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "stream/backoff.h"
#include "stream/orphan_watch.h"
#include "stream/picture_task.h"
#include "stream/worker.h"
#include "stream/worker_seconds.h"

namespace lagesbild::stream {

struct PictureWorkerOptions {
  std::string group = "lagesbild";
  std::string instance_id;  // of this process; static membership and transactional id
  int number = 0;           // of this worker in the process
  Topics topics;
  PartitionCounts counts;
  absl::Duration commit_interval = absl::Milliseconds(100);
  absl::Duration commit_interval_max = absl::Seconds(1);  // while a backlog drains
  int64_t commit_bytes = 16 << 20;
  bool observe_latency = true;  // not where the clock is not the wall's
  bool resume_from_changelog = false;
  bool rewrite_changelog = false;
  absl::Duration changelog_patience = absl::Seconds(30);
  size_t restore_records = 2000;  // of the changelog, at a time
  picture::Shelving shelving;     // without `read`
};

class PictureWorker : public Worker {
 public:
  PictureWorker(PictureWorkerOptions options, World world);
  ~PictureWorker() override;

  Status Round(absl::Duration wait) override;
  Status Close() override;
  bool idle() const override;

  size_t task_count() const { return tasks_.size(); }
  // Every task has taken and committed all that its partition has now, but for the instant that is
  // open. DataLoss: one never will, as it has stopped before a record.
  StatusOr<bool> CaughtUp();

 private:
  Status Connect();
  Status Serve(absl::Duration wait);
  Status Assigned(const TopicPartition& at);
  Status Revoked(const std::vector<TopicPartition>& partitions);
  void Lost(const std::vector<TopicPartition>& partitions);
  void LeaveGroup();
  Status GiveOrphansAnOwner();
  Status EnsureSink();
  Status AdvanceTasks();
  Status ProcessTasks();
  // `may_wait`: this round may be followed by a pause.
  bool CommitDue(bool may_wait) const;
  absl::Duration PaceLeft() const;
  Status Commit();
  Status CommitTasks(std::vector<PictureTask*> tasks);
  Status Aborted(const std::vector<PictureTask*>& tasks);
  Status Restart(const Status& why);
  Status Tolerate(const Status& status);
  void Say(Level level, const std::string& message);
  void SetAway(bool away, const std::string& why);
  void SeeWhetherJoined();
  void SeeWhetherCaughtUp();
  std::unique_ptr<PictureTask> NewTask(int32_t partition);
  absl::Duration WaitFor(absl::Duration wait) const;
  void CountCommit(const std::vector<TaskCommit>& commits);

  const PictureWorkerOptions options_;
  World world_;
  const std::string component_;
  const OutputEncoder encoder_;
  std::unique_ptr<Consumer> consumer_;
  OrphanWatch orphans_;
  std::unique_ptr<TransactionalSink> sink_;
  std::map<int32_t, std::unique_ptr<PictureTask>> tasks_;
  Backoff backoff_;
  std::optional<bool> away_;  // told last
  std::optional<absl::Duration> member_since_;
  bool joined_ = false,
       shown_joined_ = false;  // has partitions, or it seems that the group has none for it
  bool caught_up_ = false;     // all tasks had, once; later ones need not
  absl::Duration last_commit_, interval_;
  absl::Duration commit_began_ = -absl::InfiniteDuration();
  absl::Duration stats_at_;
  int64_t pending_bytes_ = 0;

  WorkerSeconds seconds_;
  Histogram& commit_seconds_;
  Counter& commits_;
  Counter& aborts_;
  Counter& restarts_;
  Histogram& alert_latency_;
  Histogram& aggregate_latency_;
  Counter& produced_rows_;
  Counter& produced_alerts_;
  Counter& produced_aggregates_;
  Counter& produced_dead_letters_;
};

}  // namespace lagesbild::stream
