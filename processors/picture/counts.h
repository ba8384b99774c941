// Counts: what a pane or a window of a series has counted. Plain data. Source: contract, "Windows".
#pragma once

#include <cstdint>

#include "picture/outputs.h"
#include "picture/report.h"

namespace lagesbild::picture {

struct Counts {
  uint32_t incidents = 0, corroborated = 0;
  // Of those known from more than tips: how many, how sure, and their reports by the public (all
  // reports of other kinds are theirs).
  uint32_t solid = 0, solid_trusted = 0, solid_confirmed = 0, solid_public = 0;
  KindCounts reports{};
  bool empty() const { return incidents == 0; }
  void Add(const Counts& other, int sign);  // sign 1 or -1
};
Counts CountsOf(const Contribution& contribution);

}  // namespace lagesbild::picture
