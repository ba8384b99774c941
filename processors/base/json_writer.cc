#include "base/json_writer.h"

#include <charconv>
#include <cmath>
#include <cstring>

#include "base/time.h"

namespace lagesbild {
namespace {

bool MustBeEscaped(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

constexpr uint64_t kEach = 0x0101010101010101;  // times a byte: that byte eight times

// The high bit of a byte is set only if one of the eight must be escaped.
uint64_t MustBeEscaped(uint64_t eight) {
  const uint64_t quote = eight ^ kEach * '"', backslash = eight ^ kEach * '\\';
  return ((eight - kEach * 0x20) & ~eight) | ((quote - kEach) & ~quote) |
         ((backslash - kEach) & ~backslash);
}

bool AnyMustBeEscaped(std::string_view value) {
  uint64_t found = 0, eight = 0;
  size_t at = 0;
  for (; at + sizeof eight <= value.size(); at += sizeof eight) {
    std::memcpy(&eight, value.data() + at, sizeof eight);
    found |= MustBeEscaped(eight);
  }
  eight = kEach * ' ';
  std::memcpy(&eight, value.data() + at, value.size() - at);
  found |= MustBeEscaped(eight);
  return (found & kEach * 0x80) != 0;
}

void Escape(std::string_view value, std::string& out) {
  static constexpr char kDigits[] = "0123456789abcdef";
  for (char c : value) {
    if (!MustBeEscaped(c)) {
      out.push_back(c);
    } else if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else {
      const auto u = static_cast<unsigned char>(c);
      out.append("\\u00");
      out.push_back(kDigits[u >> 4]);
      out.push_back(kDigits[u & 15]);
    }
  }
}

}  // namespace

void JsonWriter::Comma() {
  if (comma_) out_.push_back(',');
  comma_ = true;
}

JsonWriter& JsonWriter::Open(char c) {
  Comma();
  out_.push_back(c);
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::Close(char c) {
  out_.push_back(c);
  comma_ = true;
  return *this;
}

void JsonWriter::Quoted(std::string_view value) {
  out_.push_back('"');
  if (AnyMustBeEscaped(value)) {
    Escape(value, out_);
  } else {
    out_.append(value);
  }
  out_.push_back('"');
}

JsonWriter& JsonWriter::Key(std::string_view name) {
  Comma();
  Quoted(name);
  out_.push_back(':');
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::PlainKey(std::string_view name) {
  Comma();
  out_.push_back('"');
  out_.append(name).append("\":");
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::String(std::string_view value) {
  Comma();
  Quoted(value);
  return *this;
}

JsonWriter& JsonWriter::Int(int64_t value) {
  Comma();
  char buffer[24];
  out_.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
  return *this;
}

JsonWriter& JsonWriter::Double(double value) {
  if (!std::isfinite(value)) return Null();
  Comma();
  char buffer[32];
  out_.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
  return *this;
}

JsonWriter& JsonWriter::Bool(bool value) { return Raw(value ? "true" : "false"); }
JsonWriter& JsonWriter::Null() { return Raw("null"); }

JsonWriter& JsonWriter::Time(int64_t ms) {
  Comma();
  out_.push_back('"');
  AppendTimeMs(ms, out_);
  out_.push_back('"');
  return *this;
}

JsonWriter& JsonWriter::Raw(std::string_view json) {
  Comma();
  out_.append(json);
  return *this;
}

}  // namespace lagesbild
