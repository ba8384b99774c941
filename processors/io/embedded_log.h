// EmbeddedLog: the log without a broker, in one RocksDB database; for demo and `run --embedded`.
//
// A transaction is kept in memory until Commit and is then one WriteBatch: records of several
// topics, offsets, changelog, or nothing. Durable against the death of the process; one process (a
// second is refused). Groups live in memory: they are of this process's threads. Topics have the
// broker's settings retention.ms, retention.bytes and cleanup.policy (delete, compact); trimming
// and compacting happen now and then inside a commit. Threads: the log by any; a Consumer or sink
// by one at a time, several of them beside each other.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "io/group_coordinator.h"
#include "io/rocksdb_common.h"
#include "stream/ports.h"

namespace lagesbild::io {

class EmbeddedLog : public stream::Log {
 public:
  // Creates `dir` if missing. FailedPrecondition: held by another process. DataLoss: damaged,
  // foreign, newer. `memory` and `clock` outlive this.
  static StatusOr<std::unique_ptr<EmbeddedLog>> Open(const std::string& dir,
                                                     const RocksMemory& memory,
                                                     stream::Clock& clock);
  ~EmbeddedLog() override;

  StatusOr<std::unique_ptr<stream::Consumer>> OpenConsumer(
      const stream::ConsumerOptions& options) override;
  StatusOr<std::unique_ptr<stream::TransactionalSink>> OpenSink(
      const std::string& transactional_id) override;
  StatusOr<stream::TopicInfo> Describe(const std::string& topic) override;
  Status CreateTopic(const stream::TopicInfo& topic) override;

  // Applies retention and compaction to all topics now. A commit does it every ten seconds.
  Status Clean() ABSL_LOCKS_EXCLUDED(mu_);

 private:
  friend class EmbeddedConsumer;
  friend class EmbeddedSink;

  struct Partition {
    int64_t begin = 0, end = 0;
    int64_t bytes = 0;  // of delete topics, from begin to end
    int64_t dirty = 0;  // records appended since it was last compacted
    int64_t live = 0;   // records that were left by then
  };
  struct Topic {
    uint32_t id = 0;
    stream::TopicInfo info;
    std::vector<Partition> partitions;
  };
  struct Pending {  // a record of a transaction
    stream::TopicPartition at;
    std::string encoded;
  };
  using OffsetKey = std::pair<std::string, stream::TopicPartition>;  // group, partition

  EmbeddedLog(std::unique_ptr<rocksdb::DB> db, stream::Clock& clock);
  Status Load() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  StatusOr<Topic*> Find(const stream::TopicPartition& at) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  StatusOr<std::vector<stream::TopicPartition>> PartitionsOf(const std::vector<std::string>& topics)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Status Append(const std::vector<Pending>& records,
                const std::map<OffsetKey, stream::CommittedOffset>& offsets)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Status CleanIfDue() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Status Trim(Topic& topic, int32_t partition) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Status Compact(Topic& topic, int32_t partition) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const std::unique_ptr<rocksdb::DB> db_;
  stream::Clock& clock_;
  absl::Mutex mu_;
  RocksWriter writer_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, Topic> topics_ ABSL_GUARDED_BY(mu_);
  std::map<OffsetKey, stream::CommittedOffset> offsets_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, int64_t> epochs_ ABSL_GUARDED_BY(mu_);  // of transactional ids
  GroupCoordinator groups_ ABSL_GUARDED_BY(mu_);
  absl::Duration cleaned_at_ ABSL_GUARDED_BY(mu_);
};

}  // namespace lagesbild::io
