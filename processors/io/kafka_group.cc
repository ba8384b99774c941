#include "io/kafka_group.h"

namespace lagesbild::io {
namespace {

std::string TextOf(const char* text) { return text == nullptr ? "" : text; }

KafkaGroup::Member MemberOf(const rd_kafka_MemberDescription_t* description) {
  KafkaGroup::Member member;
  member.id = TextOf(rd_kafka_MemberDescription_consumer_id(description));
  member.instance_id = TextOf(rd_kafka_MemberDescription_group_instance_id(description));
  member.host = TextOf(rd_kafka_MemberDescription_host(description));
  const rd_kafka_MemberAssignment_t* assigned = rd_kafka_MemberDescription_assignment(description);
  const rd_kafka_topic_partition_list_t* list =
      assigned == nullptr ? nullptr : rd_kafka_MemberAssignment_partitions(assigned);
  for (int i = 0; list != nullptr && i < list->cnt; ++i) {
    member.partitions.push_back({list->elems[i].topic, list->elems[i].partition});
  }
  return member;
}

}  // namespace

void AskForGroup(rd_kafka_t* client, const std::string& group, int limit_ms,
                 rd_kafka_queue_t* answers) {
  const KafkaAdminOptions options(
      rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS));
  rd_kafka_AdminOptions_set_request_timeout(options.get(), limit_ms, nullptr, 0);
  const char* groups[] = {group.c_str()};
  rd_kafka_DescribeConsumerGroups(client, groups, 1, options.get(), answers);
}

std::optional<KafkaGroup> GroupIn(rd_kafka_event_t* answer) {
  const auto* result = rd_kafka_event_DescribeConsumerGroups_result(answer);
  if (result == nullptr) return std::nullopt;
  size_t count = 0;
  const auto** groups = rd_kafka_DescribeConsumerGroups_result_groups(result, &count);
  if (count != 1) return std::nullopt;
  const rd_kafka_ConsumerGroupDescription_t* description = groups[0];
  KafkaGroup group;
  if (const rd_kafka_error_t* error = rd_kafka_ConsumerGroupDescription_error(description)) {
    group.error = rd_kafka_error_code(error);
    group.error_text = TextOf(rd_kafka_error_string(error));
    if (group.error != RD_KAFKA_RESP_ERR_NO_ERROR) return group;
  }
  group.stable =
      rd_kafka_ConsumerGroupDescription_state(description) == RD_KAFKA_CONSUMER_GROUP_STATE_STABLE;
  for (size_t i = 0; i < rd_kafka_ConsumerGroupDescription_member_count(description); ++i) {
    group.members.push_back(MemberOf(rd_kafka_ConsumerGroupDescription_member(description, i)));
  }
  return group;
}

}  // namespace lagesbild::io
