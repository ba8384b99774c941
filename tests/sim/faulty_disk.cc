#include "sim/faulty_disk.h"

#include <filesystem>
#include <utility>

namespace lagesbild::sim {

using rocksdb::Slice;
using RocksStatus = rocksdb::Status;

namespace {

RocksStatus Gone() { return RocksStatus::IOError("simulated: the process is dead"); }

}  // namespace

class FaultyFile : public rocksdb::WritableFileWrapper {
 public:
  FaultyFile(FaultyDisk& disk, std::string name, std::unique_ptr<rocksdb::WritableFile> file)
      : WritableFileWrapper(file.get()),
        disk_(disk),
        name_(std::move(name)),
        file_(std::move(file)) {}

  RocksStatus Append(const Slice& data) override {
    const FaultyDisk::Fate fate = disk_.FateOf(name_, data.size());
    if (fate.bytes > 0) {
      const RocksStatus status = file_->Append(Slice(data.data(), fate.bytes));
      if (!status.ok()) return status;
      // A process that dies leaves to the system what it wrote.
      if (!fate.status.ok()) file_->Flush().PermitUncheckedError();
      disk_.Appended(name_, fate.bytes);
    }
    return fate.status;
  }
  RocksStatus Append(const Slice& data, const rocksdb::DataVerificationInfo&) override {
    return Append(data);
  }
  RocksStatus PositionedAppend(const Slice&, uint64_t) override {
    return RocksStatus::NotSupported("files are appended to");
  }
  RocksStatus PositionedAppend(const Slice& data, uint64_t offset,
                               const rocksdb::DataVerificationInfo&) override {
    return PositionedAppend(data, offset);
  }
  RocksStatus Truncate(uint64_t) override { return disk_.Writable(); }
  // The disk under this one need not be waited for.
  RocksStatus Sync() override { return Synced(file_->Flush()); }
  RocksStatus Fsync() override { return Sync(); }

 private:
  RocksStatus Synced(const RocksStatus& status) {
    const RocksStatus writable = disk_.Writable();
    if (!writable.ok()) return writable;
    if (status.ok()) disk_.Synced(name_);
    return status;
  }

  FaultyDisk& disk_;
  const std::string name_;
  const std::unique_ptr<rocksdb::WritableFile> file_;
};

void FaultyDisk::DieAtWrite(int64_t n, Death death) {
  absl::MutexLock lock(&mu_);
  writes_left_ = n;
  death_ = death;
}

void FaultyDisk::Die() {
  absl::MutexLock lock(&mu_);
  dead_ = true;
}

bool FaultyDisk::dead() const {
  absl::MutexLock lock(&mu_);
  return dead_;
}

void FaultyDisk::set_full(bool full) {
  absl::MutexLock lock(&mu_);
  full_ = full;
}

void FaultyDisk::Revive() {
  absl::MutexLock lock(&mu_);
  dead_ = false;
  writes_left_ = 0;
}

void FaultyDisk::LosePower() {
  absl::MutexLock lock(&mu_);
  for (auto& [name, file] : files_) {
    if (file.size == file.synced) continue;
    const int64_t unsynced = static_cast<int64_t>(file.size - file.synced);
    const int64_t kept = random_.OneIn(4) ? unsynced : random_.Between(0, unsynced);
    file.size = file.synced += static_cast<uint64_t>(kept);
    std::error_code error;  // it may have been set aside since
    std::filesystem::resize_file(name, file.size, error);
  }
}

int64_t FaultyDisk::unsynced_bytes() const {
  absl::MutexLock lock(&mu_);
  int64_t bytes = 0;
  for (const auto& [name, file] : files_) bytes += static_cast<int64_t>(file.size - file.synced);
  return bytes;
}

RocksStatus FaultyDisk::Writable() const {
  absl::MutexLock lock(&mu_);
  return dead_ ? Gone() : RocksStatus::OK();
}

FaultyDisk::Fate FaultyDisk::FateOf(const std::string& name, size_t bytes) {
  absl::MutexLock lock(&mu_);
  if (dead_) return {0, Gone()};
  if (full_) return {0, RocksStatus::NoSpace("simulated: no space left on device")};
  if (!name.ends_with(".log") || writes_left_ == 0 || --writes_left_ > 0) {
    return {bytes, RocksStatus::OK()};
  }
  dead_ = true;
  switch (death_) {
    case Death::kBefore:
      return {0, Gone()};
    case Death::kAfter:
      return {bytes, Gone()};
    default:
      return {static_cast<size_t>(random_.Below(static_cast<int64_t>(bytes))), Gone()};
  }
}

void FaultyDisk::Appended(const std::string& name, size_t bytes) {
  absl::MutexLock lock(&mu_);
  files_[name].size += bytes;
}

void FaultyDisk::Synced(const std::string& name) {
  absl::MutexLock lock(&mu_);
  File& file = files_[name];
  file.synced = file.size;
}

RocksStatus FaultyDisk::NewWritableFile(const std::string& name,
                                        std::unique_ptr<rocksdb::WritableFile>* file,
                                        const rocksdb::EnvOptions& options) {
  RocksStatus status = Writable();
  if (!status.ok()) return status;
  std::unique_ptr<rocksdb::WritableFile> made;
  status = target()->NewWritableFile(name, &made, options);
  if (!status.ok()) return status;
  *file = std::make_unique<FaultyFile>(*this, name, std::move(made));
  absl::MutexLock lock(&mu_);
  files_[name] = {};
  return status;
}

RocksStatus FaultyDisk::DeleteFile(const std::string& name) {
  RocksStatus status = Writable();
  if (!status.ok()) return status;
  status = target()->DeleteFile(name);
  absl::MutexLock lock(&mu_);
  files_.erase(name);
  return status;
}

RocksStatus FaultyDisk::RenameFile(const std::string& from, const std::string& to) {
  RocksStatus status = Writable();
  if (!status.ok()) return status;
  status = target()->RenameFile(from, to);
  absl::MutexLock lock(&mu_);
  auto moved = files_.extract(from);
  files_.erase(to);
  if (!moved.empty()) {
    moved.key() = to;
    files_.insert(std::move(moved));
  }
  return status;
}

}  // namespace lagesbild::sim
