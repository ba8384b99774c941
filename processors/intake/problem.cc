#include "intake/problem.h"

#include <algorithm>

namespace lagesbild::intake {

std::string SafeName(std::string_view name) {
  constexpr size_t kNameBytesMax = 32;
  const auto harmless = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  if (name.empty() || !std::ranges::all_of(name, harmless)) return "?";
  return std::string(name.substr(0, kNameBytesMax));
}

std::string_view StageOf(Reason reason) {
  switch (reason) {
    case Reason::kTooLarge:
    case Reason::kNotJson:
    case Reason::kNotProtobuf:
    case Reason::kTooDeep:
      return "decode";
    case Reason::kUnknownArea:
      return "locate";
    case Reason::kUnknownAlert:
      return "picture";
    default:
      return "validate";
  }
}

}  // namespace lagesbild::intake
