// SimTransactions: the broker's transaction coordinator, as it is before KIP-890, which is what
// librdkafka speaks.
//
//   empty ──add──▶ ongoing ──end──▶ preparing (commit or abort) ──all markers written──▶ empty
//                     └─ time-out: aborted, and the epoch rises
//
// A producer is its transactional id and epoch; a request with an older epoch is fenced. Once an
// end is prepared its outcome is a fact, but the markers reach each partition, and the group's
// offsets, in their own time and order. A copy of an end that comes late ends whatever transaction
// of that id and epoch is ongoing then; one of offsets is taken into it, if it has offsets; one of
// records is known by its sequence (sim_partition.h). Thread-compatible.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sim/sim_partition.h"
#include "sim/sim_process.h"
#include "sim/sim_random.h"

namespace lagesbild::sim {

class SimTransactions {
 public:
  using TransactionId = SimPartition::TransactionId;

  struct Options {
    absl::Duration timeout = absl::Seconds(10);
    absl::Duration marker_delay;  // at most; zero: markers are there when the end is answered
  };
  // Where markers go: a partition; the offsets that a group has pending.
  struct Targets {
    std::function<void(const stream::TopicPartition&, TransactionId, bool commit)> partition;
    std::function<void(TransactionId, bool commit)> offsets;
  };
  SimTransactions(Options options, const SimTime& time, SimRandom random, Targets targets);

  // Ends what is ongoing as aborted and gives the next epoch.
  int64_t Init(const std::string& id);
  // FailedPrecondition: fenced.
  Status Check(const std::string& id, int64_t epoch) const;
  // The ongoing transaction of that producer, begun if there is none; waits for the markers of the
  // one before.
  StatusOr<TransactionId> AddPartition(const std::string& id, int64_t epoch,
                                       const stream::TopicPartition& at);
  StatusOr<TransactionId> AddOffsets(const std::string& id, int64_t epoch);
  // The same, of a copy that comes late: it begins none.
  std::optional<TransactionId> WithOffsets(const std::string& id, int64_t epoch) const;
  Status End(const std::string& id, int64_t epoch, bool commit);

  // What is due by now: time-outs, markers.
  void Tick();
  // Nothing is ongoing and no marker is missing.
  bool quiet() const;

 private:
  enum class State { kEmpty, kOngoing, kPreparing };
  struct Producer {
    int64_t epoch = 0;
    State state = State::kEmpty;
    TransactionId transaction = 0;
    absl::Duration begun_at;
    std::set<stream::TopicPartition> partitions;
    bool offsets = false;
    bool commit = false;  // preparing
    std::map<stream::TopicPartition, absl::Duration> markers_due;
    absl::Duration offsets_due;
  };
  void Prepare(Producer& producer, bool commit);
  void WriteMarkers(Producer& producer, absl::Duration due_by);
  void Finish(Producer& producer);
  StatusOr<Producer*> Ongoing(const std::string& id, int64_t epoch);

  const Options options_;
  const SimTime& time_;
  SimRandom random_;
  const Targets targets_;
  std::map<std::string, Producer> producers_;
  TransactionId last_transaction_ = 0;
};

}  // namespace lagesbild::sim
