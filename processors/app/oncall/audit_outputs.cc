#include "app/oncall/audit_outputs.h"

#include <simdjson.h>

#include <optional>

#include "base/hash.h"
#include "base/time.h"
#include "picture/announce.h"

namespace lagesbild::app {
namespace {

using simdjson::dom::object;

bool Text(object& from, const char* name, std::string& to) {
  std::string_view text;
  if (from[name].get(text)) return false;
  to.assign(text);
  return true;
}

bool Time(object& from, const char* name, int64_t& to) {
  std::string_view text;
  if (from[name].get(text)) return false;
  const std::optional<int64_t> ms = ParseTimeMs(text);
  if (ms) to = *ms;
  return ms.has_value();
}

// A window with a class in it.
bool Counts(simdjson::simdjson_result<simdjson::dom::element> windows) {
  object of_window, all;
  if (windows.get(all)) return false;
  for (const auto& [name, window] : all) {
    if (!window.get(of_window) && of_window.size() > 0) return true;
  }
  return false;
}

std::string NameOf(const std::string& id, int64_t sequence) {
  return id + " transition " + std::to_string(sequence);
}

bool CountsNothing(const picture::Aggregate& aggregate) {
  for (const auto* windows : {&aggregate.windows, &aggregate.unlocated}) {
    for (const picture::WindowCells& window : *windows) {
      if (!window.cells.empty()) return false;
    }
  }
  return true;
}

}  // namespace

int32_t AuditOutputs::PartitionOfPicture(const std::string& picture) const {
  return PartitionOf(picture, partitions_);
}

void AuditOutputs::TakeAlert(const stream::RecordView& record, Findings& findings) {
  simdjson::dom::parser parser;
  object fields;
  std::string id, state;
  int64_t sequence = 0;
  Transition taken;
  if (!record.value || parser.parse(record.value->data(), record.value->size()).get(fields) ||
      !Text(fields, "alert_id", id) || !Text(fields, "state", state) ||
      fields["sequence"].get(sequence) || !Text(fields, "picture", taken.picture) ||
      !Time(fields, "at", taken.at_ms)) {
    findings.Add(Findings::kAlert,
                 "a record of the topic is no alert, offset " + std::to_string(record.offset));
    return;
  }
  taken.value.assign(*record.value);
  taken.open = state == "open" || state == "updated";
  const auto [it, first] = alerts_.try_emplace({id, sequence}, std::move(taken));
  if (first) return;
  if (it->second.value != *record.value) {
    findings.Add(Findings::kAlert, NameOf(id, sequence) + " is in the topic twice, and differs");
  } else if (!repeats_allowed_) {
    findings.Add(Findings::kAlert, NameOf(id, sequence) + " is in the topic twice");
  }
}

void AuditOutputs::TakeAggregate(const stream::RecordView& record, Findings& findings) {
  if (!record.value) return;
  simdjson::dom::parser parser;
  object fields;
  std::string area;
  Latest latest;
  if (parser.parse(record.value->data(), record.value->size()).get(fields) ||
      !Text(fields, "area", area) || !Text(fields, "picture", latest.picture) ||
      !Time(fields, "as_of", latest.as_of_ms) || fields["sequence"].get(latest.sequence)) {
    findings.Add(Findings::kAggregate,
                 "a record of the topic is no aggregate, offset " + std::to_string(record.offset));
    return;
  }
  latest.counts = Counts(fields["windows"]) || Counts(fields["unlocated"]);
  latest.value.assign(*record.value);
  latest_[area] = std::move(latest);
}

void AuditOutputs::Expect(const picture::AlertTransition& transition, bool committed,
                          Findings& findings) {
  const auto it = alerts_.find({transition.alert_id, transition.sequence});
  const std::string name = NameOf(transition.alert_id, transition.sequence);
  if (it == alerts_.end()) {
    if (committed) findings.Add(Findings::kAlert, name + " is not in the topic");
    return;
  }
  it->second.given = true;
  const std::string wanted = picture::AlertJson(transition);
  if (it->second.value != wanted) {
    findings.Add(Findings::kAlert, name + " differs: the topic has " + it->second.value +
                                       "; the log gives " + wanted);
  }
}

std::set<int64_t> AuditOutputs::ClocksOf(int32_t partition) const {
  std::set<int64_t> clocks;
  for (const auto& [area, latest] : latest_) {
    if (PartitionOfPicture(latest.picture) == partition) clocks.insert(latest.as_of_ms);
  }
  return clocks;
}

void AuditOutputs::Compare(int32_t partition,
                           const std::map<std::string, picture::Aggregate>& current,
                           const Settings& settings, int64_t clock_ms, bool and_before,
                           Findings& findings) {
  for (auto& [area, latest] : latest_) {
    if (PartitionOfPicture(latest.picture) != partition || latest.compared) continue;
    if (latest.as_of_ms != clock_ms && !(and_before && latest.as_of_ms < clock_ms)) continue;
    latest.compared = true;
    const auto it = current.find(area);
    if (it == current.end()) {
      // All has left its windows, or the area is gone.
      if (!latest.counts || settings.FindArea(area) < 0) continue;
      findings.Add(Findings::kAggregate,
                   area + ": the topic has " + latest.value + "; the log gives no count there");
      continue;
    }
    picture::Aggregate wanted = it->second;
    wanted.as_of_ms = latest.as_of_ms;
    wanted.sequence = latest.sequence;
    if (const std::string json = picture::AggregateJson(wanted); json != latest.value) {
      findings.Add(Findings::kAggregate,
                   area + ": the topic has " + latest.value + "; the log gives " + json);
    }
  }
  if (!and_before) return;
  for (const auto& [area, aggregate] : current) {
    if (!latest_.contains(area) && !CountsNothing(aggregate)) {
      findings.Add(Findings::kAggregate, area + " is not in the topic; the log gives " +
                                             picture::AggregateJson(aggregate));
    }
  }
}

void AuditOutputs::CompareStored(int32_t partition, const std::string& where,
                                 const std::map<std::string, StoredAlert>& stored,
                                 const std::map<std::string, StoredAlert>& wanted, int64_t clock_ms,
                                 bool committed, Findings& findings) const {
  for (const auto& [id, alert] : stored) {
    const auto it = alerts_.find({id, alert.sequence});
    const std::string name = NameOf(id, alert.sequence);
    if (it == alerts_.end()) {
      if (committed)
        findings.Add(Findings::kAlert, where + ": " + name + " is stored, and not in the topic");
    } else if (it->second.open != alert.open) {
      findings.Add(Findings::kAlert, where + ": " + id + " is stored as " +
                                         (alert.open ? "open" : "ended") +
                                         ", its transition says otherwise");
    }
  }
  for (auto it = alerts_.begin(); it != alerts_.end(); ++it) {
    const auto& [id, sequence] = it->first;
    const auto next = std::next(it);
    if (next != alerts_.end() && next->first.first == id) continue;  // not the latest
    const Transition& last = it->second;
    if (!last.open || last.at_ms > clock_ms || PartitionOfPicture(last.picture) != partition)
      continue;
    // It was read when it was open, and has long ended at the state's clock.
    if (!wanted.contains(id)) continue;
    const auto held = stored.find(id);
    if (held == stored.end() || held->second.sequence < sequence) {
      findings.Add(Findings::kAlert,
                   where + ": " + NameOf(id, sequence) + " is open in the topic, and not stored");
    }
  }
}

void AuditOutputs::FindLeftOver(int32_t partition, bool alerts, Findings& findings) const {
  for (const auto& [name, transition] : alerts_) {
    if (!alerts || transition.given || PartitionOfPicture(transition.picture) != partition)
      continue;
    findings.Add(Findings::kAlert,
                 NameOf(name.first, name.second) +
                     " is in the topic; the log does not give it: " + transition.value);
  }
  for (const auto& [area, latest] : latest_) {
    if (latest.compared || PartitionOfPicture(latest.picture) != partition) continue;
    findings.Add(Findings::kAggregate, area + ": the latest in the topic is as of " +
                                           FormatTimeMs(latest.as_of_ms) +
                                           ", and the log has no such instant");
  }
}

}  // namespace lagesbild::app
