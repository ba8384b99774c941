// The simulator's seeds: each a plan, run and checked (sim_plan.h, sim_world.h, sim_check.h).
//
// LAGESBILD_SEED=n begins at another seed, LAGESBILD_ITERATIONS=n runs so many. A seed that fails
// is made small and told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>

#include "sim/sim_run.h"
#include "stream/failpoint.h"

namespace lagesbild::sim {
namespace {

constexpr int64_t kIterations = 1000;
constexpr int kMinimiseRuns = 60;
constexpr int kFailuresTold = 3;

int64_t FromEnvironment(const char* name, int64_t otherwise) {
  const char* given = std::getenv(name);
  return given == nullptr ? otherwise : std::strtoll(given, nullptr, 10);
}

// `part` of `parts`, so that they may run beside each other.
void RunSeeds(int64_t part, int64_t parts) {
  const int64_t first = FromEnvironment("LAGESBILD_SEED", 1);
  const int64_t iterations = FromEnvironment("LAGESBILD_ITERATIONS", kIterations);
  int failures = 0;
  int64_t steps = 0, seeds = 0;
  for (int64_t seed = first + part; seed < first + iterations; seed += parts) {
    const Plan plan = MakePlan(static_cast<uint64_t>(seed));
    const RunResult result = RunPlan(plan);
    steps += result.steps;
    ++seeds;
    if (result.violations.empty()) continue;
    if (++failures > kFailuresTold) {
      ADD_FAILURE() << "seed " << seed << ": " << result.violations.front();
    } else {
      ADD_FAILURE() << Explain(static_cast<uint64_t>(seed), plan, kMinimiseRuns);
    }
  }
  std::printf("LAGESBILD_SEED=%lld: %lld seeds, %lld steps\n", static_cast<long long>(first + part),
              static_cast<long long>(seeds), static_cast<long long>(steps));
}

// A simulator that never does something would never see what comes of it.
TEST(SimTest, EveryFailpointAndEveryKindOfFaultIsAmongTheFirstSeeds) {
  std::set<std::string> failpoints, kinds;
  int64_t forced_rebalances = 0;
  for (uint64_t seed = 1; seed <= 400; ++seed) {
    const Plan plan = MakePlan(seed);
    const RunResult result = RunPlan(plan);
    forced_rebalances += result.forced_rebalances;
    for (size_t i = 0; i < plan.faults.size(); ++i) {
      if (!result.fired[i]) continue;
      kinds.insert(NameOf(plan.faults[i].what));
      if (plan.faults[i].when == Fault::When::kFailpoint) failpoints.insert(plan.faults[i].name);
    }
  }
  for (const std::string_view name : stream::kFailpoints) {
    EXPECT_TRUE(failpoints.contains(std::string(name))) << name;
  }
  for (int what = 0; what <= static_cast<int>(Fault::What::kReconfigure); ++what) {
    const std::string name = NameOf(static_cast<Fault::What>(what));
    EXPECT_TRUE(kinds.contains(name)) << name;
  }
  EXPECT_GT(forced_rebalances, 0) << "no partition was nobody's for long";
}

// It may be long until all of a changelog is read, a record a fetch, by one of many workers; a run
// that still reads is not stuck.
TEST(SimTest, ALongRestoreIsNotTakenForOneThatHangs) {
  Plan plan = MakePlan(3);
  plan.live = true;
  plan.instances = 3;
  plan.picture_partitions = 1;
  plan.fetch_records_max = 1;
  plan.fetch_misses_percent = 60;
  plan.commit_interval = absl::Milliseconds(10);
  plan.faults.clear();
  for (size_t i = 0; i < plan.records.size(); ++i) plan.records[i].at_ms = int64_t(i) * 4000;
  Fault empty;
  empty.at = absl::Milliseconds(plan.records.back().at_ms);
  empty.what = Fault::What::kNewMachine;
  for (empty.which = 0; empty.which < 3; ++empty.which) plan.faults.push_back(empty);
  EXPECT_THAT(RunPlan(plan).violations, testing::IsEmpty());
}

TEST(SimTest, FirstHalfOfTheSeeds) { RunSeeds(0, 2); }
TEST(SimTest, SecondHalfOfTheSeeds) { RunSeeds(1, 2); }

}  // namespace
}  // namespace lagesbild::sim
