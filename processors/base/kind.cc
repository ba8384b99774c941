#include "base/kind.h"

namespace lagesbild {
namespace {

constexpr std::array<std::string_view, kKindCount> kNames = {
    "unspecified", "police", "rescue",      "transit",  "owner", "guard",
    "school",      "staff",  "association", "business", "public"};

}  // namespace

Tier TierOf(Kind kind) {
  switch (kind) {
    case Kind::kPolice:
    case Kind::kRescue:
      return Tier::kA;
    case Kind::kTransit:
    case Kind::kOwner:
    case Kind::kGuard:
    case Kind::kSchool:
    case Kind::kStaff:
      return Tier::kB;
    case Kind::kAssociation:
    case Kind::kBusiness:
      return Tier::kC;
    case Kind::kPublic:
    case Kind::kUnspecified:
      return Tier::kD;
  }
  return Tier::kD;
}

std::string_view KindName(Kind kind) { return kNames[static_cast<size_t>(kind)]; }

std::optional<Kind> KindFromName(std::string_view name) {
  for (int i = 1; i < kKindCount; ++i) {
    if (kNames[i] == name) return static_cast<Kind>(i);
  }
  return std::nullopt;
}

}  // namespace lagesbild
