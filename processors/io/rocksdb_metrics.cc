#include "io/rocksdb_metrics.h"

#include <rocksdb/cache.h>

namespace lagesbild::io {

RocksMetrics::RocksMetrics(const RocksMemory& memory, stream::Metrics& metrics)
    : memory_(memory),
      cache_(metrics.gauge("rocksdb_block_cache_bytes", {})),
      cache_limit_(metrics.gauge("rocksdb_block_cache_limit_bytes", {})),
      cache_pinned_(metrics.gauge("rocksdb_block_cache_pinned_bytes", {})),
      memtable_(metrics.gauge("rocksdb_memtable_bytes", {})),
      memtable_active_(metrics.gauge("rocksdb_memtable_active_bytes", {})),
      memtable_limit_(metrics.gauge("rocksdb_memtable_limit_bytes", {})) {
  Update();
}

void RocksMetrics::Update() {
  const rocksdb::WriteBufferManager& buffers = *memory_.write_buffers();
  cache_.Set(static_cast<double>(memory_.used()));
  cache_limit_.Set(static_cast<double>(memory_.capacity()));
  cache_pinned_.Set(static_cast<double>(memory_.cache()->GetPinnedUsage()));
  memtable_.Set(static_cast<double>(buffers.memory_usage()));
  memtable_active_.Set(static_cast<double>(buffers.mutable_memtable_memory_usage()));
  memtable_limit_.Set(static_cast<double>(buffers.buffer_size()));
}

}  // namespace lagesbild::io
