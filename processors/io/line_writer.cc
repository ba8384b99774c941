#include "io/line_writer.h"

#include <fcntl.h>
#include <unistd.h>
#include <zstd.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

namespace lagesbild::io {
namespace {

constexpr size_t kBuffer = size_t{1} << 18;

class PlainWriter : public LineWriter {
 public:
  PlainWriter(std::string path, int fd, bool owned)
      : path_(std::move(path)), fd_(fd), owned_(owned) {}
  ~PlainWriter() override {
    if (owned_ && fd_ >= 0) ::close(fd_);
  }

  Status Write(std::string_view line) override {
    buffer_.append(line);
    buffer_.push_back('\n');
    return buffer_.size() < kBuffer ? absl::OkStatus() : Flush();
  }
  Status Flush() override {
    const Status written = WriteAll(buffer_);
    buffer_.clear();
    return written;
  }
  Status Close() override {
    LB_RETURN_IF_ERROR(Flush());
    const int fd = std::exchange(fd_, -1);
    return owned_ && ::close(fd) != 0 ? Failed() : absl::OkStatus();
  }

  Status WriteAll(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
      if (n >= 0) {
        bytes.remove_prefix(static_cast<size_t>(n));
      } else if (errno != EINTR) {
        return Failed();
      }
    }
    return absl::OkStatus();
  }

 private:
  Status Failed() const {
    const StatusCode code = errno == ENOSPC || errno == EDQUOT ? StatusCode::kResourceExhausted
                                                               : StatusCode::kUnavailable;
    return Error(code, path_ + ": " + std::strerror(errno));
  }

  const std::string path_;
  int fd_;
  const bool owned_;
  std::string buffer_;
};

class ZstdWriter : public LineWriter {
 public:
  explicit ZstdWriter(std::unique_ptr<PlainWriter> to)
      : to_(std::move(to)), stream_(ZSTD_createCStream()), out_(ZSTD_CStreamOutSize()) {}
  ~ZstdWriter() override { ZSTD_freeCStream(stream_); }

  Status Write(std::string_view line) override {
    buffer_.append(line);
    buffer_.push_back('\n');
    return buffer_.size() < kBuffer ? absl::OkStatus() : Compress(ZSTD_e_continue);
  }
  Status Flush() override { return Compress(ZSTD_e_flush); }
  Status Close() override {
    LB_RETURN_IF_ERROR(Compress(ZSTD_e_end));
    return to_->Close();
  }

 private:
  Status Compress(ZSTD_EndDirective directive) {
    ZSTD_inBuffer in{buffer_.data(), buffer_.size(), 0};
    for (;;) {
      ZSTD_outBuffer out{out_.data(), out_.size(), 0};
      const size_t left = ZSTD_compressStream2(stream_, &out, &in, directive);
      if (ZSTD_isError(left)) return Internal(ZSTD_getErrorName(left));
      LB_RETURN_IF_ERROR(to_->WriteAll({out_.data(), out.pos}));
      if (directive == ZSTD_e_continue ? in.pos == in.size : left == 0) break;
    }
    buffer_.clear();
    return absl::OkStatus();
  }

  const std::unique_ptr<PlainWriter> to_;
  ZSTD_CStream* const stream_;
  std::vector<char> out_;
  std::string buffer_;
};

}  // namespace

StatusOr<std::unique_ptr<LineWriter>> LineWriter::Create(const std::string& path) {
  int fd = STDOUT_FILENO;
  if (path != "-") {
    fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) return NotFound(path + ": " + std::strerror(errno));
  }
  auto plain = std::make_unique<PlainWriter>(path == "-" ? "stdout" : path, fd, path != "-");
  if (!path.ends_with(".zst")) return std::unique_ptr<LineWriter>(std::move(plain));
  return std::unique_ptr<LineWriter>(std::make_unique<ZstdWriter>(std::move(plain)));
}

}  // namespace lagesbild::io
