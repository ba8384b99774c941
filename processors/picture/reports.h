// Reports: the latest revision of every report that a picture holds, by key, with retention and
// stored chunks.
//
// Stored in chunks: all reports that a commit changed, as absolute values, a quarter of a megabyte
// a chunk; what a later commit says of a report goes before an earlier one. A chunk is deleted when
// everything in it is past keeping. Thread-compatible.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/hash/hash.h"
#include "base/status.h"
#include "base/time.h"
#include "picture/report.h"
#include "picture/report_chunk.h"
#include "picture/series.h"

namespace lagesbild::picture {

// The end of the hour in which a report's time is over: when it may go.
constexpr int64_t ExpiryHourMs(int64_t keep_until_ms) {
  return FloorTo(keep_until_ms, kHourMs) + kHourMs;
}

class Reports {
 public:
  // Null if it is not held.
  HeldReport* Find(const ReportKey& key) const;
  HeldReport& Add(std::unique_ptr<HeldReport> report);
  // Takes it out; what is stored of it will say so.
  std::unique_ptr<HeldReport> Remove(HeldReport* report);
  // Takes it out because its time is over: nothing needs to be stored.
  std::unique_ptr<HeldReport> Drop(HeldReport* report);
  // Has it stored with the next chunk.
  void MarkDirty(HeldReport* report) { dirty_.insert(report); }
  // Has all that is held, but for what `but` names, stored with the next chunks in place of all
  // chunks that there are.
  void Rewrite(absl::FunctionRef<bool(const HeldReport&)> but);
  // Sets how long it is kept; call it instead of writing the field.
  void KeepUntil(HeldReport* report, int64_t keep_until_ms);

  size_t size() const { return by_key_.size(); }
  // When a report or a chunk may next be dropped.
  int64_t next_due_ms() const;
  // One whose time is over at `clock_ms`, null if there is none; each is told once.
  HeldReport* TakeExpired(int64_t clock_ms);
  void ForEach(const std::function<void(HeldReport*)>& f) const;
  std::vector<std::unique_ptr<HeldReport>> TakeAll();

  using RowSink = std::function<void(uint64_t chunk, std::string value)>;  // value empty: delete
  void CollectRows(uint64_t commit, int64_t clock_ms, const RowSink& sink);
  // Chunks in ascending order. DataLoss: not a chunk of this format.
  Status Restore(uint64_t chunk, std::string_view row, int64_t clock_ms);
  std::vector<uint64_t> chunks() const;
  // All that is held, in the order of keys, in chunks from 0 on.
  void AllRows(const RowSink& sink) const;

 private:
  // Found by the key in the report.
  struct KeyHash {
    using is_transparent = void;
    size_t operator()(const ReportKey& key) const { return absl::Hash<ReportKey>()(key); }
    size_t operator()(const std::unique_ptr<HeldReport>& r) const { return (*this)(r->key); }
  };
  struct SameKey {
    using is_transparent = void;
    static const ReportKey& Of(const ReportKey& key) { return key; }
    static const ReportKey& Of(const std::unique_ptr<HeldReport>& report) { return report->key; }
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return Of(a) == Of(b);
    }
  };
  absl::flat_hash_set<std::unique_ptr<HeldReport>, KeyHash, SameKey> by_key_;
  absl::btree_set<std::pair<int64_t, HeldReport*>> by_expiry_;  // hour at whose end they may go
  absl::flat_hash_set<HeldReport*> dirty_;
  std::map<ReportKey, int64_t> removed_;       // key → kept until, not yet stored
  absl::btree_map<uint64_t, int64_t> chunks_;  // chunk → kept until
  bool rewrite_ = false;
};

}  // namespace lagesbild::picture
