#include "io/kafka_log.h"

#include <utility>

#include "io/kafka_consumer.h"
#include "io/kafka_sink.h"

namespace lagesbild::io {

StatusOr<std::unique_ptr<KafkaLog>> KafkaLog::Open(KafkaLogOptions options) {
  LB_RETURN_IF_ERROR(CheckKafkaConfig(options.config));
  return std::unique_ptr<KafkaLog>(new KafkaLog(std::move(options)));
}

KafkaLog::KafkaLog(KafkaLogOptions options)
    : options_(std::move(options)), watch_(std::make_shared<KafkaWatch>(options_.line)) {}

KafkaLog::~KafkaLog() { watch_->Mute(); }

StatusOr<std::unique_ptr<stream::Consumer>> KafkaLog::OpenConsumer(
    const stream::ConsumerOptions& options) {
  return KafkaConsumer::Make(options_.config, options, watch_);
}

StatusOr<std::unique_ptr<stream::TransactionalSink>> KafkaLog::OpenSink(
    const std::string& transactional_id) {
  return KafkaSink::Make(options_.config, transactional_id, options_.output_topics, watch_);
}

StatusOr<KafkaAdmin*> KafkaLog::Admin() {
  if (admin_ == nullptr) {
    LB_ASSIGN_OR_RETURN(admin_, KafkaAdmin::Make(options_.config, watch_));
  }
  return admin_.get();
}

StatusOr<stream::TopicInfo> KafkaLog::Describe(const std::string& topic) {
  LB_ASSIGN_OR_RETURN(std::vector<stream::TopicInfo> found, DescribeExisting(std::span(&topic, 1)));
  if (found.empty()) return NotFound("kafka: describe topic " + topic + ": no such topic");
  return std::move(found.front());
}

StatusOr<std::vector<stream::TopicInfo>> KafkaLog::DescribeExisting(
    std::span<const std::string> topics) {
  absl::MutexLock lock(&mutex_);
  LB_ASSIGN_OR_RETURN(KafkaAdmin * admin, Admin());
  return admin->Describe(topics);
}

Status KafkaLog::CreateTopic(const stream::TopicInfo& topic) {
  absl::MutexLock lock(&mutex_);
  LB_ASSIGN_OR_RETURN(KafkaAdmin * admin, Admin());
  return admin->Create(topic);
}

StatusOr<std::vector<std::string>> KafkaLog::GroupMembers(const std::string& group) {
  absl::MutexLock lock(&mutex_);
  LB_ASSIGN_OR_RETURN(KafkaAdmin * admin, Admin());
  return admin->GroupMembers(group);
}

Status KafkaLog::ConfigureTopic(const std::string& topic, const KafkaAdmin::Config& changes) {
  absl::MutexLock lock(&mutex_);
  LB_ASSIGN_OR_RETURN(KafkaAdmin * admin, Admin());
  return admin->Configure(topic, changes);
}

}  // namespace lagesbild::io
