// What the picture says: alert transitions and aggregates as values. announce.h turns them into
// JSON. Times are Unix milliseconds, UTC. Form: contract, "Alert transition" and "Aggregate".
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/kind.h"
#include "base/log_record.h"
#include "base/settings.h"

namespace lagesbild::picture {

enum class AlertState : uint8_t { kOpen = 1, kUpdated = 2, kResolved = 3, kCancelled = 4 };
enum class Certainty : uint8_t { kPossible = 1, kLikely = 2, kObserved = 3 };
enum class Completeness : uint8_t { kComplete = 1, kPartial = 2, kBlind = 3 };

using KindCounts = std::array<uint32_t, kKindCount>;

struct IncidentSummary {
  uint64_t id = 0;
  std::string class_name;
  int64_t occurred_ms = 0;
  uint32_t reports = 0;
  Verification verification = Verification::kUnconfirmed;
};

std::string NameOfIncident(uint64_t id);  // "i-<hex>"

struct AlertTransition {
  std::string alert_id;  // "a-<hex>"
  int generation = 1;
  int64_t sequence = 1;
  AlertState state = AlertState::kOpen;
  int64_t at_ms = 0;     // the clock at the transition
  int64_t since_ms = 0;  // when this generation opened
  std::string rule, rule_set;
  Severity severity = Severity::kModerate;
  Certainty certainty = Certainty::kPossible;
  std::string picture, area, area_name, of;
  int64_t window_ms = 0;  // 0: does not apply (null), as for enter and exit below
  int64_t observed = 0, enter = 0, exit = 0;
  int64_t incident_count = 0, report_count = 0;
  KindCounts by_kind{};
  std::vector<IncidentSummary> incidents;  // the newest 50 at most
  int64_t incidents_omitted = 0;
  Completeness completeness = Completeness::kComplete;
  std::vector<std::string> blind_sources;
  std::string reason;  // empty: null
  bool silenced = false, acknowledged = false;
  std::string text_sv, text_en;
};

struct Cell {
  uint32_t incidents = 0, corroborated = 0;
  KindCounts reports{};
};
struct NamedCell {
  std::string of;  // class, family or "all"
  Cell cell;
};
struct WindowCells {
  int64_t window_ms = 0;
  std::vector<NamedCell> cells;  // only those with a count: classes, then families, then all
};

struct Aggregate {
  std::string area, area_name, level, picture;
  int64_t as_of_ms = 0;
  int64_t sequence = 0;
  Completeness completeness = Completeness::kComplete;
  std::vector<std::string> blind_sources;
  std::vector<WindowCells> windows;
  bool has_unlocated = false;  // an area with areas below it
  std::vector<WindowCells> unlocated;
};

}  // namespace lagesbild::picture
