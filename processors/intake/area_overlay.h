// Shapes laid over each other, and whether a shape is sound: what `areas check` and `areas grid`
// need.
//
// In: shapes in WGS84 degrees, edges straight in longitude/latitude; out: shapes and findings.
// Boost.Geometry (its overlay is exact enough for drawn borders; an unsound shape must not
// be laid over anything). Pure functions; thread-safe.
#pragma once

#include <string>

#include "intake/area_index.h"
#include "intake/area_surface.h"

namespace lagesbild::intake {

enum class Soundness : uint8_t {
  kSound,
  kTouches,  // its outline touches itself: not as RFC 7946 has it, but it does no harm
  kUnsound,  // inside and outside are not clear
};
struct ShapeFinding {
  Soundness soundness = Soundness::kSound;
  std::string text;  // "the outline crosses itself at 17.850000, 59.360000"; empty: sound
};
ShapeFinding CheckShape(const AreaShape& shape);

// What both cover; empty where they only touch. Neither may be unsound.
AreaShape Intersection(const AreaShape& a, const AreaShape& b);

}  // namespace lagesbild::intake
