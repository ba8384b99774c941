#include "sim/sim_disk.h"

#include <utility>

namespace lagesbild::sim {

void SimDisk::Apply(const std::vector<stream::Store::Change>& changes, Rows& rows) {
  for (const stream::Store::Change& change : changes) {
    if (change.value) {
      rows[change.key] = *change.value;
    } else {
      rows.erase(change.key);
    }
  }
}

void SimDisk::Sync(Kept& kept, size_t writes) {
  for (size_t i = 0; i < writes; ++i) Apply(kept.unsynced[i], kept.synced);
  kept.unsynced.erase(kept.unsynced.begin(),
                      kept.unsynced.begin() + static_cast<ptrdiff_t>(writes));
}

void SimDisk::LosePower() {
  for (auto& [partition, kept] : stores_) {
    Sync(kept, static_cast<size_t>(random_.Between(0, static_cast<int64_t>(kept.unsynced.size()))));
    kept.unsynced.clear();
    kept.rows = kept.synced;
  }
}

void SimDisk::FlipBit(int32_t partition) {
  auto it = stores_.find(partition);
  if (it == stores_.end() || it->second.rows.empty()) return;
  it->second.damage = random_.OneIn(2) ? Damage::kAtOpen : Damage::kAtRead;
}

const SimDisk::Rows* SimDisk::rows(int32_t partition) const {
  auto it = stores_.find(partition);
  return it == stores_.end() || it->second.damage != Damage::kNone ? nullptr : &it->second.rows;
}

class SimStore : public stream::Store {
 public:
  SimStore(SimDisk& disk, SimProcess& process, int32_t partition)
      : disk_(disk), process_(process), partition_(partition) {}
  ~SimStore() override {
    auto it = disk_.stores_.find(partition_);
    if (it != disk_.stores_.end() && it->second.holder == &process_) it->second.holder = nullptr;
  }

  Status Write(std::vector<Change> changes) override {
    if (!process_.alive) return Internal("a dead process writes");
    if (disk_.full_) return Error(StatusCode::kResourceExhausted, "no space left on device");
    SimDisk::Kept& kept = disk_.stores_[partition_];
    SimDisk::Apply(changes, kept.rows);
    kept.unsynced.push_back(std::move(changes));
    if (disk_.random_.OneIn(10)) SimDisk::Sync(kept, kept.unsynced.size());
    return absl::OkStatus();
  }

  StatusOr<std::optional<std::string>> Get(std::string_view key) override {
    const SimDisk::Rows& rows = disk_.stores_[partition_].rows;
    auto it = rows.find(key);
    return it == rows.end() ? std::nullopt : std::optional(it->second);
  }

  Status ForEach(const std::function<Status(std::string_view, std::string_view)>& row) override {
    const SimDisk::Kept& kept = disk_.stores_[partition_];
    size_t left = kept.damage == SimDisk::Damage::kAtRead ? kept.rows.size() / 2 : kept.rows.size();
    for (const auto& [key, value] : kept.rows) {
      if (left-- == 0) break;
      LB_RETURN_IF_ERROR(row(key, value));
    }
    return kept.damage == SimDisk::Damage::kAtRead ? DataLoss(kChecksum) : absl::OkStatus();
  }

 private:
  SimDisk& disk_;
  SimProcess& process_;
  const int32_t partition_;
};

StatusOr<std::unique_ptr<stream::Store>> SimStores::Open(int32_t partition) {
  SimDisk::Kept& kept = disk_.stores_[partition];
  if (kept.holder == &process_) return Unavailable("still open in this process");
  if (kept.holder != nullptr && kept.holder->alive) return FailedPrecondition("held by another");
  if (kept.damage == SimDisk::Damage::kAtOpen) return DataLoss(kChecksum);
  kept.holder = &process_;
  return std::make_unique<SimStore>(disk_, process_, partition);
}

Status SimStores::Discard(int32_t partition) {
  disk_.stores_.erase(partition);
  return absl::OkStatus();
}

}  // namespace lagesbild::sim
