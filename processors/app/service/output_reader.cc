#include "app/service/output_reader.h"

namespace lagesbild::app {
namespace {
constexpr size_t kRecordsARead = 500;
}

StatusOr<std::unique_ptr<OutputReader>> OutputReader::Open(stream::Log& log,
                                                           const stream::Topics& topics) {
  std::unique_ptr<OutputReader> reader(new OutputReader());
  LB_ASSIGN_OR_RETURN(reader->consumer_, log.OpenConsumer({}));
  const std::pair<const char*, const std::string*> wanted[] = {
      {"alerts", &topics.alerts},
      {"aggregates", &topics.aggregates},
      {"dead-letters", &topics.dead_letters}};
  for (const auto& [short_name, topic] : wanted) {
    LB_ASSIGN_OR_RETURN(const stream::TopicInfo info, log.Describe(*topic));
    for (int32_t p = 0; p < info.partitions; ++p) {
      const stream::TopicPartition at{*topic, p};
      LB_ASSIGN_OR_RETURN(const auto bounds, reader->consumer_->Bounds(at));
      LB_RETURN_IF_ERROR(reader->consumer_->Start(at, bounds.first));
      reader->followed_.push_back({short_name, at});
    }
  }
  return reader;
}

Status OutputReader::Read(absl::Duration wait, const Sink& sink) {
  LB_RETURN_IF_ERROR(consumer_->Poll(wait).status());
  for (const Followed& followed : followed_) {
    for (;;) {
      LB_ASSIGN_OR_RETURN(const stream::Batch batch, consumer_->Read(followed.at, kRecordsARead));
      for (const stream::RecordView& record : batch.records) sink(followed.short_name, record);
      if (batch.records.empty()) break;
    }
  }
  return absl::OkStatus();
}

}  // namespace lagesbild::app
