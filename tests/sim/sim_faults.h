// FaultScript: which fault of a plan is due now; each is fired once.
//
// Counts the passings of failpoints and requests over all processes. Thread-compatible.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/sim_plan.h"

namespace lagesbild::sim {

class FaultScript {
 public:
  explicit FaultScript(const std::vector<Fault>& faults)
      : faults_(faults), fired_(faults.size(), false) {}

  // A failpoint or request is passed; null: nothing happens.
  const Fault* Pass(Fault::When when, std::string_view name);
  // The next timed fault that is due; null: none.
  const Fault* Due(absl::Duration now);
  bool fired(size_t fault) const { return fired_[fault]; }
  // No timed fault is left.
  bool timed_done() const;

 private:
  const std::vector<Fault>& faults_;
  std::vector<bool> fired_;
  std::map<std::string, int, std::less<>> passed_;  // names of requests and failpoints differ
};

}  // namespace lagesbild::sim
