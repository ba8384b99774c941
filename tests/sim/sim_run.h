// RunPlan: a plan, run and checked; and Minimise, which makes a failing plan smaller.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/sim_plan.h"

namespace lagesbild::sim {

struct RunResult {
  std::vector<std::string> violations;  // empty: all is well
  std::vector<std::string> trace;
  int64_t steps = 0;
  int64_t forced_rebalances = 0;  // see stream/orphan_watch.h
  std::vector<bool> fired;        // as the plan's faults
};
RunResult RunPlan(const Plan& plan);

// Fewer faults, then fewer records, as long as something is still violated. `runs_most`: how often
// it may try.
Plan Minimise(Plan plan, int runs_most);

// For a person: the plan made small, its trace, what was violated, how to run it again.
std::string Explain(uint64_t seed, const Plan& plan, int runs_most);

}  // namespace lagesbild::sim
