// A record that could not be taken: coordinates and reason, never its content (contract, Dead
// letter).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lagesbild {

// In the order in which the checks are made; the first that fails is named.
enum class Reason : uint8_t {
  kTooLarge = 1,
  kNotJson,
  kNotProtobuf,
  kTooDeep,
  kUnknownField,
  kDuplicateField,
  kMissingField,
  kBadValue,
  kUnknownOrg,
  kUnknownClass,
  kUnknownArea,
  kFuture,
  kTooOld,
  kNotAllowed,
  kUnknownAlert,
};
inline constexpr int kReasonCount = 16;      // array size
std::string_view ReasonName(Reason reason);  // "too-large", …

struct DeadLetter {
  std::string topic;  // as the user named it: "incidents", not "safety.incidents.v1", in replay
  int32_t partition = 0;
  int64_t offset = 0;
  std::string_view stage;  // "decode" | "validate" | "locate" | "picture"; a literal
  Reason reason = Reason::kNotJson;
  std::string pointer;   // JSON pointer of the field, "" if none; unknown names cut to 32 of
                         // [a-zA-Z0-9_-], else "?"
  std::string key_hash;  // hex, keyed
};

// The dead letter as operators read it; an empty pointer or hash is null.
std::string DeadLetterJson(const DeadLetter& letter);

}  // namespace lagesbild
