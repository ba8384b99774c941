// SystemClock: the machine's wall clock and its monotonic one. Threads: any.
#pragma once

#include "stream/ports.h"

namespace lagesbild::io {

class SystemClock : public stream::Clock {
 public:
  int64_t WallMs() override;
  absl::Duration Monotonic() override;
};

}  // namespace lagesbild::io
