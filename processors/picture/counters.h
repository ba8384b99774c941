// Counters: the series of one picture, area by area, fed by incidents.
//
// An incident counts in the series of its class, of its families and of "all", in its area and in
// each area above up to the picture; what could be placed no deeper than an area with areas below
// it counts once more in that area's "unlocated" series.
//
// Time alone only lowers a count, and most lowered counts change no alert: a series is brought up
// to the clock when it is read, and all are before aggregates and rows are collected.
// Only those that a rule watches fall due at the very moment that something leaves them. Owns the
// series, borrows the incidents. Source: contract, "Aggregate".
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <queue>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "base/settings.h"
#include "picture/report.h"
#include "picture/series.h"

namespace lagesbild::picture {

// What series can be of: classes first, then families, then all, as one index.
class OfIndex {
 public:
  explicit OfIndex(const Settings& settings);
  int size() const { return static_cast<int>(names_.size()); }
  const std::string& name(int of) const { return names_[of]; }
  // The series that an incident of this class counts in: itself, its families upwards, all.
  const std::vector<int>& of_class(int class_id) const { return of_class_[class_id]; }
  // The classes that count in this series.
  const std::vector<int>& classes(int of) const { return classes_[of]; }
  int Find(const Of& of) const;  // -1: not in the configuration
  int of_rule(int rule_index) const { return of_rule_[rule_index]; }  // the same for a rule's
  // Name in stored keys: prefixed by c, f or a, for a class and a family may share one.
  std::string StoredName(int of) const;
  int FindStored(const std::string& name) const;  // -1: not in the configuration

 private:
  const Settings& settings_;
  std::vector<std::string> names_;
  std::vector<std::vector<int>> of_class_, classes_;
  std::vector<int> of_rule_;
  absl::flat_hash_map<std::string, int> by_name_;
};

// A series whose sums, or whose incidents, have changed in this instant.
struct TouchedSeries {
  int area = -1;
  int of = -1;
  Cause cause = Cause::kNone;  // why an incident left it, other than by time; the highest of them
};

class Counters {
 public:
  // All borrowed; `picture` is an area index.
  Counters(const Settings* settings, const OfIndex* ofs, int picture);

  // Makes the series count what the incident now says in place of what they counted of it; `cause`
  // says why, where it is less.
  void Apply(Incident* incident, Cause cause);
  // Time has come to `clock_ms`: what leaves a watched series leaves it now.
  void AdvanceTo(int64_t clock_ms);
  // When something next leaves a watched series.
  int64_t next_due_ms() const { return watched_.empty() ? kNever : watched_.top().due_ms; }
  // From now on, or no longer, a rule (by its index) must see this series fall, at the moment.
  void Watch(int area, int of, int rule_index, bool watch);
  // Brings every series up to the clock.
  void BringUp();

  // Touched since the last call; one entry a series, in no order.
  std::vector<TouchedSeries> TakeTouched();

  // The incident has left memory (past every window): it is no longer among `incidents`.
  void Forget(Incident* incident);

  // Series of (area, of), at the clock; null if it never had a count.
  const Series* Find(int area, int of);
  const Series* FindUnlocated(int area, int of);
  // Incidents of a class counted in this area or below it; past every window ones too.
  const IncidentsByTime& incidents(int area, int class_id) const;

  // Areas that have a series, ascending.
  std::vector<int> areas() const;
  // Areas with a sum changed since the last call.
  std::vector<int> TakeChangedAreas();
  void MarkChanged(int area);

  // Stored rows, an hour of a series each: (area, of, unlocated, hour). Value empty: delete it.
  using RowSink =
      std::function<void(int area, int of, bool unlocated, int64_t hour_ms, std::string value)>;
  void TakeRows(const RowSink& sink);
  // Every row there is.
  void ForEachRow(
      const std::function<void(int area, int of, bool unlocated, int64_t hour_ms)>& row) const;
  void AllRows(const RowSink& sink) const;  // with their values
  Status Restore(int area, int of, bool unlocated, int64_t hour_ms, std::string_view row,
                 int64_t clock_ms);
  // For a restored incident: what the restored series have of it already.
  void Adopt(Incident* incident);
  int64_t series_count() const { return static_cast<int64_t>(slots_.size()); }

 private:
  struct AreaState;
  struct Slot {
    int area, of;
    bool unlocated;
    AreaState* state;  // of the area
    Series series;
    // Of its live entry in all_ and in watched_.
    int64_t due_ms = kNever, watched_due_ms = kNever;
    std::vector<int> watchers;  // rules, ascending
    bool touched = false;
    bool dirty = false;
    Cause cause = Cause::kNone;
  };
  struct AreaState {
    std::vector<Slot*> by_of, unlocated;
    std::vector<IncidentsByTime> incidents;  // by class
    bool changed = false;
  };
  struct Timer {
    int64_t due_ms;
    Slot* slot;
    bool operator<(const Timer& other) const { return due_ms > other.due_ms; }  // earliest on top
  };

  AreaState& Of(int area);
  void List(Incident* incident, const Contribution& as);
  void Unlist(Incident* incident, const Contribution& as);
  Slot& SlotOf(int area, int of, bool unlocated);
  Slot& SlotOf(AreaState& state, int area, int of, bool unlocated);
  void MarkChanged(AreaState& state, int area);
  // The series that it counts in.
  using Slots = absl::InlinedVector<Slot*, 16>;
  Slots SlotsOf(const Contribution& contribution);
  void AddToSeries(const Slots& slots, const Contribution& contribution, int sign, Cause cause);
  void Change(Slot& slot, const Contribution& contribution, int sign, Cause cause);
  void Touch(Slot& slot, Cause cause);
  void MarkDirty(Slot& slot);
  void Schedule(Slot& slot);
  bool BringUp(Slot& slot);
  const Series* AtClock(Slot* slot);
  template <typename F>
  void ForEachArea(int area, F&& f) const;

  const Settings* settings_;
  const OfIndex* ofs_;
  int picture_;
  absl::flat_hash_map<int, std::unique_ptr<AreaState>> areas_;
  std::vector<std::unique_ptr<Slot>> slots_;
  int64_t clock_ms_ = std::numeric_limits<int64_t>::min();
  std::priority_queue<Timer> all_, watched_;
  std::vector<Slot*> touched_, dirty_;
  std::vector<int> changed_;  // areas
};

}  // namespace lagesbild::picture
