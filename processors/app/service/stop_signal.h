// StopSignal: SIGINT and SIGTERM as a question a command may ask. The first one asks it to end; the
// second one ends the process at once, as the system does it. SIGPIPE is ignored: writing says what
// is wrong. One at a time a process.
#pragma once

#include <cstdint>

namespace lagesbild::app {

class StopSignal {
 public:
  StopSignal();   // takes the signals over
  ~StopSignal();  // gives them back
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  bool requested() const;
  // Sleeps until the wall clock (Unix, ms) says so. False, at once: a stop was asked for.
  bool SleepUntil(int64_t wall_ms) const;

 private:
  int read_end_ = -1;
};

int64_t WallNowMs();

}  // namespace lagesbild::app
