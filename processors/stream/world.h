// World: the ports that a worker works with, borrowed; all outlive it.
#pragma once

#include "stream/health.h"
#include "stream/metrics.h"
#include "stream/ports.h"
#include "stream/reporter.h"

namespace lagesbild::stream {

struct World {
  Log& log;
  Stores& stores;
  Clock& clock;
  Metrics& metrics;
  Reporter& reporter;
  HealthBoard& health;
};

}  // namespace lagesbild::stream
