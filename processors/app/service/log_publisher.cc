#include "app/service/log_publisher.h"

#include "base/hash.h"

namespace lagesbild::app {

StatusOr<std::unique_ptr<LogPublisher>> LogPublisher::Open(stream::Log& log,
                                                           const stream::Topics& topics) {
  std::unique_ptr<LogPublisher> publisher(new LogPublisher());
  for (const stream::RawTopic& raw : topics.raw) {
    LB_ASSIGN_OR_RETURN(const stream::TopicInfo info, log.Describe(raw.name));
    publisher->topics_[raw.short_name] = {raw.name, info.partitions};
  }
  LB_ASSIGN_OR_RETURN(publisher->sink_, log.OpenSink("publisher"));
  LB_RETURN_IF_ERROR(publisher->sink_->Init());
  return publisher;
}

Status LogPublisher::Publish(const feeds::RawMessage& message) {
  const auto topic = topics_.find(message.topic);
  if (topic == topics_.end()) return InvalidArgument("no such topic to publish to");
  if (!begun_) LB_RETURN_IF_ERROR(sink_->Begin());
  begun_ = true;
  std::vector<stream::HeaderView> headers;
  for (const auto& [name, value] : message.headers) headers.push_back({name, value});
  stream::OutRecord record;
  record.key = message.key;
  record.value = message.value;
  record.headers = headers;
  record.timestamp_ms = message.timestamp_ms;
  return sink_->Produce({topic->second.name, PartitionOf(message.key, topic->second.partitions)},
                        record);
}

Status LogPublisher::Flush() {
  if (!begun_) return absl::OkStatus();
  begun_ = false;
  return sink_->Commit();
}

}  // namespace lagesbild::app
