// ReadPartition: one partition from an offset to its end, as it is when the reading gets there.
//
// For commands that look at a topic once. In: a consumer of no group (or of one it has not joined);
// out: each committed record to `take`. Thread-compatible.
#pragma once

#include <cstdint>
#include <functional>

#include "absl/time/time.h"
#include "stream/ports.h"

namespace lagesbild::app {

inline constexpr absl::Duration kReadPatience = absl::Seconds(15);

// `take` returns false when it has enough. Unavailable: nothing came for kReadPatience, and the end
// was not reached. Other errors are those of the log and of `take`.
using TakeRecord = std::function<StatusOr<bool>(const stream::RecordView& record)>;
Status ReadPartition(stream::Consumer& consumer, const stream::TopicPartition& at, int64_t from,
                     const TakeRecord& take);

// All partitions of a topic, one after the other, from their beginnings. NotFound names the command
// that makes the topic.
Status ReadTopic(
    stream::Log& log, const std::string& topic,
    const std::function<StatusOr<bool>(int32_t partition, const stream::RecordView& record)>& take);

}  // namespace lagesbild::app
