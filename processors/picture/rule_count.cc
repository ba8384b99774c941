// Rule "count": incidents of a class or family in a rolling window ≥ enter; clears when ≤ exit for
// `hold`.
//
// In: series touched in the instant, alerts due. Out: one alert an episode of (rule, area).
// Incidents known from tips alone do not count. Source: contract, "Alert transition"; domain.md §3.
#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "base/time.h"
#include "picture/judge.h"

namespace lagesbild::picture {
namespace {

// When an incident enters the window of an alert and when it leaves it.
using Span = std::pair<int64_t, int64_t>;

int64_t PaneMs(const Rule& rule) { return rule.window_ms <= kDayMs ? kMinuteMs : kHourMs; }

// It counts from when it was in a pane and known (what lies ahead of the clock is known before)
// until its pane leaves the window.
Span SpanOf(const Rule& rule, const Incident& incident, int64_t opened_ms) {
  const int64_t pane = FloorTo(incident.occurred_ms, PaneMs(rule));
  return {std::max(opened_ms, std::min(pane, incident.first_seen_ms)), pane + rule.window_ms};
}

// How many of them overlap at most.
int64_t Highest(std::vector<Span> spans) {
  std::sort(spans.begin(), spans.end());
  std::multiset<int64_t> leaving;  // of those that have entered, in a sweep over entering times
  size_t highest = 0;
  for (const auto& [enters, leaves] : spans) {
    leaving.erase(leaving.begin(), leaving.upper_bound(enters));
    leaving.insert(leaves);
    highest = std::max(highest, leaving.size());
  }
  return static_cast<int64_t>(highest);
}

class CountRule {
 public:
  CountRule(const Rule& rule, int rule_index, Judge& judge)
      : rule_(rule),
        rule_index_(rule_index),
        judge_(judge),
        of_(judge.context().ofs->of_rule(rule_index)) {}

  void Run();

 private:
  void JudgeOpen(Alert& alert, int area, const Facts& facts, Cause cause);
  void JudgeClosed(Alert* alert, int area, int64_t observed);
  void Watch(int area);
  Counts CountsOf(int area) const;
  bool InWindow(int64_t occurred_ms) const;
  bool IsBehind(const Contribution& contribution, int area) const;
  Facts FactsOf(int area) const;
  std::vector<const Incident*> NewestBehind(int area, size_t max) const;
  int64_t HighestSince(int area, const Alert& alert) const;
  bool Wants(int area) const { return judge_.context().settings->areas[area].level == rule_.level; }

  const Rule& rule_;
  const int rule_index_;
  Judge& judge_;
  const int of_;
};

void CountRule::Run() {
  if (of_ < 0) return;
  std::map<int, Cause> areas;  // touched ones first hold their cause
  for (const TouchedSeries& touched : judge_.changes().series) {
    if (touched.of == of_ && Wants(touched.area)) areas[touched.area] = touched.cause;
  }
  for (const Alert* alert : judge_.changes().alerts) {
    if (alert->rule_index == rule_index_ && alert->area >= 0)
      areas.emplace(alert->area, Cause::kNone);
  }
  for (const PendingCount& pending : judge_.changes().pending) {
    const int area = judge_.context().settings->FindArea(pending.area_id);
    if (pending.rule == rule_.id && area >= 0) areas.emplace(area, Cause::kNone);
  }
  for (const auto& [area, cause] : areas) {
    Alert* alert =
        judge_.context().alerts->Latest(rule_.id, judge_.context().settings->areas[area].id);
    if (alert != nullptr && alert->phase == Alert::Phase::kOpen) {
      Facts facts = FactsOf(area);
      facts.list = [this, area] { return NewestBehind(area, kIncidentsMax); };
      JudgeOpen(*alert, area, facts, cause);
    } else {
      JudgeClosed(alert, area, CountsOf(area).solid);
    }
    Watch(area);
  }
}

void CountRule::Watch(int area) {
  AlertBook& alerts = *judge_.context().alerts;
  const std::string& area_id = judge_.context().settings->areas[area].id;
  judge_.context().counters->Watch(
      area, of_, rule_index_,
      WatchesCount(alerts.Latest(rule_.id, area_id), alerts.Pending(rule_.id, area_id)));
}

Counts CountRule::CountsOf(int area) const {
  const auto& windows = judge_.context().settings->windows_ms;
  const auto window = std::find(windows.begin(), windows.end(), rule_.window_ms) - windows.begin();
  const Series* series = judge_.context().counters->Find(area, of_);
  return series == nullptr ? Counts() : series->sum(static_cast<size_t>(window));
}

bool CountRule::InWindow(int64_t occurred_ms) const {
  return FloorTo(occurred_ms, PaneMs(rule_)) > judge_.clock_ms() - rule_.window_ms;
}

// True if this is one of the incidents that the rule counts in the area now.
bool CountRule::IsBehind(const Contribution& contribution, int area) const {
  if (!contribution.solid || !InWindow(contribution.minute_ms)) return false;
  const Settings& settings = *judge_.context().settings;
  if (!settings.Covers(rule_.of, contribution.class_id)) return false;
  for (int a = contribution.area; a >= 0; a = settings.areas[a].parent) {
    if (a == area) return true;
    if (a == judge_.context().picture) break;
  }
  return false;
}

// The newest of those that the rule counts in the area now, the oldest of them first.
std::vector<const Incident*> CountRule::NewestBehind(int area, size_t max) const {
  std::vector<const Incident*> newest;
  const std::vector<int>& classes = judge_.context().ofs->classes(of_);
  for (int class_id : classes) {
    const IncidentsByTime& incidents = judge_.context().counters->incidents(area, class_id);
    // They lie anywhere in memory: all are sent for before the first is needed.
    size_t ahead = 0;
    for (auto it = incidents.end(); it != incidents.begin() && ahead < max; ++ahead) {
      --it;
      if (!InWindow(it->at_ms)) break;
      __builtin_prefetch(it->what);
      __builtin_prefetch(&it->what->now);
    }
    size_t of_class = 0;
    for (auto it = incidents.end(); it != incidents.begin() && of_class < max;) {
      --it;
      if (!InWindow(it->at_ms)) break;
      if (!it->what->now.solid) continue;
      newest.push_back(it->what);
      __builtin_prefetch(&it->what->first->class_name);
      ++of_class;
    }
  }
  if (classes.size() == 1) {
    std::reverse(newest.begin(), newest.end());
  } else {
    std::sort(newest.begin(), newest.end(), IncidentOrder());
    if (newest.size() > max)
      newest.erase(newest.begin(), newest.end() - static_cast<ptrdiff_t>(max));
  }
  return newest;
}

Facts CountRule::FactsOf(int area) const {
  Facts facts;
  facts.of = judge_.context().ofs->name(of_);
  facts.counts = CountsOf(area);
  facts.counts.reports[static_cast<size_t>(Kind::kPublic)] = facts.counts.solid_public;
  facts.observed = facts.counts.solid;
  for (const IncidentChange& change : judge_.changes().incidents) {
    const bool was = change.before.area >= 0 && IsBehind(change.before, area);
    const bool is = !change.incident->gone && IsBehind(change.incident->now, area);
    facts.changed |= was != is || (is && SaysOther(change.before, change.incident->now));
    if (is) facts.fresh.push_back(change.incident);
  }
  return facts;
}

// The highest count since the alert opened, with the incidents as now known.
int64_t CountRule::HighestSince(int area, const Alert& alert) const {
  std::vector<Span> spans = alert.past;
  for (int class_id : judge_.context().ofs->classes(of_)) {
    const IncidentsByTime& incidents = judge_.context().counters->incidents(area, class_id);
    for (auto it = incidents.lower_bound(alert.opened_ms - rule_.window_ms); it != incidents.end();
         ++it) {
      if (!it->what->now.solid) continue;
      const Span span = SpanOf(rule_, *it->what, alert.opened_ms);
      if (span.second > span.first) spans.push_back(span);
    }
  }
  return Highest(std::move(spans));
}

void CountRule::JudgeOpen(Alert& alert, int area, const Facts& facts, Cause cause) {
  if (alert.dismiss_asked) {
    alert.must_fall = facts.observed > rule_.exit;
    judge_.Resolve(alert, facts, "dismissed");
    return;
  }
  if (cause != Cause::kNone && !alert.proven && HighestSince(area, alert) < rule_.enter) {
    judge_.Cancel(alert, facts, cause);
    return;
  }
  if (facts.observed > rule_.exit) {
    alert.held_since_ms = kNever;
  } else if (alert.held_since_ms == kNever) {
    alert.held_since_ms = judge_.clock_ms();
  }
  const int64_t due_ms =
      alert.held_since_ms == kNever ? kNever : alert.held_since_ms + rule_.hold_ms;
  if (due_ms <= judge_.clock_ms() && !judge_.Blind(alert, facts)) {
    judge_.Resolve(alert, facts);
    return;
  }
  judge_.context().alerts->SetDue(alert, due_ms > judge_.clock_ms() ? due_ms : kNever);
  judge_.context().alerts->MarkDirty(alert);
  judge_.Update(alert, facts);
}

void CountRule::JudgeClosed(Alert* alert, int area, int64_t observed) {
  AlertBook& alerts = *judge_.context().alerts;
  const std::string& area_id = judge_.context().settings->areas[area].id;
  if (alert != nullptr && alert->must_fall) {
    if (observed > rule_.exit) return;
    alert->must_fall = false;
    alerts.MarkDirty(*alert);
  }
  if (observed < rule_.enter) {
    alerts.StopWaiting(rule_.id, area_id);
    return;
  }
  if (rule_.for_ms > 0) {
    const PendingCount* pending = alerts.Pending(rule_.id, area_id);
    if (pending == nullptr) alerts.Wait({rule_.id, area_id, judge_.clock_ms() + rule_.for_ms});
    if (pending == nullptr || pending->due_ms > judge_.clock_ms()) return;
    alerts.StopWaiting(rule_.id, area_id);
  }
  // All of them: whose reports the alert rests on is gathered from here on.
  Facts facts = FactsOf(area);
  facts.incidents = NewestBehind(area, SIZE_MAX);
  const bool again = alert != nullptr && alert->phase == Alert::Phase::kResolved &&
                     judge_.clock_ms() - alert->ended_ms <= rule_.no_reraise_ms;
  if (again) {
    judge_.Reopen(*alert, facts);
    return;
  }
  Alert opened;
  opened.id =
      "a-" + Hex(StableHash({rule_.id, area_id, facts.of, std::to_string(judge_.clock_ms())}));
  opened.rule = rule_.id;
  opened.rule_index = rule_index_;
  opened.area_id = area_id;
  opened.area = area;
  judge_.Open(std::move(opened), facts);
}

}  // namespace

bool WatchesCount(const Alert* latest, const PendingCount* pending) {
  return pending != nullptr ||
         (latest != nullptr && (latest->phase == Alert::Phase::kOpen || latest->must_fall));
}

void RememberBehind(const Rule& rule, const Incident& incident, Alert& alert) {
  const Span span = SpanOf(rule, incident, alert.opened_ms);
  if (alert.proven || span.second <= span.first) return;
  alert.past.push_back(span);
  alert.proven = Highest(alert.past) >= rule.enter;
  if (alert.proven) alert.past.clear();
}

void JudgeCount(const Rule& rule, int rule_index, Judge& judge) {
  CountRule(rule, rule_index, judge).Run();
}

}  // namespace lagesbild::picture
