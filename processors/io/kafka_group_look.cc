#include "io/kafka_group_look.h"

#include <utility>

#include "io/kafka_event.h"
#include "io/kafka_group.h"

namespace lagesbild::io {
namespace {

constexpr int kAnswerMs = 3000;

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
  AskForGroup(member_->get(), group_, kAnswerMs, answers_.get());
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
  stream::GroupView view;  // not at rest: nothing is known
  if (rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) return view;
  const std::optional<KafkaGroup> group = GroupIn(event.get());
  if (!group) return view;
  if (group->error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    watch_->Say("look at group", group->error_text);
    return view;
  }
  view.stable = group->stable;
  const std::string self = KafkaMemberId(member_->get());
  for (const KafkaGroup::Member& member : group->members) {
    view.members.push_back({member.id, member.id == self, member.partitions});
  }
  return view;
}

}  // namespace lagesbild::io
