// RocksStores: the state of the picture on disk, one RocksDB database a log partition.
//
// Under <dir>/<group>/: LOCK, held for the life of this object (two processes on one directory: the
// second is refused), and picture-<partition>/, each with an identity row {format, group,
// partition}, so that no other store is taken for it. Rows are stream/Store's; the identity row is
// not among them. Threads: Open and Discard by any; a Store by one at a time. All stores are gone
// before this is.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "io/rocksdb_common.h"
#include "stream/ports.h"

namespace lagesbild::io {

class RocksStores : public stream::Stores {
 public:
  // Creates the folders. FailedPrecondition: another process works here. `memory` outlives this.
  static StatusOr<std::unique_ptr<RocksStores>> Open(const std::string& dir,
                                                     const std::string& group,
                                                     const RocksMemory& memory);
  ~RocksStores() override;

  // DataLoss: damaged, another group's or partition's, or of a newer format.
  StatusOr<std::unique_ptr<stream::Store>> Open(int32_t partition) override;
  // The store of `partition` as it is at this moment, to read: also while the service runs. Its
  // Write is FailedPrecondition. NotFound: this machine has none. DataLoss as of Open.
  static StatusOr<std::unique_ptr<stream::Store>> OpenToRead(const std::string& dir,
                                                             const std::string& group,
                                                             int32_t partition);
  // The partitions that have a store under `dir`, ascending.
  static std::vector<int32_t> Partitions(const std::string& dir, const std::string& group);

  // Renames the folder to picture-<partition>.set-aside-<n>.
  Status Discard(int32_t partition) override;

 private:
  RocksStores(std::string dir, std::string group, const RocksMemory& memory, int lock_fd);
  std::string DirOf(int32_t partition) const;

  const std::string dir_;  // of the group
  const std::string group_;
  const RocksMemory& memory_;
  const int lock_fd_;
};

}  // namespace lagesbild::io
