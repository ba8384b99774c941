// One librdkafka client and what its callbacks tell: the ground of consumer, sink and admin.
//
// librdkafka calls back from its own threads, and a client must outlive every message taken from
// it, so a KafkaHandle is held by shared_ptr (here the library asks for it): by its consumer and by
// each batch of records, or by its sink and by a call that may be stuck in it. The last owner
// destroys the client. KafkaWatch is shared by all clients of a KafkaLog: it turns what they meet
// into one line a state change.
#pragma once

#include <librdkafka/rdkafka.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/status.h"
#include "io/kafka_config.h"

namespace lagesbild::io {

// Receives whole lines without a line end. Called from any thread, one call at a time.
using KafkaLogLine = std::function<void(std::string_view)>;

// Says on stderr "kafka: …".
void KafkaLineToStderr(std::string_view line);

// Knows whether a broker answers, and lets few lines through. Thread-safe.
class KafkaWatch {
 public:
  explicit KafkaWatch(KafkaLogLine line) : line_(std::move(line)) {}

  // A line a change, not a line a report; `Failure` keeps the last reason for it.
  void Failure(std::string_view reason);
  void BrokersAway();
  void BrokersBack();
  bool away() const { return away_.load(std::memory_order_relaxed); }
  // No broker answered at some time since `since`.
  bool AwaySince(absl::Time since);

  // A line of librdkafka's own log: at most one of each `topic` (its short name of the message) in
  // 10 s.
  void Say(std::string_view topic, std::string_view text);

  // No line is said, or being said, when it returns: what takes the lines may go.
  void Mute();

 private:
  std::atomic<bool> away_ = false;
  absl::Mutex mutex_;
  KafkaLogLine line_ ABSL_GUARDED_BY(mutex_);
  absl::Time back_at_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  std::string reason_ ABSL_GUARDED_BY(mutex_);
  struct Said {
    absl::Time at = absl::InfinitePast();
    int64_t left_out = 0;
  };
  absl::flat_hash_map<std::string, Said> said_ ABSL_GUARDED_BY(mutex_);  // ≤ kSaidMax
  static constexpr size_t kSaidMax = 64;
};

// A client. librdkafka's threads write its counters, any thread reads them.
class KafkaHandle {
 public:
  struct Callbacks {
    void* owner = nullptr;  // found again by Owner()
    // Adds callbacks that one kind of client has.
    std::function<void(rd_kafka_conf_t*)> configure;
    // Called when brokers_away() changes, from one of librdkafka's threads; must own what it
    // touches.
    std::function<void()> wake;
  };
  static StatusOr<std::shared_ptr<KafkaHandle>> Make(rd_kafka_type_t type, KafkaConf conf,
                                                     std::shared_ptr<KafkaWatch> watch,
                                                     Callbacks callbacks);
  ~KafkaHandle();
  KafkaHandle(const KafkaHandle&) = delete;
  KafkaHandle& operator=(const KafkaHandle&) = delete;

  rd_kafka_t* get() const { return client_; }
  KafkaWatch& watch() const { return *watch_; }
  const std::shared_ptr<KafkaWatch>& shared_watch() const { return watch_; }
  // The owner, from the opaque that librdkafka hands to callbacks.
  template <typename T>
  static T& Owner(void* opaque) {
    return *static_cast<T*>(static_cast<KafkaHandle*>(opaque)->callbacks_.owner);
  }

  // No connection is up, and an attempt to make one has failed since the last was.
  bool brokers_away() const { return brokers_away_.load(std::memory_order_relaxed); }
  // Connections that were up and ended, so far.
  int64_t disconnects() const { return disconnects_.load(std::memory_order_relaxed); }
  // FailedPrecondition once the client has met an error it cannot recover from; OK before.
  Status Fatal() const;

 private:
  KafkaHandle(std::shared_ptr<KafkaWatch> watch, Callbacks callbacks)
      : watch_(std::move(watch)), callbacks_(std::move(callbacks)) {}
  enum class Link { kDown, kTrying, kUp };
  void BrokerChanged(const std::string& broker, Link now);
  static void OnError(rd_kafka_t* client, int code, const char* reason, void* opaque);
  static void OnLog(const rd_kafka_t* client, int level, const char* topic, const char* text);
  static rd_kafka_resp_err_t OnNew(rd_kafka_t* client, const rd_kafka_conf_t* conf, void* handle,
                                   char* error, size_t error_size);
  static rd_kafka_resp_err_t OnBroker(rd_kafka_t* client, int32_t id, const char* protocol,
                                      const char* name, int port, const char* state, void* handle);

  const std::shared_ptr<KafkaWatch> watch_;
  const Callbacks callbacks_;
  rd_kafka_t* client_ = nullptr;
  std::atomic<bool> closing_ = false;
  std::atomic<bool> brokers_away_ = false;
  std::atomic<int64_t> disconnects_ = 0;
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Link> links_ ABSL_GUARDED_BY(mutex_);  // by connection
};

struct KafkaQueueDeleter {
  void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
};
using KafkaQueue = std::unique_ptr<rd_kafka_queue_t, KafkaQueueDeleter>;

struct KafkaTopicDeleter {
  void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
};
using KafkaTopic = std::unique_ptr<rd_kafka_topic_t, KafkaTopicDeleter>;

struct KafkaPartitionsDeleter {
  void operator()(rd_kafka_topic_partition_list_t* list) const {
    rd_kafka_topic_partition_list_destroy(list);
  }
};
using KafkaPartitions = std::unique_ptr<rd_kafka_topic_partition_list_t, KafkaPartitionsDeleter>;

struct KafkaGroupMetadataDeleter {
  void operator()(rd_kafka_consumer_group_metadata_t* metadata) const {
    rd_kafka_consumer_group_metadata_destroy(metadata);
  }
};
using KafkaGroupMetadata =
    std::unique_ptr<rd_kafka_consumer_group_metadata_t, KafkaGroupMetadataDeleter>;

}  // namespace lagesbild::io
