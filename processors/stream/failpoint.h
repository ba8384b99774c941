// Failpoints: named places at which a test ends the program, to see that what comes after finds its
// way.
//
// LB_FAILPOINT("commit.sent_offsets") does nothing unless built with LAGESBILD_FAILPOINTS. Then the
// environment LAGESBILD_FAILPOINT=name[:n] kills the process with SIGKILL at the n-th passing (1 if
// not given), and a test may hook the calling thread instead (its hook throws). Every name is in
// kFailpoints, so that a test can try them all.
#pragma once

#include <functional>
#include <string_view>

namespace lagesbild::stream {

// In the order of the protocol (architecture §4); the numbers are its steps.
inline constexpr std::string_view kFailpoints[] = {
    "assign.opened_store",      // the store is open, the sink not yet initialised
    "assign.initialised_sink",  // earlier sinks of our id are fenced
    "assign.found_offset",      // the committed offset and sequence number are known
    "assign.restored_some",     // a part of the changelog is in the store
    "assign.restored_all",      // the store has reached the sequence number
    "assign.loaded",            // the fold is rebuilt, reading goes on
    "commit.begun",             // 1 done; the transaction has begun
    "commit.produced_some",     // 2: the first task's records are out
    "commit.produced_all",      // 2 done
    "commit.sent_offsets",      // 3 done
    "commit.committed",         // 4 done, 5 not begun
    "commit.stored_some",       // 5: the first task's store has it
    "commit.stored_all",        // 5 done
    "abort.aborted",            // aborted; folds not yet rebuilt
    "revoke.committed",         // what was done is committed, the partition not yet given back
    "revoke.closed",            // the store is closed, the partition not yet given back
    "lease.taken",              // we hold the lease; the sink not yet initialised
    "lease.initialised_sink",   // earlier intakes are fenced
    "lease.found_offsets",      // the clock and the offsets are known
    "intake.begun",             // a transaction has begun
    "intake.produced_all",      // its records are out
    "intake.sent_offsets",      // its offsets, too
    "intake.committed",         // committed
    "lease.released",           // the lease is being given back
};

#ifdef LAGESBILD_FAILPOINTS
using FailpointHook = std::function<void(std::string_view name)>;
// Of the calling thread; null takes it away.
void SetFailpointHook(FailpointHook hook);
void PassFailpoint(std::string_view name);
#define LB_FAILPOINT(name) ::lagesbild::stream::PassFailpoint(name)
#else
#define LB_FAILPOINT(name) \
  do {                     \
  } while (false)
#endif

}  // namespace lagesbild::stream
