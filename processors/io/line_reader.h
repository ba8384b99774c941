// LineReader: a text file line by line, plain, zstd or gzip (told by its first bytes, not by its
// name); "-" is stdin.
//
// Place in the data path: replay and the feeds read their files through it. In: a path; out: views
// of lines without their '\n' (and without a '\r' before it), valid until the next call and
// followed by at least kPadding readable bytes, as simdjson wants them. Memory: one buffer that
// grows up to the longest line allowed. Thread-compatible.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"

namespace lagesbild::io {

// Bytes as they come out of a file, decompressed. Ends with 0 bytes.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual StatusOr<size_t> Read(char* to, size_t bytes_max) = 0;
};

class LineReader {
 public:
  static constexpr size_t kPadding = 64;
  static constexpr size_t kLineBytesMax = size_t{16} << 20;

  // NotFound: the file cannot be opened for reading.
  static StatusOr<std::unique_ptr<LineReader>> Open(const std::string& path,
                                                    size_t line_bytes_max = kLineBytesMax);
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  // True: `line` is the next line; false: the file is at its end. A last line without '\n' is a
  // line, an empty rest is none. InvalidArgument: a line longer than allowed, or a damaged or cut
  // compressed file (the message names the file and the line, from 1; nothing of the content).
  StatusOr<bool> Next(std::string_view& line);

  int64_t line() const {
    return line_;
  }  // number of the line last given, from 0; -1 before the first
  int64_t bytes_read() const {
    return bytes_read_;
  }  // decompressed bytes of the lines given so far

 private:
  LineReader(std::string path, std::unique_ptr<ByteSource> source, size_t line_bytes_max);
  StatusOr<bool> Fill();  // more bytes behind end_; false: there are none
  Status Bad(std::string_view what) const;

  const std::string path_;
  const std::unique_ptr<ByteSource> source_;
  const size_t line_bytes_max_;
  std::unique_ptr<char[]> buffer_;
  size_t capacity_ = 0;         // of buffer_, padding not counted
  size_t begin_ = 0, end_ = 0;  // unread bytes: [begin_, end_)
  bool at_end_ = false;
  int64_t line_ = -1;
  int64_t bytes_read_ = 0;
};

// Opens a file as bytes, decompressed where its first bytes say that it is compressed; "-" is
// stdin. NotFound as above.
StatusOr<std::unique_ptr<ByteSource>> OpenBytes(const std::string& path);

}  // namespace lagesbild::io
