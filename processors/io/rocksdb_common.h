// What the embedded log and the stores share of RocksDB: one memory budget, options, and errors as
// our codes.
#pragma once

#include <rocksdb/options.h>
#include <rocksdb/status.h>
#include <rocksdb/write_buffer_manager.h>

#include <cstddef>
#include <memory>
#include <string>

#include "base/status.h"

namespace rocksdb {
class DB;
}

namespace lagesbild::io {

// One budget for all databases of the process: a block cache, and the memtables counted in it.
// Threads: any. Outlives the databases. (RocksDB asks for shared_ptr.)
class RocksMemory {
 public:
  explicit RocksMemory(size_t bytes);
  size_t used() const;
  size_t capacity() const;
  const std::shared_ptr<rocksdb::Cache>& cache() const { return cache_; }
  const std::shared_ptr<rocksdb::WriteBufferManager>& write_buffers() const {
    return write_buffers_;
  }

 private:
  std::shared_ptr<rocksdb::Cache> cache_;
  std::shared_ptr<rocksdb::WriteBufferManager> write_buffers_;
};

// ResourceExhausted: disk full. FailedPrecondition: another process holds it. DataLoss: damaged.
Status FromRocks(const rocksdb::Status& status);

// Opens or creates the database in `dir` (its parent exists). DataLoss too where the folder has
// files but no database: never a silent empty start.
StatusOr<std::unique_ptr<rocksdb::DB>> OpenRocks(const std::string& dir, const RocksMemory& memory);

// Opens what is there to read, as it is at this moment, also while a service writes to it: no lock
// is taken, and nothing in the folder is written. NotFound: there is no database. DataLoss:
// damaged.
StatusOr<std::unique_ptr<rocksdb::DB>> OpenRocksToRead(const std::string& dir);

// WAL on, sync off: durable against the death of the process.
rocksdb::WriteOptions CommitOptions();

}  // namespace lagesbild::io
