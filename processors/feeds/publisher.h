// Publisher: where a feed's raw records go. The seam between "what a source says" and "where it is
// written".
//
// A feed turns something into RawMessages for the input topics; app picks the publisher: replay
// NDJSON (feeds/replay_writer.h), Kafka or the embedded log (io/). In: records in the order of
// their timestamps. Threads: one at a time.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"

namespace lagesbild::feeds {

struct RawMessage {
  std::string topic;         // short name: "incidents", "tips", "commands", or a source's own
  int64_t timestamp_ms = 0;  // of the record (Unix, UTC)
  std::string key;           // org/id; commands: the picture, or the org of a heartbeat
  std::string value;         // bytes, JSON as a rule
  std::vector<std::pair<std::string, std::string>> headers;
  friend bool operator==(const RawMessage&, const RawMessage&) = default;
};

class Publisher {
 public:
  virtual ~Publisher() = default;
  // Takes the record; may keep it until Flush. Unavailable: not written, call again.
  // ResourceExhausted: disk full.
  virtual Status Publish(const RawMessage& message) = 0;
  // All that was published is written (Kafka: acknowledged).
  virtual Status Flush() = 0;
};

}  // namespace lagesbild::feeds
