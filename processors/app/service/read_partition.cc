#include "app/service/read_partition.h"

#include <string>

namespace lagesbild::app {
namespace {

constexpr absl::Duration kRound = absl::Milliseconds(200);
constexpr size_t kBatch = 2000;

Status ReadStarted(stream::Consumer& consumer, const stream::TopicPartition& at,
                   const TakeRecord& take) {
  absl::Duration silent;
  while (true) {
    LB_RETURN_IF_ERROR(consumer.Poll(kRound).status());
    LB_ASSIGN_OR_RETURN(const stream::Batch batch, consumer.Read(at, kBatch));
    for (const stream::RecordView& record : batch.records) {
      LB_ASSIGN_OR_RETURN(const bool more, take(record));
      if (!more) return absl::OkStatus();
    }
    if (batch.drained) return absl::OkStatus();
    silent = batch.records.empty() ? silent + kRound : absl::ZeroDuration();
    if (silent > kReadPatience) {
      return Unavailable(at.topic + " partition " + std::to_string(at.partition) +
                         " is not read to its end: nothing came for " +
                         absl::FormatDuration(kReadPatience));
    }
  }
}

}  // namespace

Status ReadPartition(stream::Consumer& consumer, const stream::TopicPartition& at, int64_t from,
                     const TakeRecord& take) {
  LB_RETURN_IF_ERROR(consumer.Start(at, from));
  const Status read = ReadStarted(consumer, at, take);
  consumer.Released(at);
  return read;
}

Status ReadTopic(stream::Log& log, const std::string& topic,
                 const std::function<StatusOr<bool>(int32_t partition,
                                                    const stream::RecordView& record)>& take) {
  const auto info = log.Describe(topic);
  if (info.status().code() == StatusCode::kNotFound)
    return NotFound("topic " + topic + " is missing; `lagesbild topics apply` creates it");
  LB_RETURN_IF_ERROR(info.status());
  LB_ASSIGN_OR_RETURN(const auto consumer, log.OpenConsumer({}));
  for (int32_t p = 0; p < info->partitions; ++p) {
    LB_RETURN_IF_ERROR(
        ReadPartition(*consumer, {topic, p}, stream::kFromBeginning,
                      [&](const stream::RecordView& record) { return take(p, record); }));
  }
  return absl::OkStatus();
}

}  // namespace lagesbild::app
