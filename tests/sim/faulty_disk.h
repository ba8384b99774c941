// FaultyDisk: the machine's disk as RocksDB sees it, which dies, loses power and fills up when a
// test says so.
//
// Files lie where they always do. A process that is dead writes nothing any more, so that its
// databases can be taken apart; then, if the power went, each file keeps what was synced and some
// of what was written after. Files that were made, renamed or deleted stay so. Threads: any.
#pragma once

#include <rocksdb/env.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "sim/sim_random.h"

namespace lagesbild::sim {

class FaultyDisk : public rocksdb::EnvWrapper {
 public:
  explicit FaultyDisk(uint64_t seed) : EnvWrapper(Default()), random_(seed) {}

  // ---- what goes wrong

  enum class Death { kBefore, kAfter, kInTheMiddle };
  // The process dies at the n-th write to a write-ahead log from here on.
  void DieAtWrite(int64_t n, Death death);
  void Die();
  bool dead() const;
  void set_full(bool full);
  // After all databases were closed.
  void LosePower();
  // The next process, or the same machine again.
  void Revive();
  // What was appended and never synced, in all files: what the loss of power may take.
  int64_t unsynced_bytes() const;

  // ---- what RocksDB calls

  rocksdb::Status NewWritableFile(const std::string& name,
                                  std::unique_ptr<rocksdb::WritableFile>* file,
                                  const rocksdb::EnvOptions& options) override;
  rocksdb::Status DeleteFile(const std::string& name) override;
  rocksdb::Status RenameFile(const std::string& from, const std::string& to) override;

 private:
  friend class FaultyFile;
  struct File {
    uint64_t size = 0, synced = 0;
  };
  // Of an append: how much of it is to be written, and what the writer is told.
  struct Fate {
    size_t bytes = 0;
    rocksdb::Status status;
  };
  Fate FateOf(const std::string& name, size_t bytes);
  rocksdb::Status Writable() const;
  void Appended(const std::string& name, size_t bytes);
  void Synced(const std::string& name);

  mutable absl::Mutex mu_;
  SimRandom random_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, File> files_ ABSL_GUARDED_BY(mu_);
  bool dead_ ABSL_GUARDED_BY(mu_) = false, full_ ABSL_GUARDED_BY(mu_) = false;
  int64_t writes_left_ ABSL_GUARDED_BY(mu_) = 0;  // until death; 0: none is ahead
  Death death_ ABSL_GUARDED_BY(mu_) = Death::kBefore;
};

}  // namespace lagesbild::sim
