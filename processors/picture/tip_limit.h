// TipLimit: of the tips of one reporter and local day only the first few, in report order, join
// anything.
//
// The reporter's hash differs from day to day (intake), so one hash is one reporter and day. A
// function of the set of tips, never of their arrival. Borrows the reports. Source: contract,
// "Report".
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "picture/report.h"

namespace lagesbild::picture {

class TipLimit {
 public:
  // Whether the limit is about this report, as it came or as it is held.
  template <typename AReport>
  static bool Counts(const AReport& report) {
    return report.kind == Kind::kPublic && !report.reporter.empty();
  }
  explicit TipLimit(int per_day) : per_day_(per_day) {}

  // A standing report comes in, or goes out before it changes; those that are no tips with a
  // reporter are passed over.
  void Insert(HeldReport* report);
  void Remove(HeldReport* report);
  // The same for one that was settled with all tips of its reporter, and is not to be looked at
  // again: it comes back from the store, or goes there, or its time is over.
  void InsertSettled(HeldReport* report);
  void Forget(HeldReport* report);
  // The reporter's tips, in report order.
  std::vector<HeldReport*> Of(const std::string& reporter) const;
  // Calls `flip` for each tip that is over the limit and should not be, or the other way round, for
  // the reporters seen since the last call; `flip` sets HeldReport::over_limit.
  void Settle(const std::function<void(HeldReport*)>& flip);

 private:
  const int per_day_;
  absl::flat_hash_map<std::string, ReportsByTime> by_reporter_;
  absl::flat_hash_set<std::string> touched_;
};

}  // namespace lagesbild::picture
