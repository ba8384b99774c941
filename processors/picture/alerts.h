// Alert and AlertBook: the episodes of the rules in one picture, open and ended, with the timers
// they wait for.
//
// An Alert is what must be remembered between judgements so that the next transition can be told
// from the last: lifecycle, timers, what was announced. It is stored whole as a row. The rules
// (rule_*.cc) decide, judge.cc announces. Thread-compatible. Source: contract, "Alert transition";
// domain.md §4.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "base/status.h"
#include "picture/outputs.h"
#include "picture/report.h"
#include "picture/series.h"

namespace lagesbild::picture {

struct Alert {
  enum class Phase : uint8_t { kOpen = 1, kResolved = 2, kCancelled = 3 };

  // Identity.
  std::string id;
  std::string rule, area_id;
  std::string of;  // class or family as announced
  Phase phase = Phase::kOpen;
  int generation = 1;
  int64_t sequence = 0;         // of the last transition
  int64_t first_opened_ms = 0;  // generation 1
  int64_t opened_ms = 0;        // this generation
  int64_t ended_ms = 0;
  int64_t held_since_ms = kNever;  // count: ≤ exit since; single: unchanged since. kNever: not so
  bool must_fall = false;      // count: dismissed, opens again only after its count has been ≤ exit
  bool was_confirmed = false;  // single: when it ended
  bool proven =
      false;  // count: incidents too old to be held gave ground enough for this generation
  // As last announced.
  bool acknowledged = false, silenced = false;
  Severity severity = Severity::kModerate;
  Completeness completeness = Completeness::kComplete;
  std::vector<std::string> blind_sources;
  std::string incident_id;         // single: of the incident last announced
  std::vector<std::string> orgs;   // that reported in this generation, ascending
  std::vector<ReportKey> reports;  // single: those of its incident at the last judgement
  // Count: when incidents that are too old to be held entered this generation's window and left it.
  std::vector<std::pair<int64_t, int64_t>> past;
  uint64_t shape = 0;  // single: hash of its incident, to tell when it changes

  // Not stored: derived from the configuration, and the timer it is listed under.
  int rule_index = -1;
  int area = -1;
  int64_t due_ms = kNever;
  // Commands of the instant that is being judged.
  bool acknowledge_asked = false, dismiss_asked = false;
};

// A count at or above `enter` that has to stand for the rule's `for` before it opens.
struct PendingCount {
  std::string rule, area_id;
  int64_t due_ms = kNever;
  bool came_due = false;  // not stored
};

std::string EncodeAlert(const Alert& alert);
StatusOr<Alert> DecodeAlert(std::string_view row);  // DataLoss: not a row of this format
StatusOr<PendingCount> DecodePending(std::string_view row);

class AlertBook {
 public:
  // Null if there is none; ended ones are kept as long as their reports may be.
  Alert* Find(const std::string& id);
  // The latest alert of a count rule in an area; null if none.
  Alert* Latest(const std::string& rule, const std::string& area_id);
  Alert& Add(Alert alert);

  // A count that is pending, null if it is not. Wait starts, or ends, its wait.
  const PendingCount* Pending(const std::string& rule, const std::string& area_id) const;
  void Wait(PendingCount pending);
  void StopWaiting(const std::string& rule, const std::string& area_id);
  // Those due at or before `clock_ms`; they stay pending, but are due no more.
  std::vector<PendingCount> TakePendingDue(int64_t clock_ms);

  std::vector<std::string> PendingNames() const;  // of their rows
  const std::map<std::pair<std::string, std::string>, PendingCount>& pending() const {
    return pending_;
  }

  // (Re)schedules the alert's next look; kNever: none.
  void SetDue(Alert& alert, int64_t due_ms);
  int64_t next_due_ms() const;
  // Alerts due at or before `clock_ms`; they are due no more.
  std::vector<Alert*> TakeDue(int64_t clock_ms);

  void MarkDirty(Alert& alert);
  // (name, row) of those changed since the last call, row empty for those gone; ascending by name,
  // which is the alert's id or that of a pending count.
  std::vector<std::pair<std::string, std::string>> TakeRows();
  // All rows there are, in the order of names.
  std::map<std::string, std::string> AllRows() const;
  Status Restore(std::string_view name, std::string_view row);

  // Drops what ended before `before_ms`; returns what is dropped, so that reports can let go of
  // them.
  void DropEndedBefore(int64_t before_ms, const std::function<void(Alert&)>& dropping);

  const absl::btree_map<std::string, std::unique_ptr<Alert>>& all() const { return by_id_; }

 private:
  absl::btree_map<std::string, std::unique_ptr<Alert>> by_id_;
  absl::flat_hash_map<std::string, absl::flat_hash_map<std::string, Alert*>> latest_;  // rule, area
  // Pointer order decides nothing: all that is due at one time is one instant.
  absl::btree_set<std::pair<int64_t, Alert*>> timers_;
  std::map<std::pair<std::string, std::string>, PendingCount> pending_;  // few
  absl::flat_hash_set<std::string> dirty_;
};

}  // namespace lagesbild::picture
