// Markers: which revisions of reports are known to be superseded, whether or not a report of theirs
// is held.
//
// A withdrawal or correction may come before what it withdraws or corrects, and may concern another
// picture; the marker refuses the older revision when it comes. Kept as long as the report would
// be. Thread-compatible. Source: architecture §3, "revise".
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "base/log_record.h"
#include "base/status.h"
#include "picture/series.h"

namespace lagesbild::picture {

struct Marker {
  int64_t revision = 0;
  bool withdrawn = false;
  int64_t keep_until_ms = 0;
};
StatusOr<Marker> DecodeMarker(std::string_view row);  // DataLoss: not a row of this format

class Markers {
 public:
  // The higher revision stays; of equal ones the first.
  void Mark(const Superseded& superseded, int64_t keep_until_ms);
  // True if the report came too late: a later revision, or the withdrawal of this one, is known.
  bool Refuses(const ReportKey& key, int64_t revision) const;

  void Expire(int64_t clock_ms);
  int64_t next_due_ms() const { return by_expiry_.empty() ? kNever : by_expiry_.begin()->first; }

  // Rows: key without prefix, value empty: gone.
  void CollectRows(const std::function<void(std::string key, std::string value)>& sink);
  // All there are, in no order.
  void AllRows(const std::function<void(std::string key, std::string value)>& sink) const;
  Status Restore(std::string_view key, std::string_view row);

 private:
  absl::flat_hash_map<ReportKey, Marker> markers_;
  absl::btree_set<std::pair<int64_t, ReportKey>> by_expiry_;
  absl::btree_set<ReportKey> dirty_;
};

}  // namespace lagesbild::picture
