#include "picture/counts.h"

namespace lagesbild::picture {

void Counts::Add(const Counts& other, int sign) {
  const uint32_t minus = sign > 0 ? 0 : ~0u;  // n ^ minus - minus is n or, modulo 2^32, -n
  const auto add = [minus](uint32_t& to, uint32_t n) { to += (n ^ minus) - minus; };
  add(incidents, other.incidents);
  add(corroborated, other.corroborated);
  add(solid, other.solid);
  add(solid_trusted, other.solid_trusted);
  add(solid_confirmed, other.solid_confirmed);
  add(solid_public, other.solid_public);
  for (int k = 0; k < kKindCount; ++k) add(reports[k], other.reports[k]);
}

Counts CountsOf(const Contribution& contribution) {
  Counts counts;
  counts.incidents = 1;
  counts.corroborated = contribution.corroborated ? 1 : 0;
  counts.reports = contribution.reports;
  if (!contribution.solid) return counts;
  counts.solid = 1;
  counts.solid_trusted = contribution.trusted ? 1 : 0;
  counts.solid_confirmed = contribution.confirmed ? 1 : 0;
  counts.solid_public = contribution.reports[static_cast<size_t>(Kind::kPublic)];
  return counts;
}

}  // namespace lagesbild::picture
