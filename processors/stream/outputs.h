// Outputs: what leaves the system, as records: key, JSON value, and CloudEvents 1.0 headers (binary
// mode).
//
// From the picture's alert transitions, aggregates and dead letters, and intake's dead letters, to
// the sink. The id of an event is a function of the input, so a reader can drop what it has seen.
// Forms: contract; names: design/interfaces.md, Topics. Immutable once built; thread-compatible.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/dead_letter.h"
#include "picture/outputs.h"
#include "stream/ports.h"
#include "stream/topics.h"

namespace lagesbild::stream {

struct Output {
  TopicPartition to;
  std::string key, value;
  std::string id, time, subject;  // ce_id, ce_time, ce_subject (may be empty)
  std::string_view type;          // ce_type; a literal
  int64_t at_ms = 0;              // the clock that it is of
  std::string traceparent;        // of what caused it; may be empty
};

class OutputEncoder {
 public:
  OutputEncoder(const Topics& topics, const PartitionCounts& counts, std::string_view group);

  Output Alert(const picture::AlertTransition& transition) const;
  Output Aggregate(const picture::Aggregate& aggregate) const;
  Output Dead(const DeadLetter& letter, int64_t clock_ms) const;

  Status Produce(TransactionalSink& sink, const Output& output) const;

 private:
  const Topics topics_;
  const PartitionCounts counts_;
  const std::string source_;  // ce_source: "/lagesbild/<group>"
};

}  // namespace lagesbild::stream
