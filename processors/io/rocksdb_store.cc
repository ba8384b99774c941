#include "io/rocksdb_store.h"

#include <fcntl.h>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
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
  explicit RocksStore(std::unique_ptr<rocksdb::DB> db) : db_(std::move(db)) {}

  Status Write(std::vector<Change> changes) override {
    rocksdb::WriteBatch batch;
    for (const Change& c : changes) {
      if (c.value) {
        batch.Put(c.key, *c.value);
      } else {
        batch.Delete(c.key);
      }
    }
    return FromRocks(db_->Write(CommitOptions(), &batch));
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
};

Status CheckIdentity(rocksdb::DB& db, const std::string& dir, const std::string& group,
                     int32_t partition) {
  std::string row;
  const rocksdb::Status status = db.Get(rocksdb::ReadOptions(), SliceOf(kIdentityKey), &row);
  if (status.IsNotFound()) {
    std::unique_ptr<rocksdb::Iterator> it(db.NewIterator(rocksdb::ReadOptions()));
    it->SeekToFirst();
    if (it->Valid()) return DataLoss(dir + " is a database, but not one of ours");
    LB_RETURN_IF_ERROR(FromRocks(it->status()));
    return FromRocks(db.Put(CommitOptions(), SliceOf(kIdentityKey), Identity(group, partition)));
  }
  LB_RETURN_IF_ERROR(FromRocks(status));
  if (!row.empty() && static_cast<uint8_t>(row[0]) > kFormat) {
    return DataLoss(dir + " was written by a newer version of this program");
  }
  if (row != Identity(group, partition)) {
    return DataLoss(dir + " belongs to another group or partition");
  }
  return absl::OkStatus();
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

std::string RocksStores::DirOf(int32_t partition) const {
  return dir_ + "/picture-" + std::to_string(partition);
}

StatusOr<std::unique_ptr<stream::Store>> RocksStores::Open(int32_t partition) {
  const std::string dir = DirOf(partition);
  StatusOr<std::unique_ptr<rocksdb::DB>> opened = OpenRocks(dir, memory_);
  // No other process works in our folder, so it is a worker of this one.
  if (absl::IsFailedPrecondition(opened.status())) {
    return Unavailable(dir + " is still open in this process");
  }
  LB_RETURN_IF_ERROR(opened.status());
  std::unique_ptr<rocksdb::DB> db = *std::move(opened);
  LB_RETURN_IF_ERROR(CheckIdentity(*db, dir, group_, partition));
  return std::make_unique<RocksStore>(std::move(db));
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
