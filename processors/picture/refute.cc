#include "picture/refute.h"

#include <algorithm>

#include "picture/merge.h"

namespace lagesbild::picture {
namespace {

// The order in which refuters take.
bool AcceptedBefore(const HeldReport* a, const HeldReport* b) {
  return a->accepted_ms != b->accepted_ms ? a->accepted_ms < b->accepted_ms : ReportOrder()(a, b);
}

}  // namespace

bool Refutations::Concerns(const HeldReport& report) const {
  if (report.class_id < 0 || report.area < 0) return false;
  return Merges(settings_->classes[report.class_id]);
}

void Refutations::Touch(HeldReport* report) {
  OfClass& of = classes_[report->class_id];
  if (of.touched_from_ms == kNever) touched_.push_back(report->class_id);
  of.touched_from_ms = std::min(of.touched_from_ms, report->occurred_ms);
}

void Refutations::Insert(HeldReport* report) {
  if (!Concerns(*report)) return;
  OfClass& of = classes_[report->class_id];
  if (!report->refuted) {
    if (!report->over_limit) AddByTime(of.standing, report);
  } else if (TierOf(report->kind) == Tier::kA) {
    of.refuters.insert(report);
  }
  Touch(report);
}

void Refutations::Remove(HeldReport* report) {
  if (!Concerns(*report)) return;
  OfClass& of = classes_[report->class_id];
  of.standing.erase(report);
  if (of.refuters.erase(report) > 0) {
    absl::erase_if(of.taken, [&](const auto& taken) {
      if (taken.second != report) return false;
      of.changed.insert(taken.first);
      Touch(taken.first);  // others may see it now
      return true;
    });
  }
  of.changed.erase(report);
  of.taken.erase(report);
  report->taken = false;
  Touch(report);
}

void Refutations::Settle(const std::function<void(HeldReport*)>& flip) {
  for (int class_id : touched_) {
    OfClass& of = classes_[class_id];
    Sweep(class_id, of);
    of.touched_from_ms = kNever;
    for (HeldReport* report : of.changed) {
      if (report->taken != of.taken.contains(report)) flip(report);
    }
    of.changed.clear();
  }
  touched_.clear();
}

// The refuters take in the order in which they were accepted; what one has taken the next does not
// see. A refuter sees nothing that occurred more than the class's minutes after it. So what came or
// went concerns the refuters from that long before it on, and what these now take, or take no
// longer, may concern others.
void Refutations::Sweep(int class_id, OfClass& of) {
  if (of.refuters.empty()) return;
  const int64_t reach_ms = settings_->classes[class_id].merge_ms;
  for (int64_t from_ms = of.touched_from_ms - reach_ms, next_ms = from_ms;; from_ms = next_ms) {
    std::vector<HeldReport*> concerned;
    for (auto it = of.refuters.end(); it != of.refuters.begin();) {
      if ((*--it)->occurred_ms < from_ms) break;
      concerned.push_back(*it);
    }
    if (concerned.empty()) return;
    std::sort(concerned.begin(), concerned.end(), AcceptedBefore);
    absl::flat_hash_map<HeldReport*, HeldReport*> old;
    absl::erase_if(of.taken, [&](const auto& taken) {
      if (taken.second->occurred_ms < from_ms) return false;
      old.insert(taken);
      return true;
    });
    const auto reconsider = [&](HeldReport* report) {
      of.changed.insert(report);
      next_ms = std::min(next_ms, report->occurred_ms - reach_ms);
    };
    for (HeldReport* refuter : concerned) {
      for (HeldReport* report : OneIncidentWith(class_id, of, refuter)) {
        const auto was = old.find(report);
        const auto [at, is_new] = of.taken.try_emplace(report, refuter);
        const bool same = is_new && was != old.end() && was->second == refuter;
        at->second = refuter;  // before another, who was accepted later
        if (!same) reconsider(report);
      }
    }
    for (const auto& [report, refuter] : old) {
      if (!of.taken.contains(report)) reconsider(report);
    }
    if (next_ms >= from_ms) return;
  }
}

std::vector<HeldReport*> Refutations::OneIncidentWith(int class_id, const OfClass& of,
                                                      HeldReport* refuter) const {
  const auto hidden = [&](HeldReport* report) {
    const auto at = of.taken.find(report);
    return at != of.taken.end() && AcceptedBefore(at->second, refuter);
  };
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
    if ((*it)->first_accepted_ms <= refuter->accepted_ms && !hidden(*it)) sweep.push_back(*it);
  }
  sweep.insert(std::lower_bound(sweep.begin(), sweep.end(), refuter, ReportOrder()), refuter);
  std::vector<std::vector<HeldReport*>> incidents;
  size_t ended = 0;  // so many of them take no more: their first report is too long ago
  for (HeldReport* report : sweep) {
    while (ended < incidents.size() &&
           report->occurred_ms - incidents[ended].front()->occurred_ms > incident_class.merge_ms) {
      ++ended;
    }
    const auto home = std::find_if(
        incidents.begin() + static_cast<ptrdiff_t>(ended), incidents.end(),
        [&](const auto& members) { return Near(incident_class, *members.front(), *report); });
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
