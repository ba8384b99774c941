// The oracles: what came out of a run against what had to come out.
//
//   always    the outputs are those of the picture log that came out, folded again without an
//             engine; clocks in it never go back; every raw record is in it once, in its order, or
//             once in the dead letters; store and changelog hold the same rows, and what they
//             restore to goes on as the fold of the log does
//   backlog   besides: the log and the outputs are those of a straight run over the records, lowest
//             time first
// Pure functions of a finished world; lines for a person, empty: all is well.
#pragma once

#include <string>
#include <vector>

#include "sim/sim_world.h"

namespace lagesbild::sim {

std::vector<std::string> CheckRun(SimWorld& world, const Plan& plan);

}  // namespace lagesbild::sim
