// Plan: all that a simulated run is made from: who runs, what comes in, what goes wrong and when.
//
// A function of its seed, and values only, so that a failing plan can be made smaller and run
// again. A fault waits for its moment: the n-th time that any process passes a failpoint or makes a
// request, or a time; one whose moment never comes is not fired.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace lagesbild::sim {

struct RawInput {
  std::string topic;  // short name
  int32_t partition = 0;
  // A backlog: its timestamp, Unix. Live: when it comes, since the start; below 0, it has come
  // before, and this is its timestamp, too.
  int64_t at_ms = 0;
  std::string value;
};

struct Fault {
  enum class When { kFailpoint, kRequest, kTime };
  enum class What {
    // at a failpoint or request
    kDeath,
    kPowerLoss,
    kFreeze,          // for `lasting`; the others run on
    kFreezeReplaced,  // and another machine with its name comes up meanwhile
    // at a request
    kRefused,    // Unavailable, not done
    kLostReply,  // Unavailable, done
    kComesLate,  // Unavailable, and done `lasting` later; of a producer's
    kRepeated,   // done, and another copy of it comes `lasting` later; of a producer's
    kAbortable,
    kFatal,
    kFreezeAfter,  // the broker has done it, the caller hears so after `lasting`
    kDeathAfter,   // the broker has done it, the caller hears nothing
    // at a time
    kExpel,
    kRebalance,
    kMoveCoordinator,
    kLeapWall,  // of `instance`, by `lasting`, which may be negative
    kSleep,     // everything stands still for `lasting`
    kDiskFull,
    kFlipBit,
    kNewMachine,
    kStop,  // in order; comes up again after `lasting`
    kKill,
    kTrim,
    kCompact,
    kReconfigure,  // a new version of the configuration on `instance`, on the others when they
                   // start
  };
  When when = When::kTime;
  std::string name;   // failpoint or operation
  int passing = 1;    // the n-th
  absl::Duration at;  // kTime
  What what = What::kDeath;
  absl::Duration lasting;
  int64_t which = 0;  // instance, partition, member: modulo how many there are; of what comes late
                      // or again: before which of the producer's next requests, 0: by the clock
};
std::string NameOf(Fault::What what);
std::string Describe(const Fault& fault);

struct Plan {
  uint64_t seed = 0;  // of the order of events within the run
  bool live = false;  // records come in while it runs, on the wall clock; else a backlog
  int32_t picture_partitions = 1, raw_partitions = 1;
  int instances = 1, workers = 1;  // picture workers an instance
  absl::Duration commit_interval, max_wait, tick_interval, marker_delay;
  // Of intake; a picture's would cut instants, and then the outputs do depend on it.
  int64_t commit_bytes = 0;
  int64_t fetch_misses_percent = 0, fetch_records_max = 0;
  int64_t fetch_late_percent = 0;  // responses that are on their way for a while,
  // At most; and those of the groups' coordinator, and of any request.
  absl::Duration fetch_delay, group_delay, request_delay;
  std::vector<int64_t> skews_ms;  // of the raw partitions' timestamps, live
  int64_t raw_begin = 0;  // where raw partitions begin, what was before having been forgotten
  std::vector<RawInput> records;  // ascending
  std::vector<Fault> faults;
};
std::string Describe(const Plan& plan);

Plan MakePlan(uint64_t seed);

}  // namespace lagesbild::sim
