// Mutants: one-line faults of the engine that a test can switch on, to see that the simulator
// (tests/sim) would notice.
//
// LB_MUTANT("name") is false, and costs nothing, unless built with LAGESBILD_FAILPOINTS; then it is
// true on a thread that has called SetMutant with that name. Every name is in kMutants.
#pragma once

#include <string_view>

namespace lagesbild::stream {

struct MutantName {
  std::string_view name, what;
};
inline constexpr MutantName kMutants[] = {
    // The picture's commit and assign.
    {"store_before_commit", "the store is written before the transaction is committed"},
    {"unknown_is_committed", "a commit whose reply is lost is taken for committed"},
    {"producer_kept", "the producer is kept after a commit of unknown outcome"},
    {"offsets_unfenced", "offsets are sent without member id and generation"},
    {"timer_offsets_unsent", "the offset of a transaction without outputs is not sent"},
    {"commit_inside_instant", "the open instant is committed as if it were judged"},
    {"instant_twice", "the offset committed is one short: a record is read again"},
    {"instant_early", "an instant is judged before it is over"},
    {"overlay_kept", "after an abort the fold and its outputs are kept"},
    {"not_sought_back", "after an abort the input is not sought back"},
    {"only_new_rows", "a row that changes is not written again: no absolute values"},
    {"tombstones_unlogged", "rows that are gone are not said to the changelog"},
    {"seq_unchecked", "a store is believed whatever the group's sequence number"},
    {"changelog_end_by_offset", "a restore ends where the changelog seems to end"},
    {"local_kept", "a store set aside is rebuilt from the offset of the old one"},
    {"row_count_unchecked", "rows that are missing or too many in a store are not noticed"},
    {"lost_commits",
     "partitions lost to the group are committed, unfenced, before they are let go"},
    {"revoked_late",
     "partitions are given back first, and what is done is committed late and unfenced"},
    // Intake.
    {"intake_clock_forgotten", "the clock is not taken over from the intake before"},
    {"tick_offsets_unsent", "the offsets of a transaction of ticks alone are not sent"},
    {"tick_at_the_wall", "ticks are at the wall while a backlog drains"},
    {"intake_kept", "after an abort intake goes on where it was"},
    {"intake_uninitialised", "a new intake writes without init_transactions"},
    {"none_is_zero", "\"no committed offset\" is read as offset 0"},
    {"order_ignores_unfetched", "a partition that is not yet fetched does not hold the others up"},
    // Of the client library, as far as the simulator has one: what a log port must see to.
    {"broken_connection_ignored", "a producer goes on after its connection broke"},
    {"sequence_unchecked", "a copy of a produce request is taken for another record"},
    {"stale_fetch_kept", "what was fetched before a Start is handed out after it"},
};

#ifdef LAGESBILD_FAILPOINTS
// Of the calling thread; "" takes it away.
void SetMutant(std::string_view name);
bool MutantIs(std::string_view name);
#define LB_MUTANT(name) ::lagesbild::stream::MutantIs(name)

// Until the end of the scope, `other` is on in the place of `name`.
class MutantBecomes {
 public:
  MutantBecomes(std::string_view name, std::string_view other) : name_(name), on_(MutantIs(name)) {
    if (on_) SetMutant(other);
  }
  ~MutantBecomes() {
    if (on_) SetMutant(name_);
  }
  MutantBecomes(const MutantBecomes&) = delete;
  MutantBecomes& operator=(const MutantBecomes&) = delete;

 private:
  const std::string_view name_;
  const bool on_;
};
#define LB_MUTANT_BECOMES(name, other) \
  const ::lagesbild::stream::MutantBecomes lb_mutant(name, other)
#else
#define LB_MUTANT(name) false
#define LB_MUTANT_BECOMES(name, other)
#endif

}  // namespace lagesbild::stream
