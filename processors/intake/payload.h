// Payload: which form a record's value is in and where the form begins, from its headers and first
// bytes.
//
// Content types: application/json, …+json; application/x-protobuf, application/protobuf;
// application/cloudevents+json (a CloudEvent in structured mode). Any other, or none: looked at.
// Confluent's framing (00, a 4-byte schema id, and for Protobuf the path of the message in its
// file) is skipped over. A CloudEvent in binary mode is the payload with ce_ headers; those are not
// read but for their version. In: a record. Out: to decode.h. Pure.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "intake/intake.h"
#include "intake/problem.h"

namespace lagesbild::intake {

inline constexpr size_t kValueBytesMax = 16 * 1024;

struct Payload {
  bool protobuf = false;     // else JSON
  bool cloud_event = false;  // structured mode: the payload is under /data
  std::string_view bytes;    // within the record's value
};

// too-large; not-json or not-protobuf where the framing is cut off; bad-value for a CloudEvent of
// another version.
std::optional<Problem> OpenPayload(std::string_view value, std::span<const Header> headers,
                                   Payload& out);

}  // namespace lagesbild::intake
