#include "feeds/csv_reader.h"

#include <utility>

namespace lagesbild::feeds {

StatusOr<std::unique_ptr<CsvReader>> CsvReader::Open(const std::string& path, Form form) {
  LB_ASSIGN_OR_RETURN(auto reader, io::LineReader::Open(path, kRecordBytesMax));
  return std::unique_ptr<CsvReader>(new CsvReader(path, std::move(reader), form));
}

CsvReader::CsvReader(std::string path, std::unique_ptr<io::LineReader> reader, Form form)
    : path_(std::move(path)), reader_(std::move(reader)), form_(form) {}

Status CsvReader::Bad(std::string_view what) const {
  return InvalidArgument(path_ + ":" + std::to_string(line_) + ": " + std::string(what));
}

StatusOr<bool> CsvReader::Next(std::vector<std::string>& fields) {
  std::string_view line;
  do {
    LB_ASSIGN_OR_RETURN(const bool more, reader_->Next(line));
    if (!more) return false;
  } while (line.empty() || (form_.comments && line[0] == '#'));
  line_ = reader_->line() + 1;
  if (line_ == 1 && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);  // byte order mark

  fields.clear();
  std::string field;
  bool quoted = false;  // inside a quoted field
  bool closed = false;  // behind its closing quote
  size_t bytes = 0;
  for (size_t i = 0;; ++i) {
    if (i == line.size()) {
      if (!quoted) break;
      field.push_back('\n');  // the record goes on in the next line
      bytes += line.size();
      LB_ASSIGN_OR_RETURN(const bool more, reader_->Next(line));
      if (!more) return Bad("a quote is not closed");
      if (bytes + line.size() > kRecordBytesMax) return Bad("the record is too long");
      i = static_cast<size_t>(-1);
      continue;
    }
    const char c = line[i];
    if (quoted) {
      if (c != '"') {
        field.push_back(c);
      } else if (i + 1 < line.size() && line[i + 1] == '"') {
        field.push_back('"');
        ++i;
      } else {
        quoted = false;
        closed = true;
      }
    } else if (c == form_.separator) {
      fields.push_back(std::exchange(field, {}));
      closed = false;
    } else if (closed) {
      return Bad("text after a closing quote");
    } else if (c == '"' && field.empty()) {
      quoted = true;
    } else {
      field.push_back(c);
    }
  }
  fields.push_back(std::move(field));
  return true;
}

}  // namespace lagesbild::feeds
