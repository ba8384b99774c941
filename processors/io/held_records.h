// HeldRecords: the records of a small transaction, copied, until the sink sends them.
//
// Why: right after a commit the broker still writes its markers, and refuses to add partitions to
// the next transaction; librdkafka asks again after 20 ms. Offsets that are refused are sent again
// after retry.backoff.ms, which is ours to set. So the sink sends the offsets of a transaction that
// follows closely first, and its records then. Bounded: what does not fit makes it no small
// transaction, and 20 ms matter little. Thread-compatible.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "stream/ports.h"

namespace lagesbild::io {

class HeldRecords {
 public:
  static constexpr size_t kRecordsMax = 256;
  static constexpr size_t kBytesMax = 256 * 1024;

  // False, and nothing taken: full.
  bool Add(const stream::TopicPartition& to, const stream::OutRecord& record);
  // Gives back all, in order, and is empty then; stops at the first error.
  Status Release(
      const std::function<Status(const stream::TopicPartition&, const stream::OutRecord&)>& send);
  void Clear();

 private:
  struct Held {
    stream::TopicPartition to;
    std::string key;
    std::optional<std::string> value;
    std::vector<std::pair<std::string, std::string>> headers;
    std::optional<int64_t> timestamp_ms;
  };
  std::vector<Held> held_;
  size_t bytes_ = 0;
};

}  // namespace lagesbild::io
