// Random numbers of the town: a function of a seed alone, the same on every machine (integers only,
// no std distributions). SplitMix64 (Steele, Lea, Flood 2014).
#pragma once

#include <cstdint>

namespace lagesbild::feeds {

class TownRandom {
 public:
  // Two streams with other numbers for each pair of seeds.
  explicit TownRandom(uint64_t seed, uint64_t stream = 0) : state_(seed ^ Mix(stream + 1)) {}

  uint64_t Next() { return Mix(state_ += 0x9E3779B97F4A7C15); }
  // 0 ≤ value < n; n > 0.
  int64_t Below(int64_t n) { return static_cast<int64_t>(Next() % static_cast<uint64_t>(n)); }
  // low ≤ value ≤ high.
  int64_t Between(int64_t low, int64_t high) { return low + Below(high - low + 1); }
  bool Chance(int permille) { return Below(1000) < permille; }

 private:
  static uint64_t Mix(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }
  uint64_t state_;
};

}  // namespace lagesbild::feeds
