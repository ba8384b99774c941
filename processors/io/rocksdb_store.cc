#include "io/rocksdb_store.h"

#include <fcntl.h>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/bytes.h"

namespace lagesbild::io {
namespace {

// Identity row: format (1) · "lagesbild-picture" · group · partition.
constexpr std::string_view kIdentityKey = "!identity";
constexpr uint8_t kFormat = 1;
constexpr std::string_view kWhat = "lagesbild-picture";

std::string Identity(const std::string& group, int32_t partition) {
  std::string row;
  ByteWriter w(row);
  w.Byte(kFormat);
  w.String(kWhat);
  w.String(group);
  w.Signed(partition);
  return row;
}

rocksdb::Slice SliceOf(std::string_view s) { return {s.data(), s.size()}; }

class RocksStore : public stream::Store {
 public:
  RocksStore(std::unique_ptr<rocksdb::DB> db, bool writes)
      : db_(std::move(db)), writer_(*db_), writes_(writes) {}

  Status Write(std::vector<Change> changes) override {
    if (!writes_) return FailedPrecondition("this store was opened to read");
    LB_RETURN_IF_ERROR(Settle());
    // In the order of keys, each goes into the memtable beside the one before.
    std::ranges::stable_sort(changes, {}, &Change::key);
    rocksdb::WriteBatch batch;
    for (const Change& c : changes) {
      if (c.value) {
        batch.Put(c.key, *c.value);
      } else {
        batch.Delete(c.key);
      }
    }
    return writer_.Write(batch);
  }

  // Without a write-ahead log: what is flushed of the memtables is a prefix of what was written.
  Status Restore(std::span<const ChangeView> changes) override {
    if (!writes_) return FailedPrecondition("this store was opened to read");
    unsettled_ = true;
    restored_.Clear();
    for (const ChangeView& c : changes) {
      if (c.value) {
        restored_.Put(SliceOf(c.key), SliceOf(*c.value));
      } else {
        restored_.Delete(SliceOf(c.key));
      }
    }
    rocksdb::WriteOptions options;
    options.disableWAL = true;
    return FromRocks(db_->Write(options, &restored_));
  }

  // The log of later writes must not be replayed over a memtable that is gone.
  Status Settle() override {
    if (!unsettled_) return absl::OkStatus();
    LB_RETURN_IF_ERROR(FromRocks(db_->Flush(rocksdb::FlushOptions())));
    unsettled_ = false;
    return absl::OkStatus();
  }

  StatusOr<std::optional<std::string>> Get(std::string_view key) override {
    std::string value;
    const rocksdb::Status status = db_->Get(rocksdb::ReadOptions(), SliceOf(key), &value);
    if (status.IsNotFound()) return std::optional<std::string>();
    LB_RETURN_IF_ERROR(FromRocks(status));
    return std::optional<std::string>(std::move(value));
  }

  Status ForEach(const std::function<Status(std::string_view, std::string_view)>& row) override {
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    options.readahead_size = 2 << 20;
    std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(options));
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      if (it->key() == SliceOf(kIdentityKey)) continue;
      LB_RETURN_IF_ERROR(
          row({it->key().data(), it->key().size()}, {it->value().data(), it->value().size()}));
    }
    return FromRocks(it->status());
  }

 private:
  std::unique_ptr<rocksdb::DB> db_;
  RocksWriter writer_;
  const bool writes_;
  bool unsettled_ = false;        // restored rows are in memtables only
  rocksdb::WriteBatch restored_;  // kept for its memory
};

// True if it is ours, false if it is empty.
StatusOr<bool> CheckIdentity(rocksdb::DB& db, const std::string& dir, const std::string& group,
                             int32_t partition) {
  std::string row;
  const rocksdb::Status status = db.Get(rocksdb::ReadOptions(), SliceOf(kIdentityKey), &row);
  if (status.IsNotFound()) {
    std::unique_ptr<rocksdb::Iterator> it(db.NewIterator(rocksdb::ReadOptions()));
    it->SeekToFirst();
    if (it->Valid()) return DataLoss(dir + " is a database, but not one of ours");
    LB_RETURN_IF_ERROR(FromRocks(it->status()));
    return false;
  }
  LB_RETURN_IF_ERROR(FromRocks(status));
  if (!row.empty() && static_cast<uint8_t>(row[0]) > kFormat) {
    return DataLoss(dir + " was written by a newer version of this program");
  }
  if (row != Identity(group, partition)) {
    return DataLoss(dir + " belongs to another group or partition");
  }
  return true;
}

constexpr std::string_view kFolder = "picture-";

std::string FolderOf(const std::string& group_dir, int32_t partition) {
  return group_dir + "/" + std::string(kFolder) + std::to_string(partition);
}

}  // namespace

StatusOr<std::unique_ptr<RocksStores>> RocksStores::Open(const std::string& dir,
                                                         const std::string& group,
                                                         const RocksMemory& memory) {
  const std::string group_dir = dir + "/" + group;
  std::error_code error;
  std::filesystem::create_directories(group_dir, error);
  if (error) return FailedPrecondition("cannot create " + group_dir + ": " + error.message());
  const std::string lock = group_dir + "/LOCK";
  const int fd = open(lock.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644);
  if (fd < 0) return FailedPrecondition("cannot open " + lock + ": " + std::strerror(errno));
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    close(fd);
    return FailedPrecondition("another process works in " + group_dir);
  }
  return std::unique_ptr<RocksStores>(new RocksStores(group_dir, group, memory, fd));
}

RocksStores::RocksStores(std::string dir, std::string group, const RocksMemory& memory, int lock_fd)
    : dir_(std::move(dir)), group_(std::move(group)), memory_(memory), lock_fd_(lock_fd) {}

RocksStores::~RocksStores() { close(lock_fd_); }

std::string RocksStores::DirOf(int32_t partition) const { return FolderOf(dir_, partition); }

StatusOr<std::unique_ptr<stream::Store>> RocksStores::Open(int32_t partition) {
  const std::string dir = DirOf(partition);
  StatusOr<std::unique_ptr<rocksdb::DB>> opened = OpenRocks(dir, memory_);
  // No other process works in our folder, so it is a worker of this one.
  if (absl::IsFailedPrecondition(opened.status())) {
    return Unavailable(dir + " is still open in this process");
  }
  LB_RETURN_IF_ERROR(opened.status());
  std::unique_ptr<rocksdb::DB> db = *std::move(opened);
  LB_ASSIGN_OR_RETURN(const bool ours, CheckIdentity(*db, dir, group_, partition));
  if (!ours) {
    LB_RETURN_IF_ERROR(RocksWriter(*db).Put(kIdentityKey, Identity(group_, partition)));
  }
  return std::make_unique<RocksStore>(std::move(db), /*writes=*/true);
}

StatusOr<std::unique_ptr<stream::Store>> RocksStores::OpenToRead(const std::string& dir,
                                                                 const std::string& group,
                                                                 int32_t partition) {
  const std::string folder = FolderOf(dir + "/" + group, partition);
  LB_ASSIGN_OR_RETURN(std::unique_ptr<rocksdb::DB> db, OpenRocksToRead(folder));
  LB_RETURN_IF_ERROR(CheckIdentity(*db, folder, group, partition).status());
  return std::make_unique<RocksStore>(std::move(db), /*writes=*/false);
}

std::vector<int32_t> RocksStores::Partitions(const std::string& dir, const std::string& group) {
  std::vector<int32_t> partitions;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(dir + "/" + group, error)) {
    const std::string name = entry.path().filename();
    int32_t partition = 0;
    if (!name.starts_with(kFolder)) continue;
    const char* end = name.data() + name.size();
    const auto [at, bad] = std::from_chars(name.data() + kFolder.size(), end, partition);
    if (bad == std::errc() && at == end) partitions.push_back(partition);
  }
  std::sort(partitions.begin(), partitions.end());
  return partitions;
}

Status RocksStores::Discard(int32_t partition) {
  const std::string dir = DirOf(partition);
  std::error_code error;
  for (int n = 1; n < 1000; ++n) {
    const std::string aside = dir + ".set-aside-" + std::to_string(n);
    if (std::filesystem::exists(aside, error)) continue;
    std::filesystem::rename(dir, aside, error);
    if (error) return Internal("cannot set " + dir + " aside: " + error.message());
    return absl::OkStatus();
  }
  return Internal("too many set-aside stores beside " + dir);
}

}  // namespace lagesbild::io
