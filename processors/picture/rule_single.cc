// Rule "single": one trusted incident of a grave class. One alert an incident.
//
// An alert stays with the incident that holds the earliest of its reports that remains; when
// corrections bring two to one incident the younger is cancelled. In: incidents changed, reports
// lost, alerts due. Source: contract, "Alert transition".
#include <algorithm>

#include "base/hash.h"
#include "base/time.h"
#include "picture/judge.h"

namespace lagesbild::picture {
namespace {

class SingleRule {
 public:
  SingleRule(const Rule& rule, int rule_index, Judge& judge)
      : rule_(rule), rule_index_(rule_index), judge_(judge), clock_ms_(judge.clock_ms()) {}

  void Run();

 private:
  struct Followed {
    Alert* alert;
    Incident* home;  // null: none of its reports remains
    Cause lost;      // the highest cause among its reports that are lost
  };
  std::vector<Followed> Affected();
  Followed Follow(Alert* alert) const;
  void JudgeOpen(const Followed& followed, bool merged);
  void JudgeEnded(const Followed& followed);
  void OpenNew(Incident* incident);
  bool Mine(const Alert* alert) const { return alert->rule_index == rule_index_; }
  bool Covered(const Incident* incident) const {
    return judge_.context().settings->Covers(rule_.of, incident->now.class_id);
  }
  Facts FactsOf(const Alert& alert, const Incident* home) const;
  void Hold(Alert& alert, const Incident* home);
  uint64_t ShapeOf(const Incident& incident) const;
  void Bind(Alert& alert, Incident* home);
  void Unbind(Alert& alert);

  const Rule& rule_;
  const int rule_index_;
  Judge& judge_;
  const int64_t clock_ms_;
  std::vector<Incident*> looked_at_;  // that may be without an alert now
};

bool Older(const Alert* a, const Alert* b) {
  return a->first_opened_ms != b->first_opened_ms ? a->first_opened_ms < b->first_opened_ms
                                                  : a->id < b->id;
}

void SingleRule::Run() {
  std::vector<Followed> affected = Affected();
  std::vector<const Incident*> held;  // by an open alert, the oldest first
  std::vector<const Incident*> said;  // by that one, or by one that resolves just now
  for (const Followed& f : affected) {
    if (f.alert->phase != Alert::Phase::kOpen) continue;
    const bool merged =
        f.home != nullptr && std::find(said.begin(), said.end(), f.home) != said.end();
    JudgeOpen(f, merged);
    if (f.alert->phase != Alert::Phase::kCancelled) said.push_back(f.home);
    if (f.alert->phase == Alert::Phase::kOpen) held.push_back(f.home);
  }
  for (const Followed& f : affected) {
    if (f.alert->phase != Alert::Phase::kResolved) continue;
    if (f.home == nullptr) {  // its incident is gone; one that comes back is a new one
      Unbind(*f.alert);
      judge_.context().alerts->MarkDirty(*f.alert);
      continue;
    }
    if (std::find(held.begin(), held.end(), f.home) != held.end()) {
      // Another speaks for the incident; what is confirmed under it is no news later.
      f.alert->was_confirmed = f.home->now.confirmed;
      judge_.context().alerts->MarkDirty(*f.alert);
      continue;
    }
    JudgeEnded(f);
    held.push_back(f.home);  // an ended alert covers its incident all the same: no second one opens
  }
  std::vector<Incident*> fresh;
  for (Incident* incident : looked_at_) {
    if (!incident->now.trusted || !Covered(incident)) continue;
    if (std::find(held.begin(), held.end(), incident) == held.end()) fresh.push_back(incident);
  }
  for (Incident* incident : fresh) OpenNew(incident);
}

// Alerts of the rule that anything of this instant may concern, the oldest first.
std::vector<SingleRule::Followed> SingleRule::Affected() {
  std::vector<Alert*> alerts;
  const auto take = [&](Alert* alert) {
    if (Mine(alert)) alerts.push_back(alert);
  };
  for (Alert* alert : judge_.changes().alerts) take(alert);
  for (const IncidentChange& change : judge_.changes().incidents) {
    if (change.incident->gone) continue;
    looked_at_.push_back(change.incident);
    for (const HeldReport* member : change.incident->members) {
      for (Alert* alert : member->alerts) take(alert);
    }
  }
  // An alert that goes with the earliest of its reports leaves the incidents of the others to
  // themselves, whether these have changed or not.
  const size_t concerned = alerts.size();
  for (size_t i = 0; i < concerned; ++i) {
    for (const ReportKey& key : alerts[i]->reports) {
      const HeldReport* report = judge_.context().find_report(key);
      if (report == nullptr || report->incident == nullptr) continue;
      if (std::find(looked_at_.begin(), looked_at_.end(), report->incident) != looked_at_.end())
        continue;
      looked_at_.push_back(report->incident);
      for (const HeldReport* member : report->incident->members) {
        for (Alert* alert : member->alerts) take(alert);
      }
    }
  }
  std::sort(alerts.begin(), alerts.end(), Older);
  alerts.erase(std::unique(alerts.begin(), alerts.end()), alerts.end());
  std::vector<Followed> affected;
  for (Alert* alert : alerts) affected.push_back(Follow(alert));
  return affected;
}

SingleRule::Followed SingleRule::Follow(Alert* alert) const {
  Followed followed{alert, nullptr, Cause::kNone};
  const HeldReport* earliest = nullptr;
  for (const ReportKey& key : alert->reports) {
    const auto lost = judge_.changes().lost.find(key);
    if (lost != judge_.changes().lost.end()) followed.lost = std::max(followed.lost, lost->second);
    const HeldReport* report = judge_.context().find_report(key);
    if (report == nullptr || report->incident == nullptr) continue;
    if (earliest == nullptr || ReportOrder()(report, earliest)) earliest = report;
  }
  if (earliest != nullptr) followed.home = earliest->incident;
  return followed;
}

void SingleRule::JudgeOpen(const Followed& f, bool merged) {
  Alert& alert = *f.alert;
  const Facts facts = FactsOf(alert, f.home);
  if (alert.dismiss_asked) {
    alert.was_confirmed = f.home != nullptr && f.home->now.confirmed;
    judge_.Resolve(alert, facts, "dismissed");
    return;
  }
  if (merged) {
    Facts last = facts;
    last.of = alert.of;  // it is known as that, whatever its reports have become just now
    judge_.Cancel(alert, last, Cause::kMerged);
    Unbind(alert);
    return;
  }
  const bool grounded = f.home != nullptr && f.home->now.trusted && Covered(f.home);
  // Reports past every window are gone without a cause: the alert waits for its time, or for a
  // blind source.
  const bool aged = f.home == nullptr && f.lost == Cause::kNone;
  if (!grounded && !aged) {
    judge_.Cancel(alert, facts, f.lost);
    Unbind(alert);
    return;
  }
  if (!aged && ShapeOf(*f.home) != alert.shape) {
    alert.shape = ShapeOf(*f.home);
    alert.held_since_ms = clock_ms_;
  }
  if (alert.held_since_ms + rule_.hold_ms <= clock_ms_ && !judge_.Blind(alert, facts)) {
    alert.was_confirmed = f.home != nullptr && f.home->now.confirmed;
    judge_.Resolve(alert, facts);
    return;
  }
  judge_.Update(alert, facts);
  const int64_t due_ms = alert.held_since_ms + rule_.hold_ms;
  judge_.context().alerts->SetDue(alert, due_ms > clock_ms_ ? due_ms : kNever);
  if (f.home != nullptr) Bind(alert, f.home);
}

// Only a confirmation that comes now opens it again, and only while the incident is young enough.
void SingleRule::JudgeEnded(const Followed& f) {
  Alert& alert = *f.alert;
  Bind(alert, f.home);
  const bool newly_confirmed = f.home->now.confirmed && !alert.was_confirmed;
  alert.was_confirmed = f.home->now.confirmed;
  if (!newly_confirmed || !Covered(f.home)) return;
  if (clock_ms_ - f.home->occurred_ms > rule_.max_age_ms) return;
  judge_.Reopen(alert, FactsOf(alert, f.home));
  Hold(alert, f.home);
}

// From now on its incident has not changed.
void SingleRule::Hold(Alert& alert, const Incident* home) {
  alert.shape = ShapeOf(*home);
  alert.held_since_ms = clock_ms_;
  judge_.context().alerts->SetDue(alert, clock_ms_ + rule_.hold_ms);
}

void SingleRule::OpenNew(Incident* incident) {
  if (clock_ms_ - incident->occurred_ms > rule_.max_age_ms) return;
  const Area& area = judge_.context().settings->areas[incident->now.area];
  const ReportKey& first = incident->first->key;
  Alert alert;
  alert.id =
      "a-" + Hex(StableHash(
                 {rule_.id, judge_.context().settings->areas[judge_.context().picture].id,
                  first.tip ? "tip" : "incident", first.org, first.id, std::to_string(clock_ms_)}));
  alert.rule = rule_.id;
  alert.rule_index = rule_index_;
  alert.area_id = area.id;
  alert.area = incident->now.area;
  const std::string id = alert.id;
  judge_.Open(std::move(alert), FactsOf(Alert(), incident));
  Alert& opened = *judge_.context().alerts->Find(id);
  Hold(opened, incident);
  Bind(opened, incident);
}

Facts SingleRule::FactsOf(const Alert& alert, const Incident* home) const {
  Facts facts;
  facts.of = alert.of;
  if (home == nullptr) return facts;
  if (!home->now.trusted || !Covered(home)) return facts;  // no longer what it was of: nothing
  facts.of = judge_.context().settings->classes[home->now.class_id].name;
  facts.incidents = facts.fresh = {home};
  facts.observed = 1;
  facts.counts = CountsOf(home->now);
  facts.counts.solid_confirmed = home->now.confirmed ? 1 : 0;
  facts.counts.solid_trusted = home->now.trusted ? 1 : 0;
  facts.changed = NameOfIncident(home->id) != alert.incident_id;
  for (const IncidentChange& change : judge_.changes().incidents) {
    facts.changed |= change.incident == home && SaysOther(change.before, home->now);
  }
  return facts;
}

// Differs if the incident does: its first report, class, time, area, verification, or count by
// kind.
uint64_t SingleRule::ShapeOf(const Incident& incident) const {
  std::string kinds;
  for (uint32_t n : incident.now.reports) kinds += std::to_string(n) + ",";
  return StableHash({NameOfIncident(incident.id), incident.first->class_name,
                     std::to_string(incident.occurred_ms),
                     judge_.context().settings->areas[incident.now.area].id,
                     incident.now.confirmed ? "confirmed" : "", kinds});
}

void SingleRule::Unbind(Alert& alert) {
  for (const ReportKey& key : alert.reports) {
    if (HeldReport* report = judge_.context().find_report(key)) std::erase(report->alerts, &alert);
  }
  alert.reports.clear();
}

// From now on the alert follows the incident's reports.
void SingleRule::Bind(Alert& alert, Incident* home) {
  Unbind(alert);
  alert.incident_id = NameOfIncident(home->id);
  for (HeldReport* member : home->members) {
    alert.reports.push_back(member->key);
    member->alerts.push_back(&alert);
  }
  std::sort(alert.reports.begin(), alert.reports.end());
  judge_.context().alerts->MarkDirty(alert);
}

}  // namespace

void JudgeSingle(const Rule& rule, int rule_index, Judge& judge) {
  SingleRule(rule, rule_index, judge).Run();
}

}  // namespace lagesbild::picture
