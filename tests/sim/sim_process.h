// SimProcess: one simulated process of the service, and the virtual time that all of them share.
//
// A process that is not alive says nothing to the broker any more: what its objects do while C++
// takes them apart does not reach the log or the disk. The wall clock of a process may be wrong,
// its monotonic clock never is. One thread. A process outlives every object that was opened for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "stream/ports.h"

namespace lagesbild::sim {

// Time passes only when the scheduler says so.
class SimTime {
 public:
  static constexpr int64_t kStartMs = 1673732820000;  // 2023-01-14T21:47:00Z

  absl::Duration now() const { return now_; }
  int64_t wall_ms() const { return kStartMs + absl::ToInt64Milliseconds(now_); }
  void Advance(absl::Duration by) { now_ += by; }

 private:
  absl::Duration now_;
};

class SimClock : public stream::Clock {
 public:
  explicit SimClock(const SimTime& time) : time_(time) {}
  int64_t WallMs() override { return time_.wall_ms() + skew_ms_; }
  // Every machine's begins somewhere else.
  absl::Duration Monotonic() override { return time_.now() + absl::Seconds(1000); }
  void LeapWall(absl::Duration by) { skew_ms_ += absl::ToInt64Milliseconds(by); }

 private:
  const SimTime& time_;
  int64_t skew_ms_ = 0;
};

// Thrown through the engine where a process dies: at a failpoint, or in a request.
struct ProcessDeath {
  bool power = false;  // the machine went down, not the process alone
};

struct SimProcess {
  SimProcess(std::string process_name, const SimTime& time)
      : name(std::move(process_name)), clock(time) {}
  std::string name;
  bool alive = true;
  SimClock clock;
};

// What becomes of one request to the broker.
struct RequestFate {
  bool done = true;  // the broker does it
  Status reply;      // not OK: what the caller gets, whether it was done or not
  // Of a producer's requests: the connection broke, and another copy of the request is on its way
  // and comes this much later; zero: before its next request. nullopt: none.
  std::optional<absl::Duration> copy_after;
  // If not 0, it comes before so many a next request of that transactional id instead.
  int64_t copy_among = 0;
};

// Decides over each request; may let the world run on meanwhile, and may throw ProcessDeath.
// Operations: "poll", "committed", "bounds", "init", "begin", "produce", "offsets", "commit",
// "abort".
class SimNetwork {
 public:
  virtual ~SimNetwork() = default;
  virtual RequestFate Fate(SimProcess& process, std::string_view operation) = 0;
  // After the broker has done it, before the caller knows.
  virtual void Done(SimProcess& process, std::string_view operation) = 0;
};

}  // namespace lagesbild::sim
