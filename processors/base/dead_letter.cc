#include "base/dead_letter.h"

#include <array>

namespace lagesbild {

std::string_view ReasonName(Reason reason) {
  static constexpr std::array<std::string_view, kReasonCount> kNames = {
      "",          "too-large",     "not-json",        "not-protobuf",
      "too-deep",  "unknown-field", "duplicate-field", "missing-field",
      "bad-value", "unknown-org",   "unknown-class",   "unknown-area",
      "future",    "too-old",       "not-allowed",     "unknown-alert"};
  return kNames[static_cast<size_t>(reason)];
}

}  // namespace lagesbild
