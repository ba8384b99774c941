#include "picture/panes.h"

#include <algorithm>

namespace lagesbild::picture {

template <typename F>
auto Panes::OnPanes(F&& f) {
  return wide_.empty() ? f(narrow_) : f(wide_);
}

template <typename F>
auto Panes::OnPanes(F&& f) const {
  return wide_.empty() ? f(narrow_) : f(wide_);
}

std::array<uint32_t, Panes::kNumbers> Panes::NumbersOf(const Counts& counts) {
  std::array<uint32_t, kNumbers> numbers{counts.incidents,       counts.corroborated,
                                         counts.solid,           counts.solid_trusted,
                                         counts.solid_confirmed, counts.solid_public};
  std::copy(counts.reports.begin() + 1, counts.reports.end(), numbers.begin() + 6);
  return numbers;
}

Counts Panes::counts(size_t index) const {
  Counts counts;
  OnPanes([&](const auto& panes) {
    const auto& n = panes[gone_ + index].numbers;
    counts.incidents = n[0];
    counts.corroborated = n[1];
    counts.solid = n[2];
    counts.solid_trusted = n[3];
    counts.solid_confirmed = n[4];
    counts.solid_public = n[5];
    std::copy(n.begin() + 6, n.end(), counts.reports.begin() + 1);
  });
  return counts;
}

void Panes::PrefetchLast() const {
  constexpr size_t kLine = 64;
  OnPanes([](const auto& panes) {
    const auto* bytes = reinterpret_cast<const char*>(panes.data());
    const size_t size = panes.size() * sizeof(panes[0]);
    for (size_t back = 0; back < 4 * kLine && back <= size; back += kLine) {
      __builtin_prefetch(bytes + (size - back), 1);
    }
  });
}

// The pane lies no more steps before the last one than time does; where every step has one, right
// there.
size_t Panes::LowerBound(int64_t start_ms) const {
  return OnPanes([&](const auto& panes) -> size_t {
    const auto begin = panes.begin() + static_cast<ptrdiff_t>(gone_), end = panes.end();
    if (begin == end || (end - 1)->start_ms < start_ms) return static_cast<size_t>(end - begin);
    const int64_t steps = ((end - 1)->start_ms - start_ms + step_ms_ - 1) / step_ms_;
    const auto last = end - 1;
    const auto from = steps < last - begin ? last - steps : begin;
    if (from->start_ms >= start_ms && from == begin) return 0;
    if (from->start_ms == start_ms) return static_cast<size_t>(from - begin);
    const auto before = [](const auto& pane, int64_t t) { return pane.start_ms < t; };
    return static_cast<size_t>(std::lower_bound(from, last, start_ms, before) - begin);
  });
}

void Panes::Insert(size_t index, int64_t start_ms) {
  OnPanes([&](auto& panes) {
    panes.insert(panes.begin() + static_cast<ptrdiff_t>(gone_ + index), {start_ms, {}});
  });
}

bool Panes::Add(size_t index, const Counts& counts, int sign) {
  const std::array<uint32_t, kNumbers> add = NumbersOf(counts);
  const uint32_t minus = sign > 0 ? 0 : ~0u;  // n ^ minus - minus is n or, modulo 2^32, -n
  if (wide_.empty()) {
    std::array<uint8_t, kNumbers>& numbers = narrow_[gone_ + index].numbers;
    std::array<uint32_t, kNumbers> sum;
    uint32_t bits = 0;
    for (size_t i = 0; i < kNumbers; ++i) bits |= sum[i] = numbers[i] + ((add[i] ^ minus) - minus);
    if (bits <= 0xff) {
      for (size_t i = 0; i < kNumbers; ++i) numbers[i] = static_cast<uint8_t>(sum[i]);
      return numbers[0] != 0;
    }
    Widen();
  }
  std::array<uint32_t, kNumbers>& numbers = wide_[gone_ + index].numbers;
  for (size_t i = 0; i < kNumbers; ++i) numbers[i] += (add[i] ^ minus) - minus;
  return numbers[0] != 0;
}

void Panes::Widen() {
  wide_.reserve(narrow_.capacity() - gone_);
  for (auto it = narrow_.begin() + static_cast<ptrdiff_t>(gone_); it != narrow_.end(); ++it) {
    Pane<uint32_t>& pane = wide_.emplace_back();
    pane.start_ms = it->start_ms;
    std::copy(it->numbers.begin(), it->numbers.end(), pane.numbers.begin());
  }
  narrow_ = {};
  gone_ = 0;
}

void Panes::Erase(size_t index) {
  OnPanes([&](auto& panes) { panes.erase(panes.begin() + static_cast<ptrdiff_t>(gone_ + index)); });
}

void Panes::DropFront(size_t count) {
  gone_ += count;
  OnPanes([&](auto& panes) {
    if (2 * gone_ < panes.size()) return;
    panes.erase(panes.begin(), panes.begin() + static_cast<ptrdiff_t>(gone_));
    gone_ = 0;
  });
}

}  // namespace lagesbild::picture
