// Source kinds and their tiers (domain.md §2). The kind of a report comes from sources.yaml and the
// topic, never from the payload. The numbers are stored and on the wire: never reuse one.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace lagesbild {

enum class Kind : uint8_t {
  kUnspecified = 0,
  kPolice = 1,
  kRescue = 2,
  kTransit = 3,
  kOwner = 4,
  kGuard = 5,
  kSchool = 6,
  kStaff = 7,
  kAssociation = 8,
  kBusiness = 9,
  kPublic = 10,
};
inline constexpr int kKindCount = 11;  // array size: one slot a number above, 0 unused

enum class Tier : uint8_t { kA = 0, kB = 1, kC = 2, kD = 3 };  // lower is more trusted

Tier TierOf(Kind kind);
std::string_view KindName(Kind kind);                     // "police", …
std::optional<Kind> KindFromName(std::string_view name);  // nullopt: no such kind

}  // namespace lagesbild
