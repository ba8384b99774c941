// KafkaLog: stream/ports.h Log on Apache Kafka, by librdkafka's C API. The only folder that
// includes librdkafka is io/.
//
//   OpenConsumer ─▶ KafkaConsumer (kafka_consumer.h)      OpenSink ─▶ KafkaSink (kafka_sink.h)
//   Describe, CreateTopic ─▶ KafkaAdmin (kafka_admin.h)
// Clients must read with read_committed; ours do. Thread-safe; what it opens is not, and may
// outlive it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "io/kafka_admin.h"
#include "io/kafka_config.h"
#include "io/kafka_handle.h"
#include "stream/ports.h"

namespace lagesbild::io {

struct KafkaLogOptions {
  KafkaConfig config;
  // Topics that sinks will write to: each sink asks for their leaders in Init, so that its first
  // commit does not wait.
  std::vector<std::string> output_topics;
  // Not called any more once the log is gone, whatever of it goes on: a client in the middle of a
  // call that hangs is left alone, and ends when that does (kafka_call.h).
  KafkaLogLine line = KafkaLineToStderr;
};

class KafkaLog : public stream::Log {
 public:
  // Connects to nothing yet. InvalidArgument: see CheckKafkaConfig.
  static StatusOr<std::unique_ptr<KafkaLog>> Open(KafkaLogOptions options);
  ~KafkaLog() override;

  StatusOr<std::unique_ptr<stream::Consumer>> OpenConsumer(
      const stream::ConsumerOptions& options) override;
  StatusOr<std::unique_ptr<stream::TransactionalSink>> OpenSink(
      const std::string& transactional_id) override;
  StatusOr<stream::TopicInfo> Describe(const std::string& topic) override;
  StatusOr<std::vector<stream::TopicInfo>> DescribeExisting(
      std::span<const std::string> topics) override;
  Status CreateTopic(const stream::TopicInfo& topic) override;
  // Sets these properties of a topic, leaves the others. NotFound.
  Status ConfigureTopic(const std::string& topic, const KafkaAdmin::Config& changes);
  // As of KafkaAdmin.
  StatusOr<std::vector<std::string>> GroupMembers(const std::string& group);

 private:
  explicit KafkaLog(KafkaLogOptions options);
  StatusOr<KafkaAdmin*> Admin() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const KafkaLogOptions options_;
  const std::shared_ptr<KafkaWatch> watch_;
  absl::Mutex mutex_;
  std::unique_ptr<KafkaAdmin> admin_ ABSL_GUARDED_BY(mutex_);  // made when first needed
};

}  // namespace lagesbild::io
