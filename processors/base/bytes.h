// ByteWriter, ByteReader: the primitives of stored rows. Varints are LEB128, signed ones zigzag;
// strings carry their length. A reader never reads past its end: after a bad read ok() is false and
// every value is 0 or empty.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/time.h"

namespace lagesbild {

class ByteWriter {
 public:
  explicit ByteWriter(std::string& out) : out_(out) {}
  void Byte(uint8_t v) { out_.push_back(static_cast<char>(v)); }
  void Varint(uint64_t v) {
    while (v >= 0x80) {
      out_.push_back(static_cast<char>(v | 0x80));
      v >>= 7;
    }
    out_.push_back(static_cast<char>(v));
  }
  void Signed(int64_t v) {
    Varint((static_cast<uint64_t>(v) << 1) ^ static_cast<uint64_t>(v >> 63));
  }
  void Double(double v) {
    char raw[sizeof v];
    std::memcpy(raw, &v, sizeof v);
    out_.append(raw, sizeof v);
  }
  void String(std::string_view v) {
    Varint(v.size());
    out_.append(v);
  }
  // Fixed width, most significant byte first: keys that sort as their numbers do.
  void BigEndian64(uint64_t v) {
    for (int shift = 56; shift >= 0; shift -= 8) out_.push_back(static_cast<char>(v >> shift));
  }

 private:
  std::string& out_;
};

class ByteReader {
 public:
  explicit ByteReader(std::string_view data) : data_(data) {}
  bool ok() const { return ok_; }
  bool done() const { return at_ == data_.size(); }
  uint8_t Byte() { return Need(1) ? static_cast<uint8_t>(data_[at_++]) : 0; }
  uint64_t Varint() {
    uint64_t v = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const uint8_t b = Byte();
      if (!ok_) return 0;
      v |= static_cast<uint64_t>(b & 0x7f) << shift;
      if ((b & 0x80) == 0) return v;
    }
    ok_ = false;
    return 0;
  }
  int64_t Signed() {
    const uint64_t v = Varint();
    return static_cast<int64_t>(v >> 1) ^ -static_cast<int64_t>(v & 1);
  }
  // A signed number that IsTimeMs.
  int64_t TimeMs() {
    const int64_t v = Signed();
    if (IsTimeMs(v)) return v;
    ok_ = false;
    return 0;
  }
  double Double() {
    double v = 0;
    if (Need(sizeof v)) {
      std::memcpy(&v, data_.data() + at_, sizeof v);
      at_ += sizeof v;
    }
    return v;
  }
  std::string_view View() {
    const uint64_t n = Varint();
    if (!ok_ || !Need(n)) return {};
    const std::string_view v = data_.substr(at_, n);
    at_ += n;
    return v;
  }
  std::string String() { return std::string(View()); }
  uint64_t BigEndian64() {
    uint64_t v = 0;
    for (int i = 0; i < 8; ++i) v = v << 8 | Byte();
    return v;
  }

 private:
  bool Need(uint64_t n) {
    if (n <= data_.size() - at_) return true;
    ok_ = false;
    at_ = data_.size();
    return false;
  }
  std::string_view data_;
  size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace lagesbild
