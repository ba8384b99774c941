#include "io/kafka_admin.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <thread>

#include "io/kafka_errors.h"
#include "io/kafka_event.h"
#include "io/kafka_group.h"

namespace lagesbild::io {
namespace {

constexpr int kCallMs = 10000;
constexpr std::chrono::milliseconds kRetry(50);

struct NewTopicDeleter {
  void operator()(rd_kafka_NewTopic_t* topic) const { rd_kafka_NewTopic_destroy(topic); }
};
using NewTopic = std::unique_ptr<rd_kafka_NewTopic_t, NewTopicDeleter>;

struct ResourceDeleter {
  void operator()(rd_kafka_ConfigResource_t* resource) const {
    rd_kafka_ConfigResource_destroy(resource);
  }
};
using Resource = std::unique_ptr<rd_kafka_ConfigResource_t, ResourceDeleter>;

KafkaAdminOptions OptionsFor(rd_kafka_t* client, rd_kafka_admin_op_t call) {
  KafkaAdminOptions options(rd_kafka_AdminOptions_new(client, call));
  rd_kafka_AdminOptions_set_request_timeout(options.get(), kCallMs, nullptr, 0);
  return options;
}

// Waits for the one answer that `queue` will get.
StatusOr<KafkaEvent> Answer(const std::string& what, rd_kafka_queue_t* queue) {
  KafkaEvent event(rd_kafka_queue_poll(queue, kCallMs + 1000));
  if (event == nullptr) return Unavailable("kafka: " + what + ": no answer");
  const auto code = rd_kafka_event_error(event.get());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return ToStatus(what, code, rd_kafka_event_error_string(event.get()));
  }
  return event;
}

Status OfTopics(const std::string& what, const rd_kafka_topic_result_t** results, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const char* text = rd_kafka_topic_result_error_string(results[i]);
    LB_RETURN_IF_ERROR(
        ToStatus(what, rd_kafka_topic_result_error(results[i]), text == nullptr ? "" : text));
  }
  return absl::OkStatus();
}

Status OfResources(const std::string& what, const rd_kafka_ConfigResource_t** results,
                   size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const char* text = rd_kafka_ConfigResource_error_string(results[i]);
    LB_RETURN_IF_ERROR(
        ToStatus(what, rd_kafka_ConfigResource_error(results[i]), text == nullptr ? "" : text));
  }
  return absl::OkStatus();
}

}  // namespace

StatusOr<std::unique_ptr<KafkaAdmin>> KafkaAdmin::Make(const KafkaConfig& config,
                                                       std::shared_ptr<KafkaWatch> watch) {
  // A consumer by type: a producer's question for a topic may create it.
  LB_ASSIGN_OR_RETURN(KafkaConf conf, MakeKafkaConf(config, KafkaRole::kAdmin, {}));
  LB_ASSIGN_OR_RETURN(std::shared_ptr<KafkaHandle> handle,
                      KafkaHandle::Make(RD_KAFKA_CONSUMER, std::move(conf), std::move(watch), {}));
  return std::unique_ptr<KafkaAdmin>(new KafkaAdmin(std::move(handle)));
}

StatusOr<std::map<std::string, int32_t>> KafkaAdmin::PartitionsOf(
    std::span<const std::string> topics) {
  // librdkafka asks for the topics it has handles of; without any, the question may create topics.
  std::vector<KafkaTopic> handles;
  for (const std::string& topic : topics) {
    handles.emplace_back(rd_kafka_topic_new(handle_->get(), topic.c_str(), nullptr));
    if (handles.back() == nullptr) {
      return ToStatus("describe topic " + topic, rd_kafka_last_error());
    }
  }
  const rd_kafka_metadata_t* metadata = nullptr;
  LB_RETURN_IF_ERROR(ToStatus("describe topics", rd_kafka_metadata(handle_->get(), /*all_topics=*/0,
                                                                   nullptr, &metadata, kCallMs)));
  const std::unique_ptr<const rd_kafka_metadata_t, decltype(&rd_kafka_metadata_destroy)> owned(
      metadata, rd_kafka_metadata_destroy);
  std::map<std::string, int32_t> counts;
  for (const rd_kafka_metadata_topic_t& topic : std::span(metadata->topics, metadata->topic_cnt)) {
    if (std::ranges::find(topics, topic.topic) == topics.end()) continue;  // described before
    const Status status = ToStatus(std::string("describe topic ") + topic.topic, topic.err);
    if (absl::IsNotFound(status)) continue;
    LB_RETURN_IF_ERROR(status);
    counts[topic.topic] = topic.partition_cnt;
  }
  return counts;
}

StatusOr<std::map<std::string, KafkaAdmin::Entries>> KafkaAdmin::EntriesOf(
    std::span<const std::string> topics) {
  std::vector<Resource> resources;
  std::vector<rd_kafka_ConfigResource_t*> asked;
  for (const std::string& topic : topics) {
    resources.emplace_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
    asked.push_back(resources.back().get());
  }
  const KafkaAdminOptions options = OptionsFor(handle_->get(), RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
  const KafkaQueue queue(rd_kafka_queue_new(handle_->get()));
  rd_kafka_DescribeConfigs(handle_->get(), asked.data(), asked.size(), options.get(), queue.get());
  LB_ASSIGN_OR_RETURN(const KafkaEvent event, Answer("describe topics", queue.get()));
  std::map<std::string, Entries> all;
  size_t count = 0;
  const auto** described = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  for (const rd_kafka_ConfigResource_t* resource : std::span(described, count)) {
    const std::string topic = rd_kafka_ConfigResource_name(resource);
    const Status status = OfResources("describe topic " + topic, &resource, 1);
    if (absl::IsNotFound(status)) continue;
    LB_RETURN_IF_ERROR(status);
    Entries& entries = all[topic];
    size_t entries_count = 0;
    const auto** found = rd_kafka_ConfigResource_configs(resource, &entries_count);
    for (const rd_kafka_ConfigEntry_t* entry : std::span(found, entries_count)) {
      const char* value = rd_kafka_ConfigEntry_value(entry);
      entries.push_back({.name = rd_kafka_ConfigEntry_name(entry),
                         .value = value == nullptr ? "" : value,
                         .of_topic = rd_kafka_ConfigEntry_source(entry) ==
                                     RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG});
    }
  }
  return all;
}

StatusOr<std::vector<stream::TopicInfo>> KafkaAdmin::Describe(std::span<const std::string> topics) {
  std::vector<stream::TopicInfo> infos;
  if (topics.empty()) return infos;
  LB_ASSIGN_OR_RETURN(const auto partitions, PartitionsOf(topics));
  std::vector<std::string> existing;
  for (const std::string& topic : topics) {
    if (partitions.contains(topic)) existing.push_back(topic);
  }
  if (existing.empty()) return infos;
  LB_ASSIGN_OR_RETURN(auto entries, EntriesOf(existing));
  for (const std::string& topic : existing) {
    const auto of_topic = entries.find(topic);
    if (of_topic == entries.end()) continue;  // deleted in between
    stream::TopicInfo& info = infos.emplace_back();
    info.name = topic;
    info.partitions = partitions.at(topic);
    for (Entry& entry : of_topic->second)
      info.config.emplace_back(std::move(entry.name), std::move(entry.value));
    std::sort(info.config.begin(), info.config.end());
  }
  return infos;
}

Status KafkaAdmin::Create(const stream::TopicInfo& topic) {
  const std::string what = "create topic " + topic.name;
  char error[512];
  const NewTopic created(rd_kafka_NewTopic_new(topic.name.c_str(), topic.partitions,
                                               /*replication_factor=*/-1, error, sizeof(error)));
  if (created == nullptr) return InvalidArgument("kafka: " + what + ": " + error);
  for (const auto& [name, value] : topic.config) {
    rd_kafka_NewTopic_set_config(created.get(), name.c_str(), value.c_str());
  }
  const KafkaAdminOptions options = OptionsFor(handle_->get(), RD_KAFKA_ADMIN_OP_CREATETOPICS);
  rd_kafka_AdminOptions_set_operation_timeout(options.get(), kCallMs / 2, nullptr, 0);
  const KafkaQueue queue(rd_kafka_queue_new(handle_->get()));
  rd_kafka_NewTopic_t* asked = created.get();
  rd_kafka_CreateTopics(handle_->get(), &asked, 1, options.get(), queue.get());
  LB_ASSIGN_OR_RETURN(const KafkaEvent event, Answer(what, queue.get()));
  size_t count = 0;
  const auto** results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  LB_RETURN_IF_ERROR(OfTopics(what, results, count));

  // The controller has it; the brokers hear of it in a moment.
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::milliseconds(kCallMs);
  for (;;) {
    const auto seen = PartitionsOf(std::span(&topic.name, 1));
    if (seen.ok() && seen->contains(topic.name) && seen->at(topic.name) == topic.partitions) {
      return absl::OkStatus();
    }
    if (std::chrono::steady_clock::now() > give_up) {
      return Unavailable("kafka: " + what + ": created, but the brokers do not show it yet");
    }
    std::this_thread::sleep_for(kRetry);
  }
}

Status KafkaAdmin::Configure(const std::string& topic, const Config& changes) {
  const std::string what = "configure topic " + topic;
  LB_ASSIGN_OR_RETURN(const auto entries, EntriesOf(std::span(&topic, 1)));
  const auto of_topic = entries.find(topic);
  if (of_topic == entries.end()) return NotFound("kafka: " + what + ": no such topic");
  // librdkafka 2.0 can only replace all that is set on a topic: what stays is sent along.
  std::map<std::string, std::string> all;
  for (const Entry& entry : of_topic->second) {
    if (entry.of_topic) all[entry.name] = entry.value;
  }
  for (const auto& [name, value] : changes) all[name] = value;
  const Resource resource(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  for (const auto& [name, value] : all) {
    rd_kafka_ConfigResource_set_config(resource.get(), name.c_str(), value.c_str());
  }
  const KafkaAdminOptions options = OptionsFor(handle_->get(), RD_KAFKA_ADMIN_OP_ALTERCONFIGS);
  const KafkaQueue queue(rd_kafka_queue_new(handle_->get()));
  rd_kafka_ConfigResource_t* asked = resource.get();
  rd_kafka_AlterConfigs(handle_->get(), &asked, 1, options.get(), queue.get());
  LB_ASSIGN_OR_RETURN(const KafkaEvent event, Answer(what, queue.get()));
  size_t count = 0;
  const auto** results = rd_kafka_AlterConfigs_result_resources(
      rd_kafka_event_AlterConfigs_result(event.get()), &count);
  return OfResources(what, results, count);
}

StatusOr<std::vector<std::string>> KafkaAdmin::GroupMembers(const std::string& group) {
  const std::string what = "describe group " + group;
  const KafkaQueue queue(rd_kafka_queue_new(handle_->get()));
  AskForGroup(handle_->get(), group, kCallMs, queue.get());
  LB_ASSIGN_OR_RETURN(const KafkaEvent event, Answer(what, queue.get()));
  const std::optional<KafkaGroup> described = GroupIn(event.get());
  if (!described) return Internal("kafka: " + what + ": an answer about another group");
  LB_RETURN_IF_ERROR(ToStatus(what, described->error, described->error_text));
  std::vector<std::string> members;
  for (const KafkaGroup::Member& member : described->members) {
    members.push_back((member.instance_id.empty() ? member.id : member.instance_id) + " at " +
                      member.host);
  }
  return members;
}

}  // namespace lagesbild::io
