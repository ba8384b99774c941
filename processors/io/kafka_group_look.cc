#include "io/kafka_group_look.h"

#include <utility>

#include "io/kafka_errors.h"
#include "io/kafka_event.h"

namespace lagesbild::io {
namespace {

constexpr int kAnswerMs = 3000;

stream::GroupView::Member MemberOf(const rd_kafka_MemberDescription_t* description,
                                   const std::string& self) {
  stream::GroupView::Member member;
  member.id = rd_kafka_MemberDescription_consumer_id(description);
  member.self = member.id == self;
  const rd_kafka_MemberAssignment_t* assigned = rd_kafka_MemberDescription_assignment(description);
  const rd_kafka_topic_partition_list_t* list =
      assigned == nullptr ? nullptr : rd_kafka_MemberAssignment_partitions(assigned);
  for (int i = 0; list != nullptr && i < list->cnt; ++i) {
    member.partitions.push_back({list->elems[i].topic, list->elems[i].partition});
  }
  return member;
}

}  // namespace

std::string KafkaMemberId(rd_kafka_t* member) {
  char* id = rd_kafka_memberid(member);
  std::string out(id == nullptr ? "" : id);
  if (id != nullptr) rd_kafka_mem_free(member, id);
  return out;
}

KafkaGroupLook::KafkaGroupLook(std::shared_ptr<KafkaHandle> member, std::string group,
                               std::shared_ptr<KafkaWatch> watch)
    : member_(std::move(member)),
      group_(std::move(group)),
      watch_(std::move(watch)),
      answers_(rd_kafka_queue_new(member_->get())) {}

void KafkaGroupLook::Ask() {
  const KafkaAdminOptions options(
      rd_kafka_AdminOptions_new(member_->get(), RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS));
  char error[256];
  rd_kafka_AdminOptions_set_request_timeout(options.get(), kAnswerMs, error, sizeof(error));
  const char* groups[] = {group_.c_str()};
  rd_kafka_DescribeConsumerGroups(member_->get(), groups, 1, options.get(), answers_.get());
  asked_ = true;
}

std::optional<stream::GroupView> KafkaGroupLook::Look() {
  if (!asked_) {
    // A request that waits for a broker to come back may end the process: librdkafka 2.0.2 lets go
    // of it twice (an assertion in rd_kafka_enq_once_del_source_return).
    if (watch_->away()) return stream::GroupView();
    Ask();
  }
  const KafkaEvent event(rd_kafka_queue_poll(answers_.get(), 0));
  if (event == nullptr) return std::nullopt;
  asked_ = false;
  size_t count = 0;
  const rd_kafka_DescribeConsumerGroups_result_t* result =
      rd_kafka_event_DescribeConsumerGroups_result(event.get());
  const rd_kafka_ConsumerGroupDescription_t** groups =
      result == nullptr ? nullptr : rd_kafka_DescribeConsumerGroups_result_groups(result, &count);
  stream::GroupView view;  // not at rest: nothing is known
  if (rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR || count != 1) return view;
  if (const rd_kafka_error_t* error = rd_kafka_ConsumerGroupDescription_error(groups[0])) {
    watch_->Say("look at group", rd_kafka_error_string(error));
    return view;
  }
  view.stable =
      rd_kafka_ConsumerGroupDescription_state(groups[0]) == RD_KAFKA_CONSUMER_GROUP_STATE_STABLE;
  const std::string self = KafkaMemberId(member_->get());
  for (size_t i = 0; i < rd_kafka_ConsumerGroupDescription_member_count(groups[0]); ++i) {
    view.members.push_back(MemberOf(rd_kafka_ConsumerGroupDescription_member(groups[0], i), self));
  }
  return view;
}

}  // namespace lagesbild::io
