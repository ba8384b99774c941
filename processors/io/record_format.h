// How the embedded and the memory log keep one record, and how they hand batches of them out.
//
// Form: version (1) · timestamp_ms, signed varint · key, string · 1 and value, string, or 0 for a
// tombstone · number of headers · name, value of each. Varints and strings as in base/bytes.h.
// Thread-compatible.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "stream/ports.h"

namespace lagesbild::io {

std::string EncodeRecord(const stream::OutRecord& record, int64_t now_ms);

// What housekeeping looks at. DataLoss: not a record.
struct RecordHead {
  int64_t timestamp_ms = 0;
  std::string_view key;  // into what was read
  bool tombstone = false;
};
StatusOr<RecordHead> ReadHead(std::string_view encoded);

// Gathers encoded records and turns them into a Batch that owns them.
class BatchBuilder {
 public:
  void Add(int64_t offset, std::string encoded) {
    records_.emplace_back(offset, std::move(encoded));
  }
  size_t size() const { return records_.size(); }
  // DataLoss, naming the offset: a record that cannot be read.
  StatusOr<stream::Batch> Build(int64_t next_offset, bool drained) &&;

 private:
  std::vector<std::pair<int64_t, std::string>> records_;
};

}  // namespace lagesbild::io
