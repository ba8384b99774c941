// Worker: what a thread of the service runs: small rounds of work until it is told to stop.
//
// A round never waits longer than told, so that a simulator can drive many workers in one thread.
// Thread-compatible.
#pragma once

#include "absl/time/time.h"
#include "base/status.h"

namespace lagesbild::stream {

class Worker {
 public:
  virtual ~Worker() = default;
  // One round; waits up to `wait` if there is nothing to do. A broker that is away is no error: it
  // is reported, and tried again later. Errors end the worker: FailedPrecondition = fenced or
  // misconfigured; ResourceExhausted = disk full; DataLoss, Internal = damaged state or a bug.
  virtual Status Round(absl::Duration wait) = 0;
  // Commits what is done and gives everything back.
  virtual Status Close() = 0;
  // All input that was there is taken and committed.
  virtual bool idle() const = 0;
};

}  // namespace lagesbild::stream
