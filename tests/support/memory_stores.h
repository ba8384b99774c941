// MemoryStores: stores that outlive the objects that write them, as disks do. One thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "stream/ports.h"

namespace lagesbild {

class MemoryStores : public stream::Stores {
 public:
  using Rows = std::map<std::string, std::string, std::less<>>;

  StatusOr<std::unique_ptr<stream::Store>> Open(int32_t partition) override {
    if (damaged_.contains(partition)) return DataLoss("damaged");
    if (!open_.insert(partition).second) return Unavailable("still open in this process");
    return std::make_unique<MemoryStore>(*this, partition);
  }

  Status Discard(int32_t partition) override {
    rows_.erase(partition);
    damaged_.erase(partition);
    ++discarded_[partition];
    return absl::OkStatus();
  }

  Rows& rows(int32_t partition) { return rows_[partition]; }
  void Damage(int32_t partition) { damaged_.insert(partition); }
  int discarded(int32_t partition) { return discarded_[partition]; }
  // What Write answers; for full disks.
  void set_write_fault(std::function<Status()> fault) { write_fault_ = std::move(fault); }

 private:
  class MemoryStore : public stream::Store {
   public:
    MemoryStore(MemoryStores& stores, int32_t partition) : stores_(stores), partition_(partition) {}
    ~MemoryStore() override { stores_.open_.erase(partition_); }

    Status Write(std::vector<Change> changes) override {
      if (stores_.write_fault_) LB_RETURN_IF_ERROR(stores_.write_fault_());
      Rows& rows = stores_.rows_[partition_];
      for (Change& c : changes) {
        if (c.value) {
          rows[c.key] = *std::move(c.value);
        } else {
          rows.erase(c.key);
        }
      }
      return absl::OkStatus();
    }
    StatusOr<std::optional<std::string>> Get(std::string_view key) override {
      const Rows& rows = stores_.rows_[partition_];
      auto it = rows.find(key);
      return it == rows.end() ? std::nullopt : std::optional(it->second);
    }
    Status ForEach(const std::function<Status(std::string_view, std::string_view)>& row) override {
      for (const auto& [key, value] : stores_.rows_[partition_]) {
        LB_RETURN_IF_ERROR(row(key, value));
      }
      return absl::OkStatus();
    }

   private:
    MemoryStores& stores_;
    const int32_t partition_;
  };

  std::map<int32_t, Rows> rows_;
  std::set<int32_t> open_, damaged_;
  std::map<int32_t, int> discarded_;
  std::function<Status()> write_fault_;
};

}  // namespace lagesbild
