// SimConsumer, SimSink: the client library of the simulated Kafka, as librdkafka and our adapter
// over it behave (io/kafka_consumer.h, io/kafka_sink.h).
//
// One process each. Destroyed in a dead process they say nothing to the broker; in a living one
// they close. Thread-compatible.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/sim_kafka.h"

namespace lagesbild::sim {

class SimConsumer : public stream::Consumer {
 public:
  SimConsumer(SimKafka& kafka, SimProcess& process, stream::ConsumerOptions options);
  ~SimConsumer() override { Close(); }

  Status Subscribe(const std::vector<std::string>& topics) override;
  Status Start(const stream::TopicPartition& at, int64_t offset) override;
  void Released(const stream::TopicPartition& at) override;
  StatusOr<std::vector<stream::GroupEvent>> Poll(absl::Duration timeout) override;
  StatusOr<stream::Batch> Read(const stream::TopicPartition& at, size_t records_max) override;
  StatusOr<std::vector<stream::CommittedOffset>> Committed(
      std::span<const stream::TopicPartition> at) override;
  StatusOr<std::pair<int64_t, int64_t>> Bounds(const stream::TopicPartition& at) override;
  std::unique_ptr<stream::Membership> membership() override;
  std::optional<stream::GroupView> LookAtGroup() override;
  Status Rejoin() override;
  void Close() override;

 private:
  void Join();
  void JoinAgain();
  // What the group has given us by now, as far as we have heard; null: nothing new.
  const SimGroups::Assignment* HeardAssignment();
  // The events of a generation that is new to us.
  std::vector<stream::GroupEvent> TakeAssignment(const SimGroups::Assignment& assignment);

  SimKafka& kafka_;
  SimProcess& process_;
  const stream::ConsumerOptions options_;
  SimGroups::Partitions wanted_, owned_;
  std::set<stream::TopicPartition> to_release_;
  struct Position {
    int64_t next = 0;
    bool drained = false;  // as far as known: until a fetch brings something
    int64_t started = 0;   // which Start it is of
  };
  // What a fetch at a position brings; it may be on its way while the position moves elsewhere.
  struct Fetched {
    Position after;
    std::vector<std::pair<int64_t, std::string>> records;
    absl::Duration here_at;
  };
  Fetched Fetch(const SimPartition& partition, const Position& position) const;
  static StatusOr<stream::Batch> HandOut(const Fetched& fetched, size_t records_max,
                                         Position& position);
  std::map<stream::TopicPartition, Position> positions_;
  std::map<stream::TopicPartition, Fetched> on_their_way_;
  int64_t starts_ = 0;
  SimGroups::MemberId member_ = 0;
  int64_t generation_ = 0;  // 0: not yet in one
  bool rejoining_ = false;  // everything is given back first
  // Answers of the group's coordinator that are on their way, and when they are here.
  std::optional<std::pair<SimGroups::Assignment, absl::Duration>> assignment_;
  std::optional<std::pair<stream::GroupView, absl::Duration>> view_;
};

class SimMembership : public stream::Membership {
 public:
  SimMembership(std::string group, SimGroups::MemberId member, int64_t generation)
      : group_(std::move(group)), member_(member), generation_(generation) {}
  bool valid() const override { return member_ != 0 && generation_ != 0; }
  const std::string& group() const { return group_; }
  SimGroups::MemberId member() const { return member_; }
  int64_t generation() const { return generation_; }

 private:
  std::string group_;
  SimGroups::MemberId member_;
  int64_t generation_;
};

class SimSink : public stream::TransactionalSink {
 public:
  SimSink(SimKafka& kafka, SimProcess& process, std::string transactional_id)
      : kafka_(kafka), process_(process), id_(std::move(transactional_id)) {}

  Status Init() override;
  Status Begin() override;
  Status Produce(const stream::TopicPartition& to, const stream::OutRecord& record) override;
  Status SendOffsets(const std::string& group, std::span<const stream::OffsetToCommit> offsets,
                     const stream::Membership* membership) override;
  Status Commit() override;
  Status Abort() override;

 private:
  // Ready for a request within the transaction: begun, not failed, not fenced.
  Status Check() const;
  // Runs `work` as the request's fate has it; the reply. `copy` is what another copy of the request
  // does when it comes later.
  template <typename Work>
  Status Call(std::string_view operation, std::function<void()> copy, const Work& work);
  // Sends a copy, if that is the request's fate.
  void Repeat(const RequestFate& fate, std::function<void()> copy);
  Status End(bool commit);

  SimKafka& kafka_;
  SimProcess& process_;
  const std::string id_;
  int64_t epoch_ = 0;
  std::map<stream::TopicPartition, int64_t> sequences_;  // of the last record sent there
  bool begun_ = false, wrote_ = false;
  bool must_abort_ = false;
  bool used_up_ = false;  // a connection broke: a new one is needed before the next Begin
};

}  // namespace lagesbild::sim
