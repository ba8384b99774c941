#include "intake/payload.h"

#include <algorithm>

namespace lagesbild::intake {
namespace {

enum class ContentType { kUnknown, kJson, kProtobuf, kCloudEvent };

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool EqualsIgnoringCase(std::string_view a, std::string_view lower) {
  return std::ranges::equal(a, lower, [](char x, char y) { return Lower(x) == y; });
}

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

ContentType ParseContentType(std::string_view text) {
  text = text.substr(0, text.find(';'));
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  constexpr std::string_view kJsonSuffix = "+json";
  if (EqualsIgnoringCase(text, "application/cloudevents+json")) return ContentType::kCloudEvent;
  if (EqualsIgnoringCase(text, "application/json") || EqualsIgnoringCase(text, "text/json") ||
      (text.size() > kJsonSuffix.size() &&
       EqualsIgnoringCase(text.substr(text.size() - kJsonSuffix.size()), kJsonSuffix))) {
    return ContentType::kJson;
  }
  if (EqualsIgnoringCase(text, "application/x-protobuf") ||
      EqualsIgnoringCase(text, "application/protobuf")) {
    return ContentType::kProtobuf;
  }
  return ContentType::kUnknown;
}

// True if `bytes` begin as a Protobuf message of ours and not as JSON text. The first fields of our
// messages have tags below 0x20; of those bytes JSON allows only white space, and after it comes a
// brace (a Protobuf string whose length is one of white space goes on with a letter).
bool LooksLikeProtobuf(std::string_view bytes) {
  if (bytes.empty() || static_cast<unsigned char>(bytes.front()) >= 0x20) return false;
  const auto first = std::ranges::find_if_not(bytes, IsSpace);
  return first == bytes.end() || *first != '{';
}

// Takes a varint off the front of `bytes`; false if there is none.
bool TakeVarint(std::string_view& bytes, uint64_t& out) {
  out = 0;
  for (int shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    out |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

// The path of the message in its file: a zigzag count, then as many indexes.
bool SkipMessagePath(std::string_view& bytes) {
  constexpr uint64_t kPathLengthMax = 8;
  uint64_t count, index;
  if (!TakeVarint(bytes, count)) return false;
  count >>= 1;
  if (count > kPathLengthMax) return false;
  for (; count > 0; --count) {
    if (!TakeVarint(bytes, index)) return false;
  }
  return true;
}

}  // namespace

std::optional<Problem> OpenPayload(std::string_view value, std::span<const Header> headers,
                                   Payload& out) {
  if (value.size() > kValueBytesMax) return Problem{Reason::kTooLarge, ""};
  ContentType type = ContentType::kUnknown;
  bool other_version = false;
  for (const Header& header : headers) {
    if (EqualsIgnoringCase(header.name, "content-type")) type = ParseContentType(header.value);
    if (EqualsIgnoringCase(header.name, "ce_specversion")) other_version = header.value != "1.0";
  }
  const bool framed = !value.empty() && value.front() == '\0';
  if (framed) value.remove_prefix(std::min<size_t>(value.size(), 5));
  const auto first = std::ranges::find_if_not(value, IsSpace);
  if (type == ContentType::kUnknown) {
    // Framed Protobuf goes on with the message's path, which may be any byte.
    const bool brace = first != value.end() && *first == '{';
    type =
        (framed ? !brace : LooksLikeProtobuf(value)) ? ContentType::kProtobuf : ContentType::kJson;
  }
  out.protobuf = type == ContentType::kProtobuf;
  out.cloud_event = type == ContentType::kCloudEvent;
  if (framed && out.protobuf && !SkipMessagePath(value)) return Problem{Reason::kNotProtobuf, ""};
  out.bytes = value;
  if (other_version) return Problem{Reason::kBadValue, "/specversion"};
  return std::nullopt;
}

}  // namespace lagesbild::intake
