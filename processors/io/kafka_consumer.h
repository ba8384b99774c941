// KafkaConsumer: stream/ports.h Consumer on librdkafka.
//
// Two clients side by side. The member belongs to the group: it joins, heartbeats and hands
// partitions over, and reads nothing. The reader belongs to no group and reads the partitions that
// the engine started, each into a queue of its own. Apart, because librdkafka pauses what a member
// reads at every rebalance, and its batch reading of 2.0 may skip records across such a pause; and
// because the engine decides when a partition is read, not the rebalance.
//
//   Start ─▶ reader: fetches ahead ─▶ queue of the partition ─▶ Read (never waits)
//   Subscribe ─▶ member: rebalance ─▶ events ─▶ Poll ─▶ engine ─▶ Released (all of a revocation:
//   the group goes on)
//
// Thread-compatible: one thread calls. librdkafka's threads only set `ready` flags and wake Poll.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "io/kafka_config.h"
#include "io/kafka_group_look.h"
#include "io/kafka_handle.h"
#include "io/kafka_membership.h"
#include "stream/ports.h"

namespace lagesbild::io {

class KafkaConsumer : public stream::Consumer {
 public:
  static StatusOr<std::unique_ptr<KafkaConsumer>> Make(const KafkaConfig& config,
                                                       const stream::ConsumerOptions& options,
                                                       std::shared_ptr<KafkaWatch> watch);
  ~KafkaConsumer() override;

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
  // Wakes Poll; the one thing shared with librdkafka's threads beside the `ready` flags.
  class Waker {
   public:
    void Wake() {
      absl::MutexLock lock(&mutex_);
      awake_ = true;
    }
    // Waits for a Wake since the last Wait, or `timeout`.
    void Wait(absl::Duration timeout) {
      absl::MutexLock lock(&mutex_);
      mutex_.AwaitWithTimeout(absl::Condition(&awake_), timeout);
      awake_ = false;
    }

   private:
    absl::Mutex mutex_;
    bool awake_ ABSL_GUARDED_BY(mutex_) = false;
  };

  // A started partition. Its address is the opaque of its queue's callback.
  struct Started {
    Waker* waker = nullptr;
    std::atomic<bool> ready = true;  // Read may find something
    KafkaQueue queue;
    KafkaPartitions position;  // a list of one: what librdkafka's position call takes
    int64_t next_offset = 0;
    bool drained = false;
    Status failed;  // sticky until the next Start
  };

  KafkaConsumer(KafkaConfig config, stream::ConsumerOptions options,
                std::shared_ptr<KafkaWatch> watch);

  Status OpenMember();
  Status OpenReader();
  StatusOr<rd_kafka_t*> Asker();
  rd_kafka_topic_t* Topic(const std::string& name);
  void Stop(const stream::TopicPartition& at, Started& started);
  // Serves callbacks of all clients; events and errors of the group land in events_ and
  // group_error_.
  Status Serve();
  Status Lasting(const Status& status);
  bool AnyReady() const;
  bool BrokersAway() const;
  void Take(std::span<rd_kafka_message_t* const> messages, Started& started, stream::Batch& batch);
  void FinishDrained(Started& started);
  void AnswerRevocation();
  Status JoinAgainOnceGone();
  // First offset at or after `time`, or librdkafka's word for the beginning or the end.
  StatusOr<int64_t> OffsetAt(const stream::TopicPartition& at, int64_t time);

  static void OnRebalance(rd_kafka_t* client, rd_kafka_resp_err_t code,
                          rd_kafka_topic_partition_list_t* partitions, void* opaque);
  static void OnPartition(rd_kafka_t* client, void* started);
  static void OnQueue(rd_kafka_t* client, void* waker);

  const KafkaConfig config_;
  const stream::ConsumerOptions options_;
  const std::shared_ptr<KafkaWatch> watch_;

  const std::shared_ptr<Waker> waker_ =
      std::make_shared<Waker>();         // the clients' too, which may outlive this
  std::shared_ptr<KafkaHandle> member_;  // null without a group
  std::shared_ptr<KafkaHandle> reader_;  // null until the first Start
  std::shared_ptr<KafkaHandle> asker_;   // without a group: null until the first Bounds
  KafkaQueue member_queue_, reader_queue_;
  std::unique_ptr<KafkaGroupLook> look_;
  std::map<std::string, KafkaTopic> topics_;
  std::map<stream::TopicPartition, std::unique_ptr<Started>> started_;
  std::vector<rd_kafka_message_t*> messages_;  // kept from Read to Read for its memory

  std::vector<stream::GroupEvent> events_;
  std::set<stream::TopicPartition> to_release_;  // revoked or lost, Released not yet called
  absl::Time lost_at_ = absl::InfinitePast();    // what it had, to a session time-out
  bool told_ = false;                            // by the group, what it has
  std::vector<std::string> subscription_;
  bool subscribed_ = false;
  bool rejoining_ = false;  // leaving, to join again
  bool closed_ = false;
};

}  // namespace lagesbild::io
