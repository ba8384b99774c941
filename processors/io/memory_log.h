// MemoryLog: the log in memory, with a broker's transaction semantics: for tests and the simulator.
//
// Records are appended when produced and become readable when their transaction commits; markers
// and aborted records occupy offsets; an undecided transaction holds back what follows it; a later
// Init of the same transactional id fences the earlier one. Nothing happens by itself: time-outs
// are methods. Deterministic. A Consumer or sink that is destroyed without Close or Commit is a
// process that died: its place in the group and its open transaction stay until a time-out or a
// successor ends them. Threads: one; it never waits. Outlives all it opened.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io/group_coordinator.h"
#include "stream/ports.h"

namespace lagesbild::io {

class MemoryLog : public stream::Log {
 public:
  explicit MemoryLog(stream::Clock& clock);
  ~MemoryLog() override;

  StatusOr<std::unique_ptr<stream::Consumer>> OpenConsumer(
      const stream::ConsumerOptions& options) override;
  StatusOr<std::unique_ptr<stream::TransactionalSink>> OpenSink(
      const std::string& transactional_id) override;
  StatusOr<stream::TopicInfo> Describe(const std::string& topic) override;
  Status CreateTopic(const stream::TopicInfo& topic) override;

  // The broker's time-outs. Sessions: members whose Consumer is gone leave. Transactions: all that
  // are open end as aborted, and their sinks are fenced.
  void ExpireSessions();
  void ExpireTransactions();
  // Session time-out of members that are alive but silent: each learns at its next Poll that it
  // lost everything.
  void Expel(const std::string& group);
  // Retention: forgets records below `offset`.
  void Trim(const stream::TopicPartition& at, int64_t offset);
  // As an operator does it (kafka-consumer-groups --reset-offsets). Offset -1 removes it.
  void ResetOffset(const std::string& group, const stream::TopicPartition& at, int64_t offset,
                   std::string metadata);

  // Called before each operation with its name ("poll", "read", "committed", "init", "begin",
  // "produce", "offsets", "commit", "abort") and, with "commit-reply", after a commit has taken
  // place; what it returns, if not ok, is what the caller gets.
  using Fault = std::function<Status(std::string_view operation)>;
  void set_fault(Fault fault) { fault_ = std::move(fault); }

 private:
  friend class MemoryConsumer;
  friend class MemorySink;

  struct Entry {
    int64_t transaction = 0;
    std::optional<std::string> record;  // encoded; nullopt: a marker
  };
  struct Partition {
    int64_t begin = 0;
    std::vector<Entry> entries;       // of offsets begin…
    std::map<int64_t, int64_t> open;  // undecided transaction → its first offset here
    int64_t end() const { return begin + static_cast<int64_t>(entries.size()); }
    int64_t stable_end() const;
  };
  struct Topic {
    stream::TopicInfo info;
    std::vector<Partition> partitions;
  };
  struct Transaction {
    std::set<stream::TopicPartition> touched;
    std::map<std::pair<std::string, stream::TopicPartition>, stream::CommittedOffset> offsets;
  };
  struct Producer {
    int64_t epoch = 0;
    int64_t open_transaction = 0;  // 0: none
  };

  Status Fail(std::string_view operation) { return fault_ ? fault_(operation) : absl::OkStatus(); }
  StatusOr<Partition*> Find(const stream::TopicPartition& at);
  StatusOr<std::vector<stream::TopicPartition>> PartitionsOf(
      const std::vector<std::string>& topics);
  void End(int64_t transaction, bool commit);

  stream::Clock& clock_;
  Fault fault_;
  std::map<std::string, Topic> topics_;
  std::map<std::pair<std::string, stream::TopicPartition>, stream::CommittedOffset> offsets_;
  std::map<std::string, Producer> producers_;
  std::map<int64_t, Transaction> open_;
  std::set<int64_t> aborted_;
  int64_t last_transaction_ = 0;
  GroupCoordinator groups_;
  std::vector<std::pair<std::string, GroupCoordinator::MemberId>> dead_members_;
};

}  // namespace lagesbild::io
