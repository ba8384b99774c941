// Hashes whose values are stored or sent, so they may never change: identifiers and partitioning.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace lagesbild {

// 64 bits (XXH3) over the parts, each preceded by its length, so ("a","bc") and ("ab","c") differ.
uint64_t StableHash(std::initializer_list<std::string_view> parts);
std::string Hex(uint64_t value);  // 16 lower-case digits
void AppendHex(uint64_t value, std::string& out);

// The partition of a key out of `partitions`, as Kafka's own default partitioner has it (murmur2).
int32_t PartitionOf(std::string_view key, int32_t partitions);

}  // namespace lagesbild
