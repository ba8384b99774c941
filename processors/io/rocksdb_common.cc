#include "io/rocksdb_common.h"

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <cstdarg>
#include <filesystem>

namespace lagesbild::io {
namespace {

constexpr size_t kWriteBufferBytes = 16 << 20;
constexpr int kReadAttempts = 5;

// RocksDB's own log of what it does goes beside the data; a reader leaves no trace there.
class NoLog : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

rocksdb::CompressionType BestCompression() {
  const auto supported = rocksdb::GetSupportedCompressions();
  const auto has = [&](rocksdb::CompressionType type) {
    return std::find(supported.begin(), supported.end(), type) != supported.end();
  };
  return has(rocksdb::kLZ4Compression) ? rocksdb::kLZ4Compression : rocksdb::kNoCompression;
}

}  // namespace

RocksMemory::RocksMemory(size_t bytes, rocksdb::Env* disk)
    : disk_(disk),
      cache_(rocksdb::NewLRUCache(bytes)),
      // Half of it for memtables, which are counted in the cache (no strict limit: reads would
      // fail).
      write_buffers_(std::make_shared<rocksdb::WriteBufferManager>(bytes / 2, cache_)) {}

size_t RocksMemory::used() const { return cache_->GetUsage(); }
size_t RocksMemory::capacity() const { return cache_->GetCapacity(); }

Status FromRocks(const rocksdb::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const std::string text = status.ToString();
  if (status.IsNoSpace()) return Error(StatusCode::kResourceExhausted, "disk full: " + text);
  if (status.IsCorruption() || status.IsPathNotFound() || status.IsInvalidArgument()) {
    return DataLoss(text);
  }
  if (status.IsIOError() && text.find("lock") != std::string::npos) {
    return FailedPrecondition("held by another process: " + text);
  }
  if (status.IsIOError() && text.find("No such file") != std::string::npos) return DataLoss(text);
  return Internal(text);
}

StatusOr<std::unique_ptr<rocksdb::DB>> OpenRocks(const std::string& dir,
                                                 const RocksMemory& memory) {
  std::error_code error;
  const bool exists = std::filesystem::exists(dir, error);
  if (exists && !std::filesystem::exists(dir + "/CURRENT", error)) {
    for (const auto& entry : std::filesystem::directory_iterator(dir, error)) {
      // A first opening that died early leaves these two.
      const std::string name = entry.path().filename();
      if (name != "LOCK" && name != "LOG") return DataLoss(dir + " has files but no database");
    }
  }
  rocksdb::Options options;
  if (memory.disk() != nullptr) options.env = memory.disk();
  options.create_if_missing = true;
  options.write_buffer_size = kWriteBufferBytes;
  options.max_write_buffer_number = 3;
  options.write_buffer_manager = memory.write_buffers();
  options.compression = BestCompression();
  options.keep_log_file_num = 2;
  options.max_log_file_size = 1 << 20;
  options.info_log_level = rocksdb::WARN_LEVEL;
  options.max_background_jobs = 2;
  options.max_total_wal_size = 4 * kWriteBufferBytes;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = memory.cache();
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));

  rocksdb::DB* db = nullptr;
  const rocksdb::Status opened = rocksdb::DB::Open(options, dir, &db);
  std::unique_ptr<rocksdb::DB> owned(db);
  LB_RETURN_IF_ERROR(FromRocks(opened));
  return owned;
}

// A reader of one moment, not a secondary: that one follows the writer, which nobody here needs,
// and wants a folder of its own to write to. All files are opened at once, so that a compaction of
// the writer takes none away later; one that does so in between is an opening that fails, and is
// done again.
StatusOr<std::unique_ptr<rocksdb::DB>> OpenRocksToRead(const std::string& dir) {
  std::error_code error;
  if (!std::filesystem::exists(dir, error)) return NotFound(dir + ": there is no state");
  if (!std::filesystem::exists(dir + "/CURRENT", error)) {
    return DataLoss(dir + " holds no database");
  }
  rocksdb::Options options;
  options.info_log = std::make_shared<NoLog>();
  options.max_open_files = -1;
  rocksdb::Status opened;
  for (int i = 0; i < kReadAttempts; ++i) {
    rocksdb::DB* db = nullptr;
    opened = rocksdb::DB::OpenForReadOnly(options, dir, &db);
    std::unique_ptr<rocksdb::DB> owned(db);
    if (opened.ok()) return owned;
  }
  return FromRocks(opened);
}

Status RocksWriter::Write(rocksdb::WriteBatch& batch) {
  if (!failed_.ok()) return failed_;
  rocksdb::WriteOptions options;
  options.sync = false;
  options.memtable_insert_hint_per_batch = true;
  return failed_ = FromRocks(db_.Write(options, &batch));
}

Status RocksWriter::Put(std::string_view key, std::string_view value) {
  rocksdb::WriteBatch batch;
  const rocksdb::Status put =
      batch.Put(rocksdb::Slice(key.data(), key.size()), rocksdb::Slice(value.data(), value.size()));
  return put.ok() ? Write(batch) : FromRocks(put);
}

}  // namespace lagesbild::io
