// NameTable: the index of a field's name among a few that are known when compiling; a hash without
// collisions, found by the compiler, and one comparison.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lagesbild::intake {

template <size_t N>
class NameTable {
 public:
  // Does not compile if no factor separates the names.
  consteval explicit NameTable(const std::array<std::string_view, N>& names) : names_(names) {
    for (factor_ = 1; !Separates(); ++factor_) {
      if (factor_ == 10'000) throw "no factor separates these names";
    }
    slots_.fill(-1);
    for (size_t i = 0; i < N; ++i) slots_[Slot(names_[i])] = static_cast<int8_t>(i);
  }

  // -1: not one of them.
  constexpr int Find(std::string_view name) const {
    if (name.empty()) return -1;
    const int i = slots_[Slot(name)];
    return i >= 0 && names_[i] == name ? i : -1;
  }
  constexpr std::string_view name(size_t i) const { return names_[i]; }
  static constexpr size_t size() { return N; }

 private:
  static constexpr size_t kSlots = 64;
  static_assert(N <= kSlots / 2);

  constexpr size_t Slot(std::string_view name) const {
    const auto byte = [&](size_t i) {
      return static_cast<uint32_t>(static_cast<unsigned char>(name[i]));
    };
    const size_t size = name.size();
    const uint32_t mixed =
        byte(0) | byte(size - 1) << 8 | byte(size / 2) << 16 | static_cast<uint32_t>(size) << 24;
    return (mixed * factor_ >> 12) % kSlots;
  }
  consteval bool Separates() const {
    uint64_t taken = 0;
    for (const std::string_view name : names_) {
      const uint64_t bit = uint64_t{1} << Slot(name);
      if (taken & bit) return false;
      taken |= bit;
    }
    return true;
  }

  std::array<std::string_view, N> names_;
  std::array<int8_t, kSlots> slots_{};
  uint32_t factor_ = 1;
};

template <size_t N>
NameTable(const std::array<std::string_view, N>&) -> NameTable<N>;

}  // namespace lagesbild::intake
