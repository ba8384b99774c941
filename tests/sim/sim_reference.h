// The straight run: a backlog through intake and fold, lowest time first, with no engine, no log
// and no fault. What every simulated run over that backlog must come to.
#pragma once

#include <vector>

#include "base/log_record.h"
#include "sim/sim_outputs.h"
#include "sim/sim_world.h"

namespace lagesbild::sim {

struct Reference {
  std::vector<std::vector<LogRecord>> log;  // by partition, with the closing tick
  Outputs outputs;
};

// `world`: for its topics, and where the plan's records lie.
// Only the first `records` of them, if given.
Reference StraightRun(const SimWorld& world, const Plan& plan, size_t records);

}  // namespace lagesbild::sim
