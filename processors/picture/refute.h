// Refutations: what a refuted report of tier A takes with it.
//
// As long as it stands, it takes the reports that it would have been one incident with and that
// were first accepted no later than it; what comes after begins anew. "Would have been" is a sweep
// over the reports that stood by then, the refuted one among them. A function of what is held, kept
// up as it changes: only refuters that can see a change are swept again. Borrows the reports.
// Source: contract, "Report".
#pragma once

#include <functional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "base/settings.h"
#include "picture/report.h"
#include "picture/series.h"

namespace lagesbild::picture {

class Refutations {
 public:
  explicit Refutations(const Settings* settings)
      : settings_(settings), classes_(settings->classes.size()) {}

  // A held report comes in (once its limit is settled), or goes out before it changes; any report.
  void Insert(HeldReport* report);
  void Remove(HeldReport* report);
  // Calls `flip` for each report that is taken and should not be, or the other way round; `flip`
  // sets HeldReport::taken.
  void Settle(const std::function<void(HeldReport*)>& flip);
  // A refuted report of tier A of this class is held.
  bool Any(int class_id) const { return !classes_[class_id].refuters.empty(); }

 private:
  struct OfClass {
    ReportsByTime standing;  // taken ones too; not refuted, not over the limit
    ReportsByTime refuters;  // refuted, tier A
    absl::flat_hash_map<HeldReport*, HeldReport*> taken;  // → by which refuter
    // What was taken and is to be looked at: whether it is flipped is seen at the end.
    absl::flat_hash_set<HeldReport*> changed;
    int64_t touched_from_ms = kNever;  // the earliest report that came or went since Settle
  };
  bool Concerns(const HeldReport& report) const;
  void Touch(HeldReport* report);
  void Sweep(int class_id, OfClass& of);
  std::vector<HeldReport*> OneIncidentWith(int class_id, const OfClass& of,
                                           HeldReport* refuter) const;

  const Settings* settings_;
  std::vector<OfClass> classes_;
  std::vector<int> touched_;
};

}  // namespace lagesbild::picture
