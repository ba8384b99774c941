// How the embedded log's database is laid out. Numbers are big-endian, so that keys sort as they
// do.
//
//   "f"                                       format row: format (1), "lagesbild-log"
//   "t" name                                  topic: format, id, partitions, settings
//   "p" topic id, partition                   where a partition stands
//   "r" topic id, partition, offset           record (io/record_format.h)
//   "o" topic id, partition, group            committed offset: format, offset, metadata
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace lagesbild::io::embedded {

inline constexpr uint8_t kFormat = 1;
inline constexpr std::string_view kFormatKey = "f";
inline constexpr std::string_view kWhat = "lagesbild-log";

inline std::string FormatRow() {
  std::string row;
  ByteWriter w(row);
  w.Byte(kFormat);
  w.String(kWhat);
  return row;
}

inline std::string TopicKey(std::string_view name) { return "t" + std::string(name); }

// 'p', 'r' or 'o' and the partition.
inline std::string PartitionKey(char kind, uint32_t topic, int32_t partition) {
  std::string key(1, kind);
  ByteWriter(key).BigEndian64(uint64_t{topic} << 32 | static_cast<uint32_t>(partition));
  return key;
}

inline std::string RecordKeyOf(uint32_t topic, int32_t partition, int64_t offset) {
  std::string key = PartitionKey('r', topic, partition);
  ByteWriter(key).BigEndian64(static_cast<uint64_t>(offset));
  return key;
}

// Where a partition stands: format · begin · end · bytes · dirty · live (EmbeddedLog::Partition).
inline std::string PartitionRow(int64_t begin, int64_t end, int64_t bytes, int64_t dirty,
                                int64_t live) {
  std::string row;
  ByteWriter w(row);
  w.Byte(kFormat);
  for (int64_t v : {begin, end, bytes, dirty, live}) w.Signed(v);
  return row;
}

inline int64_t OffsetOfRecordKey(std::string_view key) {
  return static_cast<int64_t>(ByteReader(key.substr(key.size() - 8)).BigEndian64());
}

}  // namespace lagesbild::io::embedded
