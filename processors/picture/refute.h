// Refutations: what a refuted report of tier A takes with it.
//
// As long as it stands, it takes the reports that it would have been one incident with and that
// were first accepted no later than it; what comes after begins anew. "Would have been" is a sweep
// over the reports that stood by then, the refuted one among them. Borrows the reports; a function
// of what is held. Source: contract, "Report".
#pragma once

#include <functional>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_set.h"
#include "base/settings.h"
#include "picture/report.h"

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

 private:
  using Ordered = absl::btree_set<HeldReport*, ReportOrder>;
  struct OfClass {
    Ordered standing;  // taken ones too; not refuted, not over the limit
    Ordered refuters;  // refuted, tier A
    absl::flat_hash_set<HeldReport*> taken;
    bool touched = false;
  };
  bool Concerns(const HeldReport& report) const;
  absl::flat_hash_set<HeldReport*> Taken(int class_id, const OfClass& of) const;
  std::vector<HeldReport*> OneIncidentWith(int class_id, const OfClass& of, HeldReport* refuter,
                                           const absl::flat_hash_set<HeldReport*>& taken) const;

  const Settings* settings_;
  std::vector<OfClass> classes_;
  std::vector<int> touched_;
};

}  // namespace lagesbild::picture
