// The three ways a file can come: as it is, zstd (frames one after another too), gzip (members one
// after another too).
#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "base/check.h"
#include "io/line_reader.h"

namespace lagesbild::io {
namespace {

class FileSource : public ByteSource {
 public:
  FileSource(int fd, bool owned) : fd_(fd), owned_(owned) {}
  ~FileSource() override {
    if (owned_) ::close(fd_);
  }

  StatusOr<size_t> Read(char* to, size_t bytes_max) override {
    if (ahead_at_ < ahead_.size()) {
      const size_t n = std::min(bytes_max, ahead_.size() - ahead_at_);
      std::memcpy(to, ahead_.data() + ahead_at_, n);
      ahead_at_ += n;
      return n;
    }
    for (;;) {
      const ssize_t n = ::read(fd_, to, bytes_max);
      if (n >= 0) return static_cast<size_t>(n);
      if (errno != EINTR)
        return InvalidArgument(std::string("cannot read: ") + std::strerror(errno));
    }
  }

  // The first up to four bytes, which Read gives again.
  StatusOr<std::string> Peek() {
    std::string first;
    while (first.size() < 4) {
      char buffer[4];
      LB_ASSIGN_OR_RETURN(const size_t n, Read(buffer, 4 - first.size()));
      if (n == 0) break;
      first.append(buffer, n);
    }
    ahead_ = first;
    return first;
  }

 private:
  const int fd_;
  const bool owned_;
  std::string ahead_;
  size_t ahead_at_ = 0;
};

// Feeds compressed chunks to a decoder until it gives something.
class CompressedSource : public ByteSource {
 public:
  explicit CompressedSource(std::unique_ptr<ByteSource> from)
      : from_(std::move(from)), in_(size_t{1} << 17) {}

  StatusOr<size_t> Read(char* to, size_t bytes_max) override {
    for (;;) {  // first what the decoder may still hold, then more input
      LB_ASSIGN_OR_RETURN(const size_t n, Decode(to, bytes_max));
      if (n > 0) return n;
      if (in_at_ < in_end_) continue;
      LB_ASSIGN_OR_RETURN(in_end_, from_->Read(in_.data(), in_.size()));
      in_at_ = 0;
      if (in_end_ > 0) continue;
      if (inside_frame_) return InvalidArgument("the compressed file is cut short");
      return size_t{0};
    }
  }

 protected:
  // Takes from in_[in_at_, in_end_), moves in_at_, gives the number of bytes written to `to`.
  virtual StatusOr<size_t> Decode(char* to, size_t bytes_max) = 0;

  const std::unique_ptr<ByteSource> from_;
  std::vector<char> in_;
  size_t in_at_ = 0, in_end_ = 0;
  bool inside_frame_ = false;
};

class ZstdSource : public CompressedSource {
 public:
  explicit ZstdSource(std::unique_ptr<ByteSource> from)
      : CompressedSource(std::move(from)), stream_(ZSTD_createDStream()) {}
  ~ZstdSource() override { ZSTD_freeDStream(stream_); }

 protected:
  StatusOr<size_t> Decode(char* to, size_t bytes_max) override {
    ZSTD_inBuffer in{in_.data(), in_end_, in_at_};
    ZSTD_outBuffer out{to, bytes_max, 0};
    const size_t hint = ZSTD_decompressStream(stream_, &out, &in);
    if (ZSTD_isError(hint)) return InvalidArgument("the zstd data is damaged");
    if (in.pos != in_at_ || out.pos > 0) inside_frame_ = hint != 0;
    in_at_ = in.pos;
    return out.pos;
  }

 private:
  ZSTD_DStream* const stream_;
};

class GzipSource : public CompressedSource {
 public:
  explicit GzipSource(std::unique_ptr<ByteSource> from) : CompressedSource(std::move(from)) {
    LB_CHECK(inflateInit2(&stream_, 15 + 16) == Z_OK);  // 16: gzip framing only
  }
  ~GzipSource() override { inflateEnd(&stream_); }

 protected:
  StatusOr<size_t> Decode(char* to, size_t bytes_max) override {
    if (in_at_ < in_end_ && !inside_frame_) {
      inflateReset(&stream_);
      inside_frame_ = true;
    }
    if (!inside_frame_) return size_t{0};
    stream_.next_in = reinterpret_cast<Bytef*>(in_.data() + in_at_);
    stream_.avail_in = static_cast<uInt>(in_end_ - in_at_);
    stream_.next_out = reinterpret_cast<Bytef*>(to);
    stream_.avail_out = static_cast<uInt>(std::min(bytes_max, size_t{1} << 30));
    const uInt room = stream_.avail_out;
    const int code = inflate(&stream_, Z_NO_FLUSH);
    in_at_ = in_end_ - stream_.avail_in;
    if (code == Z_STREAM_END) {
      inside_frame_ = false;
    } else if (code != Z_OK && code != Z_BUF_ERROR) {  // Z_BUF_ERROR: wants more input
      return InvalidArgument("the gzip data is damaged");
    }
    return static_cast<size_t>(room - stream_.avail_out);
  }

 private:
  z_stream stream_{};
};

}  // namespace

StatusOr<std::unique_ptr<ByteSource>> OpenBytes(const std::string& path) {
  int fd = STDIN_FILENO;
  if (path != "-") {
    fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return NotFound(path + ": " + std::strerror(errno));
  }
  auto file = std::make_unique<FileSource>(fd, path != "-");
  auto first = file->Peek();
  if (!first.ok()) return InvalidArgument(path + ": " + Message(first.status()));
  if (*first == "\x28\xB5\x2F\xFD") {
    return std::unique_ptr<ByteSource>(std::make_unique<ZstdSource>(std::move(file)));
  }
  if (first->starts_with("\x1F\x8B")) {
    return std::unique_ptr<ByteSource>(std::make_unique<GzipSource>(std::move(file)));
  }
  return std::unique_ptr<ByteSource>(std::move(file));
}

}  // namespace lagesbild::io
