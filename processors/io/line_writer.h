// LineWriter: lines to a file, zstd-compressed where its name ends in .zst; "-" is stdout. The
// counterpart of LineReader.
//
// In: lines without '\n'; out: a file that is whole once Close has said OK. Buffers 256 KiB.
// Thread-compatible.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"

namespace lagesbild::io {

class LineWriter {
 public:
  virtual ~LineWriter() = default;  // without Close: what was buffered is lost

  // NotFound: the file cannot be created (an existing one is replaced).
  static StatusOr<std::unique_ptr<LineWriter>> Create(const std::string& path);

  // ResourceExhausted: the disk is full. Unavailable: the reader of a pipe is gone, or another
  // write error.
  virtual Status Write(std::string_view line) = 0;
  virtual Status
  Flush() = 0;  // what was written so far can be read (a .zst: ends a block, not the frame)
  virtual Status Close() = 0;  // nothing may be written after it
};

}  // namespace lagesbild::io
