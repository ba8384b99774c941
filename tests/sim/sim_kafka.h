// SimKafka: a Kafka broker for the simulator, in one thread, on virtual time.
//
// Topics of partitions (sim_partition.h), a transaction coordinator (sim_transactions.h), a group
// coordinator (sim_groups.h), the groups' offsets with what is pending in undecided transactions.
// Processes reach it through SimLog, which implements the log ports; each request goes through the
// SimNetwork, which may lose it, its reply, or the process. Partners' raw records are put in by
// Append. It differs from a real broker in this, as far as known:
//   - a producer's records are in the partition when Produce returns; nothing is lost or reordered
//     between the two, and copies are known by their sequence
//   - leaders do not change, and nothing that was acknowledged is ever lost
//   - a request that would have to wait for the markers of the transaction before has them written
//   - a member's heartbeat is its Poll
// Thread-compatible; outlives the processes.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/sim_groups.h"
#include "sim/sim_partition.h"
#include "sim/sim_process.h"
#include "sim/sim_random.h"
#include "sim/sim_transactions.h"

namespace lagesbild::sim {

class SimKafka {
 public:
  struct Options {
    uint64_t seed = 1;
    absl::Duration marker_delay;
    absl::Duration transaction_timeout = absl::Seconds(10);
    absl::Duration session_timeout = absl::Seconds(6);
    int64_t fetch_misses_percent = 0;  // reads that find nothing fetched yet
    int64_t fetch_records_max = 1'000'000;
    // Fetches whose response is on its way for a while, at most `fetch_delay`: it says what was
    // there when the broker sent it, and comes in whatever the consumer has done since.
    int64_t fetch_late_percent = 0;
    absl::Duration fetch_delay;
    // At most, until a request is answered; records are sent without waiting for that.
    absl::Duration request_delay;
    // At most, until a member has heard what a generation gave it, or who has what in the group.
    absl::Duration group_delay;
    bool poll_takes_time =
        false;  // Poll moves the time by what it may wait: where nobody else does
  };
  SimKafka(Options options, SimTime& time, SimNetwork& network);

  // Everything that is due by now: called before each request, and by the scheduler.
  void Tick();
  // A request that is on its way reaches the broker after `delay`, whoever sent it.
  void Later(absl::Duration delay, std::function<void()> request);
  // The same, before the n-th next request of that transactional id, whoever has it then.
  void LaterAmongRequestsOf(const std::string& id, int64_t n, std::function<void()> request);

  // As partners write: outside any transaction.
  void Append(const stream::TopicPartition& at, const stream::OutRecord& record);

  // ---- what operators and brokers do

  void MoveCoordinator(absl::Duration away);
  void Trim(const stream::TopicPartition& at, int64_t offset);
  void Compact(const stream::TopicPartition& at);
  void ExpelMember(uint64_t which) { groups_.Expel(which); }
  void Rebalance(const std::string& group) { groups_.Rebalance(group); }

  // ---- looking, without a request

  struct Seen {
    int64_t offset = 0, timestamp_ms = 0;
    std::string key;
    std::optional<std::string> value;
  };
  std::vector<Seen> ReadCommitted(const stream::TopicPartition& at) const;
  int32_t PartitionsOf(const std::string& topic) const;
  stream::CommittedOffset CommittedNow(const std::string& group,
                                       const stream::TopicPartition& at) const;
  int64_t EndOf(const stream::TopicPartition& at) const;
  int64_t forced_rebalances() const { return forced_rebalances_; }
  std::vector<std::string> DescribeGroups() const { return groups_.Describe(); }
  bool quiet() const { return transactions_.quiet(); }
  const SimTime& time() const { return time_; }

 private:
  friend class SimLog;
  friend class SimConsumer;
  friend class SimSink;

  struct Topic {
    stream::TopicInfo info;
    std::vector<SimPartition> partitions;
  };
  using GroupPartition = std::pair<std::string, stream::TopicPartition>;

  StatusOr<SimPartition*> Find(const stream::TopicPartition& at);
  const SimPartition* Find(const stream::TopicPartition& at) const;
  void CountRequestOf(const std::string& id);
  // A request of `process` reaches the broker; Unavailable for what coordinators answer while they
  // move.
  RequestFate Request(SimProcess& process, std::string_view operation);

  const Options options_;
  SimTime& time_;
  SimNetwork& network_;
  SimRandom random_;
  std::map<std::string, Topic> topics_;
  std::map<GroupPartition, stream::CommittedOffset> offsets_;
  std::map<SimPartition::TransactionId, std::map<GroupPartition, stream::CommittedOffset>> pending_;
  SimTransactions transactions_;
  SimGroups groups_;
  std::multimap<absl::Duration, std::function<void()>> late_;
  std::map<std::string, std::multimap<int64_t, std::function<void()>>>
      late_of_;  // by transactional id
  absl::Duration coordinator_back_at_;
  int64_t forced_rebalances_ = 0;  // by members that joined anew
};

// The broker as one process sees it.
class SimLog : public stream::Log {
 public:
  SimLog(SimKafka& kafka, SimProcess& process) : kafka_(kafka), process_(process) {}
  StatusOr<std::unique_ptr<stream::Consumer>> OpenConsumer(
      const stream::ConsumerOptions& options) override;
  StatusOr<std::unique_ptr<stream::TransactionalSink>> OpenSink(
      const std::string& transactional_id) override;
  StatusOr<stream::TopicInfo> Describe(const std::string& topic) override;
  Status CreateTopic(const stream::TopicInfo& topic) override;

 private:
  SimKafka& kafka_;
  SimProcess& process_;
};

}  // namespace lagesbild::sim
