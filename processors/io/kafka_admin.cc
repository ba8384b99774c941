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

StatusOr<int32_t> KafkaAdmin::Partitions(const std::string& topic) {
  const std::string what = "describe topic " + topic;
  KafkaTopic handle(rd_kafka_topic_new(handle_->get(), topic.c_str(), nullptr));
  if (handle == nullptr) return ToStatus(what, rd_kafka_last_error());
  const rd_kafka_metadata_t* metadata = nullptr;
  LB_RETURN_IF_ERROR(ToStatus(
      what, rd_kafka_metadata(handle_->get(), /*all_topics=*/0, handle.get(), &metadata, kCallMs)));
  const std::unique_ptr<const rd_kafka_metadata_t, decltype(&rd_kafka_metadata_destroy)> owned(
      metadata, rd_kafka_metadata_destroy);
  if (metadata->topic_cnt != 1) return NotFound("kafka: " + what + ": no such topic");
  LB_RETURN_IF_ERROR(ToStatus(what, metadata->topics[0].err));
  return metadata->topics[0].partition_cnt;
}

StatusOr<std::vector<KafkaAdmin::Entry>> KafkaAdmin::Entries(const std::string& topic) {
  const std::string what = "describe topic " + topic;
  const KafkaAdminOptions options = OptionsFor(handle_->get(), RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
  const KafkaQueue queue(rd_kafka_queue_new(handle_->get()));
  const Resource resource(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  rd_kafka_ConfigResource_t* asked = resource.get();
  rd_kafka_DescribeConfigs(handle_->get(), &asked, 1, options.get(), queue.get());
  LB_ASSIGN_OR_RETURN(const KafkaEvent event, Answer(what, queue.get()));
  size_t count = 0;
  const auto** resources = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  LB_RETURN_IF_ERROR(OfResources(what, resources, count));
  if (count != 1) return Internal("kafka: " + what + ": an answer about another topic");
  size_t entries_count = 0;
  const auto** entries = rd_kafka_ConfigResource_configs(resources[0], &entries_count);
  std::vector<Entry> out;
  for (size_t i = 0; i < entries_count; ++i) {
    const char* value = rd_kafka_ConfigEntry_value(entries[i]);
    out.push_back({.name = rd_kafka_ConfigEntry_name(entries[i]),
                   .value = value == nullptr ? "" : value,
                   .of_topic = rd_kafka_ConfigEntry_source(entries[i]) ==
                               RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG});
  }
  return out;
}

StatusOr<stream::TopicInfo> KafkaAdmin::Describe(const std::string& topic) {
  stream::TopicInfo info{.name = topic};
  LB_ASSIGN_OR_RETURN(info.partitions, Partitions(topic));
  LB_ASSIGN_OR_RETURN(std::vector<Entry> entries, Entries(topic));
  for (Entry& entry : entries)
    info.config.emplace_back(std::move(entry.name), std::move(entry.value));
  std::sort(info.config.begin(), info.config.end());
  return info;
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
    const StatusOr<int32_t> partitions = Partitions(topic.name);
    if (partitions.ok() && *partitions == topic.partitions) return absl::OkStatus();
    if (std::chrono::steady_clock::now() > give_up) {
      return Unavailable("kafka: " + what + ": created, but the brokers do not show it yet");
    }
    std::this_thread::sleep_for(kRetry);
  }
}

Status KafkaAdmin::Configure(const std::string& topic, const Config& changes) {
  const std::string what = "configure topic " + topic;
  LB_ASSIGN_OR_RETURN(const std::vector<Entry> entries, Entries(topic));
  // librdkafka 2.0 can only replace all that is set on a topic: what stays is sent along.
  std::map<std::string, std::string> all;
  for (const Entry& entry : entries) {
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
