// SimRandom: the simulator's one source of chance: the same seed gives the same numbers on every
// machine.
//
// SplitMix64. The distributions of the standard library differ between libraries, so they are not
// used. Thread-compatible.
#pragma once

#include <cstdint>

#include "absl/time/time.h"

namespace lagesbild::sim {

class SimRandom {
 public:
  explicit SimRandom(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  // In [0, n); n ≥ 1.
  int64_t Below(int64_t n) { return static_cast<int64_t>(Next() % static_cast<uint64_t>(n)); }
  // In [low, high], both included.
  int64_t Between(int64_t low, int64_t high) { return low + Below(high - low + 1); }
  bool OneIn(int64_t n) { return Below(n) == 0; }
  bool Percent(int64_t p) { return Below(100) < p; }
  absl::Duration UpTo(absl::Duration most) {
    return absl::Milliseconds(Between(0, absl::ToInt64Milliseconds(most)));
  }
  // One of `list`.
  template <typename List>
  const auto& Of(const List& list) {
    return list[static_cast<size_t>(Below(static_cast<int64_t>(std::size(list))))];
  }
  // A generator of its own, so that what draws from it does not shift what draws from this.
  SimRandom Fork() { return SimRandom(Next()); }

 private:
  uint64_t state_;
};

}  // namespace lagesbild::sim
