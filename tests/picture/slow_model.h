// Slow, obvious models of revise, merge and count: what the picture must say, recomputed from
// scratch from the whole list of records. They share nothing with processors/picture but the types.
//
// log records of one partition → Revise → Standing → Merge → Incident → WindowsOf → cells.
// Pure functions; any thread. Source: contract (Report, Incident, Aggregate), architecture §3.
//
// What the contract leaves open, and how these models read it:
// - Every picture is judged by itself: a report is held a picture; Superseded and Liveness are seen
// by
//   all. A Superseded makes room for its revision, so a report of that very revision is taken after
//   it; a withdrawal of revision r is refused where a report of revision r came first, and the
//   reverse.
// - "First accepted" is the clock at which a report was taken that this picture did not hold when
//   the instant began; its later revisions keep it. One that was withdrawn or moved away and comes
//   back is first accepted again. What a refuted report takes with it is measured against the clock
//   at which its standing (refuted) revision was taken.
// - Refutations by tier A act in the order of that clock, those of one instant in report order.
//   Each sweeps the reports that were first accepted by then and that no earlier one has taken.
// - The limit on tips looks at the tips that stand by themselves (not withdrawn, not refuted),
// before
//   refutations of others take any away.
// - A report without a point matches reports whose deepest counted area is the same, whichever of
// the
//   two came first. An area-only report of a wide area does not match points below it.
// - A confirmation by a tip confirms nothing.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/log_record.h"
#include "base/settings.h"
#include "picture/outputs.h"

namespace lagesbild::picture::slow {

using Log = std::vector<LogRecord>;

// A report as the picture holds it: the revision that won, refuted ones included.
struct Standing {
  Report report;
  int64_t first_accepted_ms = 0;  // clock of the first revision taken here
  int64_t accepted_ms = 0;        // clock of this revision
  int64_t latest_ms = 0;          // the latest that any of its revisions said it occurred
};

struct Incident {
  std::vector<Standing> reports;  // in report order; the first gives time and class
  int class_id = -1;
  int64_t occurred_ms = 0;
  std::string area;  // where its best report counts
  Verification verification = Verification::kUnconfirmed;
  bool corroborated = false;
  bool trusted = false;
  bool tips_alone = false;
  KindCounts by_kind{};

  const ReportKey& first_key() const { return reports.front().report.key; }
  uint32_t report_count() const;
};

// (occurred_from, org, id), then incidents before tips.
bool ReportBefore(const Report& a, const Report& b);

// Every report held for `picture` after `log`, in report order.
std::vector<Standing> Revise(const Log& log, const std::string& picture);

// The incidents of one picture's reports, by class as the settings list them, then by first report.
std::vector<Incident> Merge(const Settings& settings, const std::vector<Standing>& held);

// The area ids at which something counted in `area` counts: itself, up to its picture.
std::vector<std::string> CountedIn(const Settings& settings, const std::string& area);

// True if an incident of this time is in the window at this clock.
bool InWindow(int64_t occurred_ms, int64_t window_ms, int64_t clock_ms);

// The windows of one area as an Aggregate has them, windows without a count left out. `own_only`:
// the part that could only be placed in this very area ("unlocated").
std::vector<WindowCells> WindowsOf(const Settings& settings, const std::vector<Incident>& incidents,
                                   const std::string& area, int64_t clock_ms, bool own_only);

}  // namespace lagesbild::picture::slow
