// SimConsumer, SimSink: the client library of the simulated Kafka, as librdkafka and our adapter
// over it behave (io/kafka_consumer.h, io/kafka_sink.h).
//
// One process each. Destroyed in a dead process they say nothing to the broker; in a living one
// they close. Thread-compatible.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
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
  };
  std::map<stream::TopicPartition, Position> positions_;
  SimGroups::MemberId member_ = 0;
  int64_t generation_ = 0;  // 0: not yet in one
  bool rejoining_ = false;  // everything is given back first
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
  const std::string group_;
  const SimGroups::MemberId member_;
  const int64_t generation_;
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
  // Runs `work` as the request's fate has it; the reply.
  template <typename Work>
  Status Call(std::string_view operation, const Work& work);
  Status End(bool commit);

  SimKafka& kafka_;
  SimProcess& process_;
  const std::string id_;
  int64_t epoch_ = 0;
  bool begun_ = false, wrote_ = false;
  bool must_abort_ = false;
  bool used_up_ = false;  // a connection broke: a new one is needed before the next Begin
};

}  // namespace lagesbild::sim
