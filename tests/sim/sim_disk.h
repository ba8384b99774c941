// SimDisk: the disk of one simulated machine: a store a partition, as RocksDB keeps them with a
// write-ahead log that is not synced.
//
// A write is there for every reader at once and survives the death of the process; the loss of
// power takes what was not synced, from the end, so that a prefix of the writes stays. Now and then
// RocksDB syncs by itself (a memtable is flushed). A disk can be full, and a bit of a store can
// flip: a checksum tells, at open or when the row is read. Thread-compatible.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sim/sim_process.h"
#include "sim/sim_random.h"

namespace lagesbild::sim {

// In the message of each error that a flipped bit causes.
inline constexpr std::string_view kChecksum = "checksum mismatch";

class SimDisk {
 public:
  using Rows = std::map<std::string, std::string, std::less<>>;

  explicit SimDisk(uint64_t seed) : random_(seed) {}

  void LosePower();
  void set_full(bool full) { full_ = full; }
  // In the store of that partition, if there is one.
  void FlipBit(int32_t partition);
  // Another, empty disk in its place.
  void Replace() { stores_.clear(); }

  // What a reader sees now; null: no such store, or a damaged one.
  const Rows* rows(int32_t partition) const;

 private:
  friend class SimStores;
  friend class SimStore;
  enum class Damage { kNone, kAtOpen, kAtRead };
  struct Kept {
    Rows rows, synced;
    std::vector<std::vector<stream::Store::Change>> unsynced;
    Damage damage = Damage::kNone;
    const SimProcess* holder = nullptr;
  };
  static void Apply(const std::vector<stream::Store::Change>& changes, Rows& rows);
  static void Sync(Kept& kept, size_t writes);

  SimRandom random_;
  bool full_ = false;
  std::map<int32_t, Kept> stores_;
};

// The disk as one process sees it.
class SimStores : public stream::Stores {
 public:
  SimStores(SimDisk& disk, SimProcess& process) : disk_(disk), process_(process) {}
  StatusOr<std::unique_ptr<stream::Store>> Open(int32_t partition) override;
  Status Discard(int32_t partition) override;

 private:
  SimDisk& disk_;
  SimProcess& process_;
};

}  // namespace lagesbild::sim
