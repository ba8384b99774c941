#include "picture/merge.h"

#include <algorithm>
#include <limits>

#include "base/check.h"
#include "base/geo.h"
#include "base/hash.h"
#include "base/time.h"
#include "picture/tip_limit.h"

namespace lagesbild::picture {
namespace {

// True if `a` says better than `b` where the incident was: tier, then precision, then order.
bool BetterPlaced(const HeldReport& a, const HeldReport& b) {
  const Tier ta = TierOf(a.kind), tb = TierOf(b.kind);
  if (ta != tb) return ta < tb;
  const double no_point = std::numeric_limits<double>::infinity();
  const double pa = a.has_point ? a.precision_m : no_point;
  const double pb = b.has_point ? b.precision_m : no_point;
  if (pa != pb) return pa < pb;
  return ReportOrder()(&a, &b);
}

// Kinds by report, tips by distinct reporter; a tip without a reporter counts by itself.
KindCounts CountKinds(const std::vector<HeldReport*>& members) {
  KindCounts counts{};
  std::vector<std::string_view> reporters;
  for (const HeldReport* m : members) {
    if (TipLimit::Counts(*m)) {
      reporters.push_back(m->reporter);
    } else {
      ++counts[static_cast<size_t>(m->kind)];
    }
  }
  std::sort(reporters.begin(), reporters.end());
  const auto distinct = std::unique(reporters.begin(), reporters.end()) - reporters.begin();
  counts[static_cast<size_t>(Kind::kPublic)] += static_cast<uint32_t>(distinct);
  return counts;
}

}  // namespace

bool Merges(const IncidentClass& of) { return of.merge_ms > 0 && of.merge_metres > 0; }

bool Near(const IncidentClass& of, const HeldReport& first, const HeldReport& later) {
  if (!Merges(of)) return false;
  if (later.occurred_ms - first.occurred_ms > of.merge_ms) return false;
  if (!first.has_point || !later.has_point) return first.area == later.area;
  return DistanceMetres(first.lat, first.lon, later.lat, later.lon) <=
         of.merge_metres + first.precision_m + later.precision_m;
}

Merger::Merger(std::string picture, const Settings* settings)
    : picture_(std::move(picture)), settings_(settings), classes_(settings->classes.size()) {}

void Merger::Insert(HeldReport* report) {
  OfClass& of = classes_[report->class_id];
  if (ClassMerges(report->class_id)) AddByTime(of.reports, report);
  if (of.pending.empty()) pending_classes_.push_back(report->class_id);
  AddByTime(of.pending, report);
}

void Merger::Remove(HeldReport* report) {
  OfClass& of = classes_[report->class_id];
  of.pending.erase(report);
  of.reports.erase(report);
  Incident* incident = report->incident;
  if (incident == nullptr) return;
  Leave(report);
  if (incident->first != report) return;
  if (of.pending.empty()) pending_classes_.push_back(report->class_id);
  of.pending.insert(incident->members.begin(), incident->members.end());
  of.firsts.erase(report);
  End(of, incident);
}

std::vector<Incident*> Merger::Resolve() {
  for (int class_id : pending_classes_) {
    OfClass& of = classes_[class_id];
    while (!of.pending.empty()) {
      HeldReport* report = *of.pending.begin();
      of.pending.erase(of.pending.begin());
      Decide(of, report);
    }
  }
  pending_classes_.clear();
  for (Incident* incident : changed_) {
    incident->changed = false;
    if (!incident->gone) Summarise(incident);
  }
  std::vector<Incident*> changed;
  changed.swap(changed_);
  return changed;
}

void Merger::Forget() { graveyard_.clear(); }

void Merger::Drop(Incident* incident) {
  LB_CHECK(!incident->changed);
  OfClass& of = classes_[incident->first->class_id];
  of.firsts.erase(incident->first);
  for (HeldReport* member : incident->members) {
    of.reports.erase(member);
    member->incident = nullptr;
  }
  incidents_.erase(incident);
}

// Settles one report, all earlier ones of its class being settled.
void Merger::Decide(OfClass& of, HeldReport* report) {
  HeldReport* first = FindFirst(of, *report);
  const bool was_first = report->incident != nullptr && report->incident->first == report;
  if (first == nullptr) {
    if (!was_first) Begin(of, report);
    return;
  }
  if (report->incident == first->incident) return;
  if (was_first) {
    Incident* old = report->incident;
    Leave(report);
    of.pending.insert(old->members.begin(), old->members.end());
    of.firsts.erase(report);
    End(of, old);
  } else if (report->incident != nullptr) {
    Leave(report);
  }
  Join(report, first->incident);
}

HeldReport* Merger::FindFirst(const OfClass& of, const HeldReport& report) const {
  if (!ClassMerges(report.class_id)) return nullptr;
  const IncidentClass& incident_class = settings_->classes[report.class_id];
  const ReportOrder before;
  for (auto it = of.firsts.lower_bound(report.occurred_ms - incident_class.merge_ms);
       it != of.firsts.end() && before(*it, &report); ++it) {
    if (Near(incident_class, **it, report)) return *it;
  }
  return nullptr;
}

// The report begins an incident; later ones that it reaches before any first report they now have
// are looked at again.
void Merger::Begin(OfClass& of, HeldReport* report) {
  if (report->incident != nullptr) Leave(report);
  auto owned = std::make_unique<Incident>();
  Incident* incident = owned.get();
  incident->first = report;
  incident->occurred_ms = report->occurred_ms;
  incident->id =
      StableHash({picture_, report->key.tip ? "tip" : "incident", report->key.org, report->key.id});
  incidents_.emplace(incident, std::move(owned));
  Join(report, incident);
  if (!ClassMerges(report->class_id)) return;
  AddByTime(of.firsts, report);
  const IncidentClass& incident_class = settings_->classes[report->class_id];
  const ReportOrder before;
  for (auto it = of.reports.upper_bound(report);
       it != of.reports.end() &&
       (*it)->occurred_ms - report->occurred_ms <= incident_class.merge_ms;
       ++it) {
    HeldReport* later = *it;
    const bool theirs_is_later =
        later->incident != nullptr && before(report, later->incident->first);
    if (theirs_is_later && Near(incident_class, *report, *later)) of.pending.insert(later);
  }
}

void Merger::Join(HeldReport* report, Incident* incident) {
  report->incident = incident;
  incident->members.push_back(report);
  Touch(incident);
}

void Merger::Leave(HeldReport* report) {
  Incident* incident = report->incident;
  std::erase(incident->members, report);
  report->incident = nullptr;
  Touch(incident);
}

// The incident is no more; its members, pending by now, are nobody's.
void Merger::End(OfClass&, Incident* incident) {
  for (HeldReport* member : incident->members) member->incident = nullptr;
  incident->members.clear();
  incident->gone = true;
  incident->now = Contribution();
  Touch(incident);
  auto it = incidents_.find(incident);
  graveyard_.push_back(std::move(it->second));
  incidents_.erase(it);
}

void Merger::Touch(Incident* incident) {
  if (incident->changed) return;
  incident->changed = true;
  changed_.push_back(incident);
}

void Merger::Summarise(Incident* incident) {
  const HeldReport* best = incident->first;
  incident->first_seen_ms = incident->first->first_accepted_ms;
  bool tier_a = false, solid = false, confirmed = false;
  for (const HeldReport* m : incident->members) {
    if (BetterPlaced(*m, *best)) best = m;
    incident->first_seen_ms = std::min(incident->first_seen_ms, m->first_accepted_ms);
    // A tip confirms nothing: tips alone never raise above Minor (domain.md §3).
    confirmed |= m->confirmed && m->kind != Kind::kPublic;
    tier_a |= TierOf(m->kind) == Tier::kA;
    solid |= m->kind != Kind::kPublic;
  }
  Contribution& now = incident->now;
  now.area = best->area;
  now.class_id = incident->first->class_id;
  now.minute_ms = FloorTo(incident->first->occurred_ms, kMinuteMs);
  now.reports = CountKinds(incident->members);
  const auto kinds =
      std::count_if(now.reports.begin(), now.reports.end(), [](uint32_t n) { return n > 0; });
  now.corroborated = kinds >= 2 || confirmed;
  now.confirmed = confirmed;
  now.solid = solid;
  now.trusted = tier_a || now.corroborated;
}

}  // namespace lagesbild::picture
