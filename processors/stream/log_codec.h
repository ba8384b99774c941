// LogEncoder, LogDecoder: picture-log records as bytes, safety.v1.LogRecord
// (schemas/safety/v1/log_record.proto).
//
// Between intake and the log, and between the log and the picture. Both keep their Protobuf message
// between calls, so that a record costs no allocation. Thread-compatible; one worker thread owns
// each.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/log_record.h"
#include "base/status.h"

namespace lagesbild::stream {

inline constexpr uint32_t kLogRecordVersion = 1;

class LogEncoder {
 public:
  LogEncoder();
  ~LogEncoder();
  // Replaces what `out` holds.
  void Encode(const LogRecord& record, std::string& out);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

class LogDecoder {
 public:
  LogDecoder();
  ~LogDecoder();
  // Fills `out`, reusing its memory. DataLoss, naming nothing of the content: not a LogRecord, or
  // one of a version or with a body that this program does not know.
  Status Decode(std::string_view bytes, LogRecord& out);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lagesbild::stream
