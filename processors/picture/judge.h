// Judge: what changed in one instant, in one picture → alert transitions.
//
// Holds what the rules share: what has changed, what an alert may say, and how a transition is
// announced. Each rule is one file (rule_*.cc) and one line in the table in judge.cc; a rule
// decides when an alert opens, stays and ends, nothing else. All of an instant is judged at once,
// at its clock. Lives for one instant. Thread-compatible. Source: contract, "Alert transition";
// domain.md §3, §4.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/settings.h"
#include "picture/alerts.h"
#include "picture/counters.h"
#include "picture/outputs.h"
#include "picture/report.h"
#include "picture/silences.h"
#include "picture/sources.h"

namespace lagesbild::picture {

// An incident that is new, changed or gone.
struct IncidentChange {
  Incident* incident = nullptr;
  Contribution before;  // what the series had of it
};

// What an instant changed in the picture.
struct Changes {
  std::vector<IncidentChange> incidents;
  std::vector<TouchedSeries> series;
  absl::flat_hash_map<ReportKey, Cause> lost;  // reports that counted and no longer do as they did
  std::vector<Alert*>
      alerts;  // due, followed a changed report, or command, silence, blindness; may repeat
  std::vector<PendingCount> pending;  // due
};

// What an alert says of the incidents behind it.
struct Facts {
  std::string of;
  int64_t observed = 0;
  Counts counts;  // of the incidents behind it; reports of solid ones only
  // By time: the newest kIncidentsMax, or all. Where `list` is set it gives them, once a transition
  // tells of them: most looks at an alert end in none.
  std::vector<const Incident*> incidents;
  std::function<std::vector<const Incident*>()> list;
  std::vector<const Incident*> fresh;  // those that came or changed in this instant
  // The incidents behind it are other ones, or other things are said of them, than before this
  // instant, by more than time having taken some out of the window.
  bool changed = false;
};
inline constexpr size_t kIncidentsMax = 50;  // that one transition lists

// True if what a coordinator is told of an incident differs: verification, or reports by kind.
bool SaysOther(const Contribution& before, const Contribution& now);

class Judge {
 public:
  struct Context {
    const Settings* settings;
    const OfIndex* ofs;
    int picture;  // area index
    Counters* counters;
    AlertBook* alerts;
    const Silences* silences;
    const Sources* sources;
    // The held report of a key, null if there is none.
    std::function<HeldReport*(const ReportKey&)> find_report;
    int64_t clock_ms;
  };
  Judge(Context context, const Changes& changes);

  // All transitions of the instant, in the order of alert ids.
  std::vector<AlertTransition> Run();

  // For the rules.
  const Context& context() const { return context_; }
  const Changes& changes() const { return changes_; }
  int64_t clock_ms() const { return context_.clock_ms; }
  // Opens a new alert, or the next generation of one that has ended.
  void Open(Alert alert, const Facts& facts);
  void Reopen(Alert& alert, const Facts& facts);
  // Ends an open one.
  void Resolve(Alert& alert, const Facts& facts, std::string_view reason = {});
  void Cancel(Alert& alert, const Facts& facts, Cause cause);
  // Announces what has changed of an open one since the last transition, if anything has.
  void Update(Alert& alert, const Facts& facts);
  // True if a source that contributes to the alert is blind: nothing resolves.
  bool Blind(const Alert& alert, const Facts& facts) const;

 private:
  AlertTransition Describe(const Alert& alert, const Facts& facts, AlertState state) const;
  void Emit(Alert& alert, const Facts& facts, AlertState state, std::string_view reason);
  // Takes over what the facts say now. `fresh`: what it has not yet seen of the incidents behind
  // it.
  void Refresh(Alert& alert, const Facts& facts, std::span<const Incident* const> fresh);
  std::vector<std::string> BlindSources(const Alert& alert, const Facts& facts) const;
  bool Feeds(const Source& source, const std::string& of) const;
  Completeness CompletenessOf(const std::vector<std::string>& blind) const;

  Context context_;
  const Changes& changes_;
  std::vector<AlertTransition> out_;
};

// One line a rule type.
struct RuleEntry {
  RuleType type;
  std::string_view name;
  void (*judge)(const Rule& rule, int rule_index, Judge& judge);
};
std::span<const RuleEntry> RuleTable();

void JudgeSingle(const Rule& rule, int rule_index, Judge& judge);  // rule_single.cc
void JudgeCount(const Rule& rule, int rule_index, Judge& judge);   // rule_count.cc
// True if time alone may change what becomes of the alert, or of the count that is none yet.
bool WatchesCount(const Alert* latest, const PendingCount* pending);
// The incident behind this open alert of a count rule is about to be forgotten: what it gave
// remains.
void RememberBehind(const Rule& rule, const Incident& incident, Alert& alert);  // rule_count.cc

// How sure the alert is: as sure as the surest `needed` of its incidents.
Certainty CertaintyOf(const Facts& facts, int64_t needed);

}  // namespace lagesbild::picture
