#include "sim/sim_run.h"

#include <algorithm>
#include <utility>

#include "sim/sim_check.h"
#include "sim/sim_world.h"

namespace lagesbild::sim {

RunResult RunPlan(const Plan& plan) {
  SimWorld world(plan);
  world.Run();
  RunResult result;
  result.violations = world.violations();
  result.trace = world.trace();
  result.steps = world.steps();
  result.forced_rebalances = world.forced_rebalances();
  for (size_t i = 0; i < plan.faults.size(); ++i) result.fired.push_back(world.faults().fired(i));
  // What came out of a run that came to no end is half of it.
  if (result.violations.empty()) result.violations = CheckRun(world, plan);
  return result;
}

namespace {

// Takes runs of `list` away, from half of it down to one, as long as `fails` holds.
template <typename T, typename Fails>
void Shrink(std::vector<T>& list, const Fails& fails) {
  for (size_t length = std::max<size_t>(1, list.size() / 2);; length /= 2) {
    for (size_t at = 0; at < list.size();) {
      const std::vector<T> before = list;
      const size_t end = std::min(list.size(), at + length);
      list.erase(list.begin() + static_cast<ptrdiff_t>(at),
                 list.begin() + static_cast<ptrdiff_t>(end));
      if (fails()) continue;
      list = before;
      at += length;
    }
    if (length <= 1) return;
  }
}

// What was violated, without names and numbers.
std::string KindOf(const RunResult& result) {
  std::string out;
  if (result.violations.empty()) return out;
  for (const char c : result.violations.front()) {
    if (c == ':' && out.size() > 12) break;
    if (c < '0' || c > '9') out += c;
  }
  return out.substr(0, 40);
}

}  // namespace

Plan Minimise(Plan plan, int runs_most) {
  const std::string kind = KindOf(RunPlan(plan));
  const auto fails = [&] {
    return runs_most-- > 0 && !plan.records.empty() && KindOf(RunPlan(plan)) == kind;
  };
  Shrink(plan.faults, fails);
  Shrink(plan.records, fails);
  Shrink(plan.faults, fails);
  const auto try_with = [&](auto& field, auto value) {
    const auto before = field;
    field = value;
    if (!fails()) field = before;
  };
  try_with(plan.instances, 1);
  try_with(plan.workers, 1);
  try_with(plan.picture_partitions, 1);
  try_with(plan.marker_delay, absl::ZeroDuration());
  try_with(plan.fetch_misses_percent, int64_t{0});
  try_with(plan.fetch_late_percent, int64_t{0});
  try_with(plan.group_delay, absl::ZeroDuration());
  try_with(plan.request_delay, absl::ZeroDuration());
  return plan;
}

std::string Explain(uint64_t seed, const Plan& plan, int runs_most) {
  const Plan small = Minimise(plan, runs_most);
  const RunResult result = RunPlan(small);
  std::string out = "seed " + std::to_string(seed) + ", made small:\n" + Describe(small);
  for (const RawInput& record : small.records) {
    out += "  record " + record.topic + " " + std::to_string(record.partition) + " at " +
           std::to_string(record.at_ms) + ": " + record.value + "\n";
  }
  const size_t first = result.trace.size() > 200 ? result.trace.size() - 200 : 0;
  if (first > 0) out += "  … " + std::to_string(first) + " lines\n";
  for (size_t i = first; i < result.trace.size(); ++i) out += "  " + result.trace[i] + "\n";
  for (const std::string& violation : result.violations) out += "violated: " + violation + "\n";
  return out + "again: LAGESBILD_SEED=" + std::to_string(seed) + " LAGESBILD_ITERATIONS=1\n";
}

}  // namespace lagesbild::sim
