// Instants: gathers the records of one clock value, so that the fold judges them together.
//
// From the log (bytes, in order) to picture::Fold::Instant. The instant that is still open may get
// more records; it is never part of a commit. Keeps the memory of its records from instant to
// instant. Thread-compatible.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log_record.h"
#include "base/status.h"
#include "stream/log_codec.h"

namespace lagesbild::stream {

class Instants {
 public:
  // `judge` gets each complete instant. One whose records take more than `bytes_max` is given in
  // parts, so that memory stays bounded.
  using Judge = std::function<Status(int64_t clock_ms, std::span<const LogRecord> records)>;
  Instants(int64_t bytes_max, Judge judge) : bytes_max_(bytes_max), judge_(std::move(judge)) {}

  // Takes the record at `offset`; `traceparent` is its header's, empty: none. DataLoss: it cannot
  // be read, or its clock is earlier than that of the record before it. Errors of `judge` are
  // passed on; then the record was not taken.
  Status Take(int64_t offset, std::string_view bytes, std::string_view traceparent = {});

  // Offset of the first record of the open instant; nullopt: none is open.
  std::optional<int64_t> first_open_offset() const {
    return count_ > 0 ? std::optional(first_offset_) : std::nullopt;
  }
  // Cuts made since the last call.
  int64_t TakeParts() { return std::exchange(parts_, 0); }
  // What was gathered is forgotten; reading goes on after an instant of this clock.
  void Reset(int64_t clock_ms);

 private:
  Status JudgeOpen();

  const int64_t bytes_max_;
  const Judge judge_;
  LogDecoder decoder_;
  std::vector<LogRecord> records_;  // the first count_ are the open instant's
  size_t count_ = 0;
  int64_t clock_ms_ = std::numeric_limits<int64_t>::min();
  int64_t first_offset_ = 0;
  int64_t bytes_ = 0;
  int64_t parts_ = 0;
};

}  // namespace lagesbild::stream
