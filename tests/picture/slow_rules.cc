// The two rules of the slow judge, and what their alerts look at.
#include <algorithm>
#include <tuple>
#include <utility>

#include "base/time.h"
#include "picture/slow_judge.h"

namespace lagesbild::picture::slow {
namespace {

// Adds an incident to what an alert shows.
template <typename Content>
void Show(Content& content, const Incident& incident) {
  content.incidents.push_back(&incident);
  Brief brief;
  brief.first = incident.first_key();
  brief.class_name = incident.reports.front().report.class_name;
  brief.occurred_ms = incident.occurred_ms;
  brief.reports = incident.report_count();
  brief.verification = incident.verification;
  content.briefs.push_back(brief);
  for (size_t k = 0; k < content.by_kind.size(); ++k) content.by_kind[k] += incident.by_kind[k];
}

std::set<ReportKey> KeysOf(const Incident& incident) {
  std::set<ReportKey> out;
  for (const Standing& s : incident.reports) out.insert(s.report.key);
  return out;
}

}  // namespace

const Incident* Judge::HomeOf(const Alert& alert) const {
  const Incident* home = nullptr;
  const Report* earliest = nullptr;
  for (const Incident& incident : now_.at(alert.picture)) {
    for (const Standing& s : incident.reports) {
      if (alert.reports.contains(s.report.key) &&
          (!earliest || ReportBefore(s.report, *earliest))) {
        earliest = &s.report;
        home = &incident;
      }
    }
  }
  return home;
}

bool Judge::CountsTowards(size_t rule, const std::string& area, const Incident& incident) const {
  return !incident.tips_alone && settings_.Covers(settings_.rules[rule].of, incident.class_id) &&
         std::ranges::count(CountedIn(settings_, incident.area), area) > 0;
}

Judge::Content Judge::LookAtCount(size_t rule, const std::string& area,
                                  const std::vector<Incident>& incidents, int64_t clock_ms) const {
  Content out;
  for (const Incident& i : incidents) {
    if (CountsTowards(rule, area, i) &&
        InWindow(i.occurred_ms, settings_.rules[rule].window_ms, clock_ms)) {
      Show(out, i);
    }
  }
  std::sort(out.briefs.begin(), out.briefs.end(), [](const Brief& a, const Brief& b) {
    return std::tie(a.occurred_ms, a.first) < std::tie(b.occurred_ms, b.first);
  });
  return out;
}

Judge::Content Judge::Look(const Alert& alert) const {
  if (settings_.rules[alert.rule].type == RuleType::kCount) {
    return LookAtCount(alert.rule, alert.area, now_.at(alert.picture), clock_ms_);
  }
  Content out;
  const Incident* home = HomeOf(alert);
  const bool holds =
      home && home->trusted && settings_.Covers(settings_.rules[alert.rule].of, home->class_id);
  if (holds) Show(out, *home);
  return out;
}

bool Judge::Forgotten(const Alert& alert) const {
  const Incident* home = HomeOf(alert);
  if (settings_.rules[alert.rule].type == RuleType::kCount || !home) return false;
  return std::all_of(home->reports.begin(), home->reports.end(), [&](const Standing& s) {
    return FloorTo(s.latest_ms + settings_.retention_ms(), kHourMs) + kHourMs <= clock_ms_;
  });
}

bool Judge::HasGround(const Alert& alert) const {
  const Rule& rule = settings_.rules[alert.rule];
  std::vector<const Incident*> all;
  std::vector<int64_t> known;  // from when on an incident may count, as now known
  std::vector<int64_t> times = {alert.since_ms, clock_ms_};
  for (const Incident& i : now_.at(alert.picture)) {
    if (!CountsTowards(alert.rule, alert.area, i)) continue;
    int64_t from = i.occurred_ms;
    for (const Standing& s : i.reports) from = std::min(from, s.first_accepted_ms);
    all.push_back(&i);
    known.push_back(from);
    if (from > alert.since_ms && from < clock_ms_) times.push_back(from);
  }
  return std::any_of(times.begin(), times.end(), [&](int64_t t) {
    int64_t n = 0;
    for (size_t i = 0; i < all.size(); ++i) {
      n += known[i] <= t && InWindow(all[i]->occurred_ms, rule.window_ms, t);
    }
    return n >= rule.enter;
  });
}

// ---- rules

void Judge::JudgeCount(const std::string& picture, size_t rule, const std::string& area,
                       std::vector<Transition>& out) {
  const Rule& r = settings_.rules[rule];
  Series& series = series_[{rule, area}];
  Alert* last = nullptr;
  for (const auto& alert : alerts_) {
    if (alert->rule == rule && alert->area == area) last = alert.get();
  }
  const auto count =
      static_cast<int64_t>(LookAtCount(rule, area, now_.at(picture), clock_ms_).briefs.size());
  if (last && last->life == Alert::Life::kOpen) {
    JudgeOpenCount(*last, out);
    series.pending_since_ms.reset();
    series.blocked = dismissed_.contains(last->number) && count > r.exit;
    return;
  }
  if (count <= r.exit) series.blocked = false;
  if (count < r.enter || series.blocked) {
    series.pending_since_ms.reset();
    return;
  }
  if (!series.pending_since_ms) series.pending_since_ms = clock_ms_;
  if (clock_ms_ - *series.pending_since_ms < r.for_ms) return;
  series.pending_since_ms.reset();
  const bool again =
      last && last->life == Alert::Life::kResolved && clock_ms_ - last->ended_ms <= r.no_reraise_ms;
  Alert& alert =
      again ? *last : Open(rule, picture, area, r.of.what == Of::What::kAll ? "all" : r.of.name);
  if (again) ++alert.generation;
  Say(alert, AlertState::kOpen, {}, out);
}

void Judge::JudgeOpenCount(Alert& alert, std::vector<Transition>& out) {
  const Rule& rule = settings_.rules[alert.rule];
  const Content content = Look(alert);
  Note(alert, content);
  if (dismissed_.contains(alert.number))
    return Say(alert, AlertState::kResolved, {"dismissed"}, out);
  if (!HasGround(alert)) return Say(alert, AlertState::kCancelled, reasons_, out);
  if (static_cast<int64_t>(content.briefs.size()) > rule.exit) {
    alert.low_since_ms.reset();
  } else if (!alert.low_since_ms) {
    alert.low_since_ms = clock_ms_;
  }
  const bool due = alert.low_since_ms && clock_ms_ - *alert.low_since_ms >= rule.hold_ms;
  if (due && BlindFor(alert).empty()) return Say(alert, AlertState::kResolved, {}, out);
  const Content before = LookAtCount(alert.rule, alert.area, before_.at(alert.picture), clock_ms_);
  SayIfNews(alert, before.Gist(), content.Gist(), out);
}

void Judge::JudgeSingles(const std::string& picture, size_t rule, std::vector<Transition>& out) {
  const Rule& r = settings_.rules[rule];
  // The alert of each incident: what is open goes before what is resolved, the older before the
  // younger.
  std::map<const Incident*, Alert*> at_home;
  for (Alert* alert : SinglesInOrder(picture, rule)) {
    const Incident* home = HomeOf(*alert);
    const bool taken = home && at_home.contains(home);
    const bool holds = home && settings_.Covers(r.of, home->class_id) && home->trusted;
    if (alert->life == Alert::Life::kOpen) {
      if (dismissed_.contains(alert->number)) {
        if (holds) alert->of = home->reports.front().report.class_name;
        Say(*alert, AlertState::kResolved, {"dismissed"}, out);
      } else if (!holds) {
        Say(*alert, AlertState::kCancelled, reasons_, out);
        continue;
      } else if (taken) {
        Say(*alert, AlertState::kCancelled, {"merged"}, out);
        continue;
      }
    }
    if (home && !taken) at_home[home] = alert;
    if (!home) alert->life = Alert::Life::kGone;
    if (taken) alert->confirmed = home->verification == Verification::kConfirmed;
  }
  for (auto& [home, alert] : at_home) {
    if (dismissed_.contains(alert->number)) {
      alert->confirmed = home->verification == Verification::kConfirmed;
      alert->reports = KeysOf(*home);
    } else {
      JudgeSingle(*alert, *home, out);
    }
  }
  for (const Incident& incident : now_.at(picture)) {
    if (at_home.contains(&incident) || !settings_.Covers(r.of, incident.class_id)) continue;
    if (!incident.trusted || clock_ms_ - incident.occurred_ms > r.max_age_ms) continue;
    Alert& alert = Open(rule, picture, incident.area, incident.reports.front().report.class_name);
    alert.reports = KeysOf(incident);
    alert.confirmed = incident.verification == Verification::kConfirmed;
    alert.shown = Look(alert).Gist();
    alert.shown.of = alert.of;
    alert.shape = {alert.shown, incident.occurred_ms, incident.area};
    Say(alert, AlertState::kOpen, {}, out);
  }
}

std::vector<Judge::Alert*> Judge::SinglesInOrder(const std::string& picture, size_t rule) const {
  std::vector<std::tuple<bool, int64_t, std::string, Alert*>> order;
  std::map<int, std::string> ids;
  for (const auto& [id, number] : names_) ids[number] = id;
  for (const auto& alert : alerts_) {
    if (alert->rule != rule || alert->picture != picture || alert->life == Alert::Life::kGone)
      continue;
    const bool open = alert->life == Alert::Life::kOpen;
    order.push_back({!open, alert->first_opened_ms, ids[alert->number], alert.get()});
  }
  std::sort(order.begin(), order.end());
  std::vector<Alert*> out;
  for (const auto& entry : order) out.push_back(std::get<Alert*>(entry));
  return out;
}

// An alert with its incident, neither dismissed nor gone.
void Judge::JudgeSingle(Alert& alert, const Incident& home, std::vector<Transition>& out) {
  const Rule& r = settings_.rules[alert.rule];
  const bool confirmed = home.verification == Verification::kConfirmed;
  const bool newly_confirmed = confirmed && !alert.confirmed;
  alert.confirmed = confirmed;
  alert.reports = KeysOf(home);
  if (alert.life == Alert::Life::kResolved && !settings_.Covers(r.of, home.class_id)) return;

  alert.of = home.reports.front().report.class_name;
  const Content content = Look(alert);
  const News shown_before = alert.shown;
  alert.shown = content.Gist();
  alert.shown.of = alert.of;
  const auto shape = std::make_tuple(alert.shown, home.occurred_ms, home.area);
  if (shape != alert.shape) alert.changed_ms = clock_ms_;
  alert.shape = shape;
  Note(alert, content);
  if (alert.life == Alert::Life::kResolved) {
    if (newly_confirmed && clock_ms_ - home.occurred_ms <= r.max_age_ms) {
      ++alert.generation;
      Say(alert, AlertState::kOpen, {}, out);
    }
  } else if (clock_ms_ - alert.changed_ms >= r.hold_ms && BlindFor(alert).empty()) {
    Say(alert, AlertState::kResolved, {}, out);
  } else {
    SayIfNews(alert, shown_before, alert.shown, out);
  }
}

}  // namespace lagesbild::picture::slow
