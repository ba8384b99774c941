// The ports between the engine and the world: a log with consumer groups and transactions, a store,
// a clock.
//
// Three logs implement them, and one contract test (tests/stream/log_contract.h) runs on all: Kafka
// (io/kafka_*), the embedded log (io/embedded_log), and memory (io/memory_log). Intervals of
// offsets are half-open. Threads: every object is used by one thread at a time, its creator's; a
// Log may be shared.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "base/status.h"

namespace lagesbild::stream {

struct TopicPartition {
  std::string topic;
  int32_t partition = 0;
  friend bool operator==(const TopicPartition&, const TopicPartition&) = default;
  friend auto operator<=>(const TopicPartition&, const TopicPartition&) = default;
};

struct HeaderView {
  std::string_view name, value;
};

// A record as read; views live as long as the Batch that holds it.
struct RecordView {
  int64_t offset = 0;
  int64_t timestamp_ms = 0;
  std::string_view key;
  std::optional<std::string_view> value;  // nullopt: a tombstone
  std::span<const HeaderView> headers;
};

// Owns the memory behind a Batch's views.
class BatchMemory {
 public:
  virtual ~BatchMemory() = default;
};

struct Batch {
  std::vector<RecordView> records;
  std::unique_ptr<BatchMemory> memory;
  // Where reading goes on: past the last record and past markers that follow it.
  int64_t next_offset = 0;
  // True if, after the last fetch, nothing (committed) was left to read: the partition is drained
  // as far as known.
  bool drained = false;
};

// A record to write. Partition -1 is not allowed: the engine always knows.
struct OutRecord {
  std::string_view key;
  std::optional<std::string_view> value;
  std::span<const HeaderView> headers;
  std::optional<int64_t> timestamp_ms;  // nullopt: now
};

// Start at the first record there is.
inline constexpr int64_t kFromBeginning = -1;

// Where a group stands in a partition. Offset -1: the group has none (Start takes that as
// kFromBeginning).
struct CommittedOffset {
  int64_t offset = -1;
  std::string metadata;
};
struct OffsetToCommit {
  TopicPartition at;
  int64_t offset = 0;
  std::string metadata;
};

// Who this consumer is in its group, as the broker's fence checks it. Opaque to the engine but for
// `valid`.
class Membership {
 public:
  virtual ~Membership() = default;
  virtual bool valid() const = 0;  // has a member id and a generation
};

// What Poll saw of the group.
struct GroupEvent {
  enum class Type {
    kAssigned,  // these partitions are ours now, beside those we have; read them only after Start
    kRevoked,   // give these back: commit or abort, then the engine calls Released
    kLost,      // gone already: abort, never commit, then Released
  };
  Type type = Type::kAssigned;
  std::vector<TopicPartition> partitions;
};

// Who has what in a group, as its coordinator says.
struct GroupView {
  struct Member {
    std::string id;  // the instance id, or what the coordinator calls it
    bool self = false;
    std::vector<TopicPartition> partitions;
  };
  bool stable = false;  // no rebalance is on
  std::vector<Member> members;
};

// Reads partitions, read_committed, and may be a member of a group.
class Consumer {
 public:
  virtual ~Consumer() = default;
  // Joins the group over these topics; partitions come as events from Poll.
  virtual Status Subscribe(const std::vector<std::string>& topics) = 0;
  // Starts reading a partition at `offset` (assigned by the group, or on one's own where not
  // subscribed); again: reads on from there. kFromBeginning: wherever the partition begins now. A
  // beginning later than `offset`, or an end before it, is DataLoss from Read, never a silent jump.
  virtual Status Start(const TopicPartition& at, int64_t offset) = 0;
  // Stops reading it; also answers a kRevoked or kLost event.
  virtual void Released(const TopicPartition& at) = 0;
  // Serves the group (a member must call it often, at least every 10 s) and waits until a started
  // partition may have something to read, an event came, or `timeout`. Unavailable: no broker
  // answers now. FailedPrecondition: fenced (another with our instance id). Aborted: after an
  // outage the member is no longer who the group knows; this consumer is of no more use, open
  // another.
  virtual StatusOr<std::vector<GroupEvent>> Poll(absl::Duration timeout) = 0;
  // Up to `records_max` records of one started partition, in order; never waits. An empty batch may
  // move next_offset (past markers) or tell that the partition is drained.
  virtual StatusOr<Batch> Read(const TopicPartition& at, size_t records_max) = 0;
  // Offsets the group has committed, in the order of `at`, whether this consumer is a member of it
  // or not; Unavailable while a transaction over them is undecided.
  virtual StatusOr<std::vector<CommittedOffset>> Committed(std::span<const TopicPartition> at) = 0;
  // First and one-past-last readable offsets [begin, end) now; markers count, undecided records
  // do not.
  virtual StatusOr<std::pair<int64_t, int64_t>> Bounds(const TopicPartition& at) = 0;
  // The fence to send with offsets.
  virtual std::unique_ptr<Membership> membership() = 0;
  // Asks who has what in the group, or gives the answer to what was asked before; never waits.
  // nullopt: no answer yet, or a log whose groups leave no partition without an owner.
  virtual std::optional<GroupView> LookAtGroup() { return std::nullopt; }
  // Leaves the group, its place too, and joins it anew, which begins a rebalance. What this member
  // has is revoked by an event first.
  virtual Status Rejoin() { return absl::OkStatus(); }
  // Leaves: what is still assigned is given up without an event, and needs no Released. (On Kafka a
  // static member keeps its place until the session time-out.)
  virtual void Close() = 0;
};

// Writes transactions: Init once, then (Begin, Produce…, SendOffsets…, Commit or Abort)….
// Destroying it in the middle of one commits nothing. Codes: Aborted = abort and redo the batch;
// FailedPrecondition = fenced, stop or start over; Unavailable = the outcome is unknown or the
// broker is away: drop this object, make a new one, redo assign.
class TransactionalSink {
 public:
  virtual ~TransactionalSink() = default;
  virtual Status
  Init() = 0;  // fences every earlier sink of the same transactional id, ends its open transaction
  virtual Status Begin() = 0;
  virtual Status Produce(const TopicPartition& to,
                         const OutRecord& record) = 0;  // copies or keeps nothing
  // Null membership: no group check (only where there is no group). Membership must be valid()
  // otherwise.
  virtual Status SendOffsets(const std::string& group, std::span<const OffsetToCommit> offsets,
                             const Membership* membership) = 0;
  virtual Status Commit() = 0;
  virtual Status Abort() = 0;
};

struct ConsumerOptions {
  std::string group;        // empty: no group, Start on one's own
  std::string instance_id;  // static membership; empty: none
  bool long_read = false;   // a long stretch, once: may hold more of it at a time
};

struct TopicInfo {
  std::string name;
  int32_t partitions = 0;
  // As the broker names them: "cleanup.policy", "message.timestamp.type", "retention.ms"; empty
  // where there are none.
  std::vector<std::pair<std::string, std::string>> config;
};

class Log {
 public:
  virtual ~Log() = default;
  virtual StatusOr<std::unique_ptr<Consumer>> OpenConsumer(const ConsumerOptions& options) = 0;
  virtual StatusOr<std::unique_ptr<TransactionalSink>> OpenSink(
      const std::string& transactional_id) = 0;
  // NotFound: no such topic. Unavailable: nobody answers.
  virtual StatusOr<TopicInfo> Describe(const std::string& topic) = 0;
  // Those of them that exist, in the order asked. Unavailable: nobody answers.
  virtual StatusOr<std::vector<TopicInfo>> DescribeExisting(std::span<const std::string> topics) {
    std::vector<TopicInfo> existing;
    for (const std::string& topic : topics) {
      StatusOr<TopicInfo> info = Describe(topic);
      if (absl::IsNotFound(info.status())) continue;
      LB_RETURN_IF_ERROR(info.status());
      existing.push_back(*std::move(info));
    }
    return existing;
  }
  virtual Status CreateTopic(const TopicInfo& topic) = 0;  // AlreadyExists
};

// A key-value store of one log partition's rows: RocksDB in service, a map in tests. Rows are what
// Fold collects.
class Store {
 public:
  virtual ~Store() = default;
  struct Change {
    std::string key;
    std::optional<std::string> value;  // nullopt: delete
  };
  virtual Status Write(std::vector<Change> changes) = 0;  // atomic; durable against process death
  struct ChangeView {
    std::string_view key;
    std::optional<std::string_view> value;  // nullopt: delete
  };
  // As Write, for a restore: a death may take the last of the calls, so that those before stay.
  // After Settle, and before the next Write, all of them are durable.
  virtual Status Restore(std::span<const ChangeView> changes) {
    std::vector<Change> copies;
    copies.reserve(changes.size());
    for (const ChangeView& change : changes) {
      Change& copy = copies.emplace_back(Change{.key = std::string(change.key)});
      if (change.value) copy.value.emplace(*change.value);
    }
    return Write(std::move(copies));
  }
  virtual Status Settle() { return absl::OkStatus(); }
  virtual StatusOr<std::optional<std::string>> Get(std::string_view key) = 0;
  // In key order; a row's error ends it and is returned.
  virtual Status ForEach(const std::function<Status(std::string_view, std::string_view)>& row) = 0;
};

// Opens the store of a partition. Unavailable: still open in this process (in a worker that has
// lost the partition and does not know it yet); it will be closed. FailedPrecondition: held by
// another process. DataLoss: damaged, foreign, newer.
class Stores {
 public:
  virtual ~Stores() = default;
  virtual StatusOr<std::unique_ptr<Store>> Open(int32_t partition) = 0;
  virtual Status Discard(
      int32_t partition) = 0;  // sets a damaged one aside; the next Open is empty
};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual int64_t WallMs() = 0;
  virtual absl::Duration Monotonic() = 0;
};

}  // namespace lagesbild::stream
