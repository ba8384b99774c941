#include "base/hash.h"

#include <xxhash.h>

#include <cstring>

#include "base/check.h"

namespace lagesbild {
namespace {

// murmur2 as in org.apache.kafka.common.utils.Utils: 32 bits, seed 0x9747b28c.
uint32_t Murmur2(std::string_view data) {
  constexpr uint32_t kM = 0x5bd1e995;
  const size_t length = data.size();
  uint32_t h = 0x9747b28c ^ static_cast<uint32_t>(length);
  size_t i = 0;
  for (; i + 4 <= length; i += 4) {
    uint32_t k;
    std::memcpy(&k, data.data() + i, 4);
    k *= kM;
    k ^= k >> 24;
    k *= kM;
    h = (h * kM) ^ k;
  }
  const auto byte = [&](size_t j) { return static_cast<uint32_t>(static_cast<uint8_t>(data[j])); };
  switch (length - i) {
    case 3:
      h ^= byte(i + 2) << 16;
      [[fallthrough]];
    case 2:
      h ^= byte(i + 1) << 8;
      [[fallthrough]];
    case 1:
      h ^= byte(i);
      h *= kM;
  }
  h ^= h >> 13;
  h *= kM;
  h ^= h >> 15;
  return h;
}

}  // namespace

uint64_t StableHash(std::initializer_list<std::string_view> parts) {
  std::string joined;
  for (std::string_view part : parts) {
    const auto n = static_cast<uint32_t>(part.size());
    for (int shift = 0; shift < 32; shift += 8) joined.push_back(static_cast<char>(n >> shift));
    joined.append(part);
  }
  return XXH3_64bits(joined.data(), joined.size());
}

void AppendHex(uint64_t value, std::string& out) {
  static constexpr char kDigits[] = "0123456789abcdef";
  char digits[16];
  for (int i = 15; i >= 0; --i, value >>= 4) digits[i] = kDigits[value & 15];
  out.append(digits, sizeof digits);
}

std::string Hex(uint64_t value) {
  std::string out;
  AppendHex(value, out);
  return out;
}

int32_t PartitionOf(std::string_view key, int32_t partitions) {
  LB_CHECK(partitions > 0);
  return static_cast<int32_t>((Murmur2(key) & 0x7fffffff) % static_cast<uint32_t>(partitions));
}

}  // namespace lagesbild
