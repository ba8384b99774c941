// Panes: the counts of a series by the time at which they start, ascending, sparse, packed.
//
// Nearly every pane counts a few incidents of one minute, so its numbers are kept in a byte each;
// the first that needs more makes all of them four bytes wide, for as long as there are any. Taking
// panes off the front is amortized: a city's series has a thousand of them. Thread-compatible.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "picture/counts.h"

namespace lagesbild::picture {

class Panes {
 public:
  // `step_ms`: there is at most one pane a step.
  explicit Panes(int64_t step_ms) : step_ms_(step_ms) {}

  int64_t step_ms() const { return step_ms_; }
  size_t size() const { return wide_.empty() ? narrow_.size() - gone_ : wide_.size() - gone_; }
  bool empty() const { return size() == 0; }
  int64_t start_ms(size_t index) const {
    return wide_.empty() ? narrow_[gone_ + index].start_ms : wide_[gone_ + index].start_ms;
  }
  Counts counts(size_t index) const;
  // Has the processor fetch the newest, and where the next goes.
  void PrefetchLast() const;
  // Index of the first pane that starts at `start_ms` or later; size() if there is none.
  size_t LowerBound(int64_t start_ms) const;

  void Insert(size_t index, int64_t start_ms);  // an empty one
  // False: it counts nothing any more.
  bool Add(size_t index, const Counts& counts, int sign);
  void Erase(size_t index);
  void DropFront(size_t count);

 private:
  static constexpr size_t kNumbers = 6 + kKindCount - 1;  // no kind is 0
  template <typename Number>
  struct Pane {
    int64_t start_ms = 0;
    std::array<Number, kNumbers> numbers{};
  };
  static std::array<uint32_t, kNumbers> NumbersOf(const Counts& counts);
  void Widen();
  template <typename F>
  auto OnPanes(F&& f);
  template <typename F>
  auto OnPanes(F&& f) const;

  int64_t step_ms_;
  // One of the two is empty.
  std::vector<Pane<uint8_t>> narrow_;
  std::vector<Pane<uint32_t>> wide_;
  size_t gone_ = 0;  // at the front
};

}  // namespace lagesbild::picture
