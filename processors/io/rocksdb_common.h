// What the embedded log and the stores share of RocksDB: one memory budget, options, and errors as
// our codes.
#pragma once

#include <rocksdb/options.h>
#include <rocksdb/status.h>
#include <rocksdb/write_buffer_manager.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"

namespace rocksdb {
class DB;
class WriteBatch;
}  // namespace rocksdb

namespace lagesbild::io {

// One budget for all databases of the process: a block cache, and the memtables counted in it; and
// what they reach their disk by (null: the system's), so that a test may have one that fails.
// Threads: any. Outlives the databases. (RocksDB asks for shared_ptr.)
class RocksMemory {
 public:
  explicit RocksMemory(size_t bytes, rocksdb::Env* disk = nullptr);
  size_t used() const;
  size_t capacity() const;
  rocksdb::Env* disk() const { return disk_; }
  const std::shared_ptr<rocksdb::Cache>& cache() const { return cache_; }
  const std::shared_ptr<rocksdb::WriteBufferManager>& write_buffers() const {
    return write_buffers_;
  }

 private:
  rocksdb::Env* const disk_;
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

// Writes to one database: WAL on, sync off, so that it is durable against the death of the process.
// Once a write has failed none is tried any more, and each is told why: the log ends in the middle
// of something, and RocksDB, where it is built with assertions, would end the process at the next.
// What was written is read again when the database is opened anew. Thread-compatible.
class RocksWriter {
 public:
  explicit RocksWriter(rocksdb::DB& db) : db_(db) {}
  Status Write(rocksdb::WriteBatch& batch);
  Status Put(std::string_view key, std::string_view value);

 private:
  rocksdb::DB& db_;
  Status failed_;
};

}  // namespace lagesbild::io
