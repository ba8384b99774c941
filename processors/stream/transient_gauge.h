// TransientGauge: a gauge of something that may go away, as a partition does: not known (NaN, which
// the adapter does not show) before it is first set and after the end of this object.
//
// Threads: any may Set; construction and end are the owner's.
#pragma once

#include <limits>

#include "stream/metrics.h"

namespace lagesbild::stream {

class TransientGauge {
 public:
  explicit TransientGauge(Gauge& gauge) : gauge_(gauge) { Forget(); }
  ~TransientGauge() { Forget(); }
  TransientGauge(const TransientGauge&) = delete;
  TransientGauge& operator=(const TransientGauge&) = delete;

  void Set(double value) { gauge_.Set(value); }

 private:
  void Forget() { gauge_.Set(std::numeric_limits<double>::quiet_NaN()); }

  Gauge& gauge_;
};

}  // namespace lagesbild::stream
