// CsvReader: records of a CSV file (RFC 4180): quoted fields, "" for a quote, line ends inside
// quotes; .zst and .gz as LineReader has them. In: a path; out: one record's fields at a time.
// Thread-compatible.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "io/line_reader.h"

namespace lagesbild::feeds {

class CsvReader {
 public:
  static constexpr size_t kRecordBytesMax = size_t{1} << 20;

  struct Form {
    char separator = ',';
    bool comments = false;  // a line that begins with '#' is none of the records (our own tables)
  };

  // NotFound: no such file.
  static StatusOr<std::unique_ptr<CsvReader>> Open(const std::string& path, Form form);

  // True: `fields` is the next record; false: the end. Empty lines are passed over. InvalidArgument
  // (file:line: what): a quote that is not closed, text after a closing quote, a record that is too
  // long.
  StatusOr<bool> Next(std::vector<std::string>& fields);

  int64_t line() const { return line_; }  // where the last record begins, from 1

 private:
  CsvReader(std::string path, std::unique_ptr<io::LineReader> reader, Form form);
  Status Bad(std::string_view what) const;

  const std::string path_;
  const std::unique_ptr<io::LineReader> reader_;
  const Form form_;
  int64_t line_ = 0;
};

}  // namespace lagesbild::feeds
