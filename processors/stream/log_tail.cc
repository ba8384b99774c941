#include "stream/log_tail.h"

#include <algorithm>

#include "stream/log_codec.h"
#include "stream/ports.h"

namespace lagesbild::stream {
namespace {

constexpr int64_t kTail = 200;  // records; markers and aborted ones are among them
constexpr absl::Duration kPoll = absl::Milliseconds(20);
constexpr absl::Duration kPatience = absl::Seconds(20);

// The highest clock from `from` on.
StatusOr<std::optional<int64_t>> ClockFrom(World& world, Consumer& reader, const TopicPartition& at,
                                           int64_t from) {
  LB_RETURN_IF_ERROR(reader.Start(at, from));
  LogDecoder decoder;
  LogRecord record;
  std::optional<int64_t> clock_ms;
  const absl::Duration deadline = world.clock.Monotonic() + kPatience;
  while (world.clock.Monotonic() < deadline) {
    LB_RETURN_IF_ERROR(reader.Poll(kPoll).status());
    LB_ASSIGN_OR_RETURN(const Batch batch, reader.Read(at, kTail));
    for (const RecordView& each : batch.records) {
      if (!each.value) return DataLoss("a log record without a value");
      LB_RETURN_IF_ERROR(decoder.Decode(*each.value, record));
      clock_ms = std::max(clock_ms.value_or(record.clock_ms), record.clock_ms);
    }
    if (batch.drained) return clock_ms;
  }
  return Unavailable("the end of " + at.topic + " cannot be read now");
}

}  // namespace

StatusOr<std::optional<int64_t>> LastLogClock(World& world, const std::string& topic,
                                              int32_t partitions) {
  LB_ASSIGN_OR_RETURN(std::unique_ptr<Consumer> reader, world.log.OpenConsumer({}));
  std::optional<int64_t> last;
  for (int32_t p = 0; p < partitions; ++p) {
    const TopicPartition at{topic, p};
    LB_ASSIGN_OR_RETURN(const auto bounds, reader->Bounds(at));
    // Further back each time, for what is at the end may be aborted.
    for (int64_t tail = kTail; bounds.second > bounds.first; tail *= 10) {
      const int64_t from = std::max(bounds.first, bounds.second - tail);
      LB_ASSIGN_OR_RETURN(const std::optional<int64_t> clock, ClockFrom(world, *reader, at, from));
      if (clock) last = std::max(last.value_or(*clock), *clock);
      if (clock || from == bounds.first) break;
    }
  }
  reader->Close();
  return last;
}

}  // namespace lagesbild::stream
