// ReplayReader: replay input (contract, Replay) back into raw records, line by line.
//
// In: a line {"topic","timestamp","key","headers","value"}; out: a RawMessage whose value is the
// bytes that a topic would hold: an object as it stands, a string's own bytes, or those of
// {"base64": …}. The default key is org/id of the value. One parser's memory is used again for
// every line. Thread-compatible.
#pragma once

#include <memory>
#include <string_view>

#include "base/status.h"
#include "feeds/publisher.h"

namespace lagesbild::feeds {

class ReplayReader {
 public:
  ReplayReader();
  ~ReplayReader();

  // `line` is followed by at least io::LineReader::kPadding readable bytes. InvalidArgument: not a
  // line of replay input (the message says what is wrong, nothing of the content).
  Status Parse(std::string_view line, RawMessage& out);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lagesbild::feeds
