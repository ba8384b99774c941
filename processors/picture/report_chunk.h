// Report chunks: reports as rows, many to a row, as absolute values.
//
// A row is a record of the changelog, and brokers take a megabyte at most unless told otherwise: a
// chunk ends at a quarter of that. Thread-compatible.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/functional/function_ref.h"
#include "base/status.h"
#include "picture/report.h"

namespace lagesbild::picture {

// One entry of a stored chunk: a report as it stood, or that it is gone.
struct StoredReport {
  std::unique_ptr<HeldReport> report;  // key and keep_until_ms alone where it is not held
  bool held = false;
};
// Calls `take` for each entry, in the order written. DataLoss: not a chunk of this format.
Status ReadReportChunk(std::string_view row, absl::FunctionRef<void(StoredReport&&)> take);

// The number of the first chunk of a commit; those of a commit follow one another.
constexpr uint64_t FirstChunk(uint64_t commit) { return commit << 16; }

// Cuts entries into chunks.
class ChunkWriter {
 public:
  using Put = std::function<void(uint64_t chunk, int64_t keep_until_ms, std::string row)>;
  ChunkWriter(uint64_t first, Put put) : chunk_(first), put_(std::move(put)) {}

  // `report` null: it is gone.
  void Write(const ReportKey& key, int64_t until_ms, const HeldReport* report);
  // Puts what is not put yet; entries that follow begin another chunk.
  void Finish();

 private:
  uint64_t chunk_;
  const Put put_;
  std::string row_;
  int64_t keep_until_ms_ = 0;
};

}  // namespace lagesbild::picture
