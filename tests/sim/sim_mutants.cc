// Prints the table of mutants (stream/mutant.h): how many seeds the simulator needs to catch each.
//
//   sim_mutants [SEEDS] [NAME]…       1000 seeds and all mutants if not said
//
// Markdown on stdout, for tests/README.md. Exit 1: one was not caught.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "sim/sim_run.h"
#include "stream/mutant.h"

int main(int argc, char** argv) {
  using lagesbild::stream::kMutants;
  const long seeds = argc > 1 ? std::strtol(argv[1], nullptr, 10) : 1000;
  std::vector<std::string> names(argv + (argc > 2 ? 2 : argc), argv + argc);
  if (names.empty()) {
    for (const auto& mutant : kMutants) names.emplace_back(mutant.name);
  }
  bool all_caught = true;
  std::printf("| mutant | the fault | seeds needed | seen first as |\n|---|---|---|---|\n");
  for (const auto& mutant : kMutants) {
    if (std::find(names.begin(), names.end(), mutant.name) == names.end()) continue;
    std::string needed = "not within " + std::to_string(seeds), seen;
    for (long seed = 1; seed <= seeds; ++seed) {
      const lagesbild::sim::Plan plan = lagesbild::sim::MakePlan(static_cast<uint64_t>(seed));
      lagesbild::stream::SetMutant(mutant.name);
      const auto result = lagesbild::sim::RunPlan(plan);
      lagesbild::stream::SetMutant("");
      if (result.violations.empty()) continue;
      needed = std::to_string(seed);
      seen = result.violations.front().substr(0, result.violations.front().find("; then"));
      break;
    }
    all_caught &= !seen.empty();
    std::printf("| `%s` | %s | %s | %s |\n", std::string(mutant.name).c_str(),
                std::string(mutant.what).c_str(), needed.c_str(), seen.substr(0, 110).c_str());
    std::fflush(stdout);
  }
  return all_caught ? 0 : 1;
}
