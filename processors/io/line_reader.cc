#include "io/line_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace lagesbild::io {
namespace {

constexpr size_t kChunk = size_t{1} << 18;

}  // namespace

StatusOr<std::unique_ptr<LineReader>> LineReader::Open(const std::string& path,
                                                       size_t line_bytes_max) {
  LB_ASSIGN_OR_RETURN(auto source, OpenBytes(path));
  return std::unique_ptr<LineReader>(
      new LineReader(path == "-" ? "stdin" : path, std::move(source), line_bytes_max));
}

LineReader::LineReader(std::string path, std::unique_ptr<ByteSource> source, size_t line_bytes_max)
    : path_(std::move(path)),
      source_(std::move(source)),
      line_bytes_max_(line_bytes_max),
      buffer_(new char[kChunk + kPadding]()),
      capacity_(kChunk) {}

LineReader::~LineReader() = default;

Status LineReader::Bad(std::string_view what) const {
  return InvalidArgument(path_ + ":" + std::to_string(line_ + 2) + ": " + std::string(what));
}

StatusOr<bool> LineReader::Fill() {
  if (at_end_) return false;
  if (begin_ > 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (capacity_ - end_ < kChunk / 2) {
    const size_t bigger = capacity_ * 2;
    std::unique_ptr<char[]> grown(new char[bigger + kPadding]());
    std::memcpy(grown.get(), buffer_.get(), end_);
    buffer_ = std::move(grown);
    capacity_ = bigger;
  }
  auto got = source_->Read(buffer_.get() + end_, capacity_ - end_);
  if (!got.ok()) return Bad(Message(got.status()));
  end_ += *got;
  at_end_ = *got == 0;
  return !at_end_;
}

StatusOr<bool> LineReader::Next(std::string_view& line) {
  size_t searched = begin_;
  for (;;) {
    const char* found =
        static_cast<const char*>(std::memchr(buffer_.get() + searched, '\n', end_ - searched));
    const bool last = found == nullptr && at_end_;
    if (last && begin_ == end_) return false;
    if (found != nullptr || last) {
      const size_t stop = found != nullptr ? static_cast<size_t>(found - buffer_.get()) : end_;
      if (stop - begin_ > line_bytes_max_) return Bad("the line is too long");
      line = std::string_view(buffer_.get() + begin_, stop - begin_);
      const size_t taken = stop - begin_ + (found != nullptr ? 1 : 0);
      bytes_read_ += static_cast<int64_t>(taken);
      begin_ += taken;
      if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
      ++line_;
      return true;
    }
    if (end_ - begin_ > line_bytes_max_) return Bad("the line is too long");
    const size_t unread = end_ - begin_;
    LB_ASSIGN_OR_RETURN(const bool more, Fill());
    (void)more;
    searched = begin_ + unread;
  }
}

}  // namespace lagesbild::io
