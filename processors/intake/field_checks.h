// What validate.cc and validate_command.cc share: the form of ids, and problems by their names.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "intake/problem.h"
#include "intake/raw_forms.h"

namespace lagesbild::intake {

inline constexpr size_t kIdBytesMax = 128;

using MaybeProblem = std::optional<Problem>;

inline Problem Missing(std::string_view pointer) {
  return {Reason::kMissingField, std::string(pointer)};
}
inline Problem Bad(std::string_view pointer) { return {Reason::kBadValue, std::string(pointer)}; }

inline bool IsIdByte(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == ':' || c == '-';
}

// 1 to 128 of [A-Za-z0-9._:-].
inline bool IsId(std::string_view text) {
  return !text.empty() && text.size() <= kIdBytesMax && std::ranges::all_of(text, IsIdByte);
}

// Not of the right type, or no id; an absent field counts as bad.
inline bool BadId(const Field<std::string_view>& field) {
  return field.bad() || !IsId(field.value);
}

}  // namespace lagesbild::intake
