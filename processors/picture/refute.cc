#include "picture/refute.h"

#include <algorithm>

#include "picture/merge.h"

namespace lagesbild::picture {

bool Refutations::Concerns(const HeldReport& report) const {
  if (report.class_id < 0 || report.area < 0) return false;
  const IncidentClass& of = settings_->classes[report.class_id];
  return of.merge_ms > 0 && of.merge_metres > 0;
}

void Refutations::Insert(HeldReport* report) {
  if (!Concerns(*report)) return;
  OfClass& of = classes_[report->class_id];
  if (!report->refuted) {
    if (!report->over_limit) of.standing.insert(report);
  } else if (TierOf(report->kind) == Tier::kA) {
    of.refuters.insert(report);
  }
  if (!of.touched) touched_.push_back(report->class_id);
  of.touched = true;
}

void Refutations::Remove(HeldReport* report) {
  if (!Concerns(*report)) return;
  OfClass& of = classes_[report->class_id];
  of.standing.erase(report);
  of.refuters.erase(report);
  if (of.taken.erase(report) > 0) report->taken = false;
  if (!of.touched) touched_.push_back(report->class_id);
  of.touched = true;
}

void Refutations::Settle(const std::function<void(HeldReport*)>& flip) {
  for (int class_id : touched_) {
    OfClass& of = classes_[class_id];
    of.touched = false;
    if (of.refuters.empty() && of.taken.empty()) continue;
    absl::flat_hash_set<HeldReport*> now = Taken(class_id, of);
    for (HeldReport* report : of.taken) {
      if (!now.contains(report)) flip(report);
    }
    for (HeldReport* report : now) {
      if (!of.taken.contains(report)) flip(report);
    }
    of.taken = std::move(now);
  }
  touched_.clear();
}

// The refuters take in the order in which they were accepted; what one has taken the next does not
// see.
absl::flat_hash_set<HeldReport*> Refutations::Taken(int class_id, const OfClass& of) const {
  std::vector<HeldReport*> refuters(of.refuters.begin(), of.refuters.end());
  std::stable_sort(refuters.begin(), refuters.end(), [](const HeldReport* a, const HeldReport* b) {
    return a->accepted_ms < b->accepted_ms;
  });
  absl::flat_hash_set<HeldReport*> taken;
  for (HeldReport* refuter : refuters) {
    for (HeldReport* report : OneIncidentWith(class_id, of, refuter, taken)) taken.insert(report);
  }
  return taken;
}

std::vector<HeldReport*> Refutations::OneIncidentWith(
    int class_id, const OfClass& of, HeldReport* refuter,
    const absl::flat_hash_set<HeldReport*>& taken) const {
  const IncidentClass& incident_class = settings_->classes[class_id];
  // Back to a gap that no incident spans, forward as far as an incident of the refuter reaches.
  auto from = of.standing.lower_bound(refuter);
  for (int64_t next = refuter->occurred_ms; from != of.standing.begin();) {
    const auto before = std::prev(from);
    if (next - (*before)->occurred_ms > incident_class.merge_ms) break;
    next = (*before)->occurred_ms;
    from = before;
  }
  std::vector<HeldReport*> sweep;
  for (auto it = from; it != of.standing.end(); ++it) {
    if ((*it)->occurred_ms > refuter->occurred_ms + incident_class.merge_ms) break;
    if ((*it)->first_accepted_ms <= refuter->accepted_ms && !taken.contains(*it))
      sweep.push_back(*it);
  }
  sweep.insert(std::lower_bound(sweep.begin(), sweep.end(), refuter, ReportOrder()), refuter);
  std::vector<std::vector<HeldReport*>> incidents;
  for (HeldReport* report : sweep) {
    const auto home = std::find_if(incidents.begin(), incidents.end(), [&](const auto& members) {
      return Near(incident_class, *members.front(), *report);
    });
    if (home == incidents.end()) {
      incidents.push_back({report});
    } else {
      home->push_back(report);
    }
  }
  for (auto& members : incidents) {
    const auto self = std::find(members.begin(), members.end(), refuter);
    if (self == members.end()) continue;
    members.erase(self);
    return members;
  }
  return {};
}

}  // namespace lagesbild::picture
