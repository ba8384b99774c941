// RocksMetrics: the memory of all RocksDB databases of the process as metrics.
// In: the shared budget (RocksMemory). Out: the gauges rocksdb_*. Threads: Update by any.
#pragma once

#include "io/rocksdb_common.h"
#include "stream/metrics.h"

namespace lagesbild::io {

class RocksMetrics {
 public:
  // Both outlive it.
  RocksMetrics(const RocksMemory& memory, stream::Metrics& metrics);
  // Cheap; call it before each scrape (PrometheusMetrics::BeforeText).
  void Update();

 private:
  const RocksMemory& memory_;
  stream::Gauge &cache_, &cache_limit_, &cache_pinned_;
  stream::Gauge &memtable_, &memtable_active_, &memtable_limit_;
};

}  // namespace lagesbild::io
