// HeldReport: one report as the picture holds it, and Incident: what reports of one real event
// become.
//
// A HeldReport is what the latest revision says plus when it was accepted; an Incident is derived
// from the reports that stand (merge.h) and is never stored. Both live in one PictureState and
// point at each other; plain data, no logic. Source of the words: contract, "Report" and
// "Incident".
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/btree_set.h"
#include "base/log_record.h"
#include "picture/outputs.h"

namespace lagesbild::picture {

struct Incident;
struct Alert;

// Why a report no longer counts as it did; the highest is the reason of a cancellation.
enum class Cause : uint8_t { kNone = 0, kMerged = 1, kCorrected = 2, kWithdrawn = 3, kRefuted = 4 };

struct HeldReport {
  // As the latest revision has it.
  ReportKey key;
  int64_t revision = 0;
  bool refuted = false;
  bool confirmed = false;
  Kind kind = Kind::kUnspecified;
  std::string class_name;
  std::string area_id;
  int64_t occurred_ms = 0;
  bool has_point = false;
  double lat = 0, lon = 0, precision_m = 0;
  std::string reporter;
  int64_t first_accepted_ms = 0;  // clock of the first revision taken in this picture
  int64_t accepted_ms = 0;        // clock of the latest
  int64_t keep_until_ms = 0;      // no earlier than that of any revision before it

  // Derived from Settings: index of the class and the area, -1 if the configuration no longer has
  // it.
  int class_id = -1;
  int area = -1;
  // Derived from the other reports.
  bool over_limit = false;  // a tip beyond its reporter's limit of the day
  bool taken = false;       // gone with a refuted report of tier A
  Incident* incident = nullptr;
  std::vector<Alert*> alerts;  // single-rule alerts that follow this report

  // May be part of an incident.
  bool Joins() const { return !refuted && !taken && !over_limit && class_id >= 0 && area >= 0; }
};

// The order in which reports are taken: (occurred_from, org, id), tips after the same from the
// incidents topic.
struct ReportOrder {
  bool operator()(const HeldReport* a, const HeldReport* b) const {
    if (a->occurred_ms != b->occurred_ms) return a->occurred_ms < b->occurred_ms;
    if (const int c = a->key.org.compare(b->key.org); c != 0) return c < 0;
    if (const int c = a->key.id.compare(b->key.id); c != 0) return c < 0;
    return a->key.tip < b->key.tip;
  }
};

// What an incident adds to the series of its area and those above it; two are equal if the series
// cannot tell.
struct Contribution {
  int area = -1;  // -1: counts nowhere
  int class_id = -1;
  int64_t minute_ms = 0;
  bool corroborated = false;
  bool solid = false;  // known from more than tips: what count rules count
  bool confirmed = false;
  bool trusted = false;  // a report of tier A, or corroborated
  KindCounts reports{};
  friend bool operator==(const Contribution&, const Contribution&) = default;
};

struct Incident {
  uint64_t id = 0;                   // from its first report's key; NameOfIncident shows it
  HeldReport* first = nullptr;       // the earliest; gives time and class
  int64_t occurred_ms = 0;           // its time
  std::vector<HeldReport*> members;  // `first` among them; in no order
  int64_t first_seen_ms = 0;         // clock at which the earliest accepted of them came
  Contribution now;                  // as the reports have it
  Contribution counted;              // as the series have it
  bool changed = false;              // listed in Merger's changes already
  bool gone = false;                 // no longer first of anything; kept until the instant ends
};

// Incidents by time, then id.
struct IncidentOrder {
  bool operator()(const Incident* a, const Incident* b) const {
    return a->occurred_ms != b->occurred_ms ? a->occurred_ms < b->occurred_ms : a->id < b->id;
  }
};

// A pointer with the time that orders it beside it: a search reads what it points at only where two
// times are the same.
template <typename T>
struct Timed {
  Timed(T* pointer) : at_ms(pointer->occurred_ms), what(pointer) {}  // NOLINT: stands for it
  operator T*() const { return what; }                               // NOLINT: stands for it
  T* operator->() const { return what; }
  int64_t at_ms;
  T* what;
};

template <typename T, typename Order>
struct TimedOrder {
  using is_transparent = void;
  bool operator()(const Timed<T>& a, const Timed<T>& b) const {
    return a.at_ms != b.at_ms ? a.at_ms < b.at_ms : Order()(a.what, b.what);
  }
  bool operator()(const Timed<T>& a, int64_t occurred_ms) const { return a.at_ms < occurred_ms; }
  bool operator()(int64_t occurred_ms, const Timed<T>& b) const { return occurred_ms < b.at_ms; }
};

// Ascending. Their times do not change while they are in it.
using ReportsByTime = absl::btree_set<Timed<HeldReport>, TimedOrder<HeldReport, ReportOrder>>;
using IncidentsByTime = absl::btree_set<Timed<Incident>, TimedOrder<Incident, IncidentOrder>>;

// Most come later than all that are there: then nothing is searched.
template <typename Set, typename T>
void AddByTime(Set& by_time, T* what) {
  by_time.insert(by_time.end(), what);
}

}  // namespace lagesbild::picture
