// StateRows: the stored rows of the partitions that this machine has, as names and JSON, also while
// the service runs: each partition as it is at the moment it is opened (io/rocksdb_store.h,
// OpenToRead).
//
// In: <state.dir>/<group>; out: rows in key order, named as in picture/row_text.h; the engine's own
// two as "!meta" and "!local" (stream/meta.h). Nothing is written. Thread-compatible.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/config/config.h"
#include "base/status.h"
#include "stream/picture_state.h"
#include "stream/ports.h"

namespace lagesbild::app {

struct StateRow {
  int32_t partition = 0;
  std::string_view key, value;
};

// "!meta", "!local", or the fold's name for it.
std::string StateRowName(std::string_view key);
// DataLoss: it cannot be read.
StatusOr<std::string> StateRowJson(std::string_view key, std::string_view value);

class StateRows {
 public:
  // `partition` -1: all there are. DataLoss: there is no state, or it is damaged, foreign, newer.
  static StatusOr<StateRows> Open(const Config& config, int32_t partition);

  struct Partition {
    int32_t number = 0;
    std::unique_ptr<stream::Store> store;
    stream::StoreHead head;
  };
  const std::vector<Partition>& partitions() const { return partitions_; }
  uint64_t row_count() const;  // of the fold, as META says
  Status ForEach(const std::function<Status(const StateRow&)>& row) const;

 private:
  std::vector<Partition> partitions_;
};

}  // namespace lagesbild::app
