#include "picture/judge.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "base/hash.h"
#include "base/time.h"
#include "picture/text.h"

namespace lagesbild::picture {
namespace {

constexpr size_t kIncidentsMax = 50;  // that one transition lists

constexpr std::array<RuleEntry, 2> kRules = {{
    {RuleType::kSingle, "single", &JudgeSingle},
    {RuleType::kCount, "count", &JudgeCount},
}};

// Differs if what a coordinator is told of an incident differs.
uint64_t PrintOf(const Incident& incident) {
  std::string bytes = incident.confirmed ? "confirmed," : "";
  for (uint32_t n : incident.now.reports) bytes += std::to_string(n) + ",";
  return StableHash({bytes});
}

std::string_view ReasonOf(Cause cause) {
  switch (cause) {
    case Cause::kRefuted:
      return "refuted";
    case Cause::kWithdrawn:
      return "withdrawn";
    case Cause::kMerged:
      return "merged";
    case Cause::kCorrected:
    case Cause::kNone:
      return "corrected";
  }
  return "corrected";
}

// The pane of an incident leaves a window when its start is the window's length old.
int64_t LeavesMs(const Incident& incident, int64_t window_ms) {
  if (window_ms == 0) return kNever;
  return FloorTo(incident.occurred_ms, window_ms <= kDayMs ? kMinuteMs : kHourMs) + window_ms;
}

// How sure the alert is: as sure as its `needed`-th surest incident.
Certainty Overall(const std::vector<const Incident*>& incidents, size_t needed) {
  if (incidents.empty()) return Certainty::kPossible;
  std::vector<Certainty> all;
  for (const Incident* i : incidents) all.push_back(CertaintyOf(*i));
  std::sort(all.begin(), all.end(), std::greater<>());
  return all[std::min(std::max<size_t>(needed, 1), all.size()) - 1];
}

}  // namespace

std::span<const RuleEntry> RuleTable() { return kRules; }

Certainty CertaintyOf(const Incident& incident) {
  if (incident.confirmed) return Certainty::kObserved;
  return incident.trusted ? Certainty::kLikely : Certainty::kPossible;
}

Judge::Judge(Context context, const Changes& changes)
    : context_(std::move(context)), changes_(changes) {}

std::vector<AlertTransition> Judge::Run() {
  const Settings& settings = *context_.settings;
  for (size_t i = 0; i < settings.rules.size(); ++i) {
    const Rule& rule = settings.rules[i];
    for (const RuleEntry& entry : kRules) {
      if (entry.type == rule.type) entry.judge(rule, static_cast<int>(i), *this);
    }
  }
  // An alert whose rule the configuration no longer has ends: nothing would ever look at it again.
  for (Alert* alert : changes_.alerts) {
    if (alert->phase == Alert::Phase::kOpen && alert->rule_index < 0)
      Resolve(*alert, Facts{alert->of, 0, {}, 0});
  }
  // Whoever waited for a rule or an area that is no more waits no longer.
  for (const PendingCount& pending : changes_.pending) {
    const PendingCount* still = context_.alerts->Pending(pending.rule, pending.area_id);
    if (still != nullptr && still->due_ms <= clock_ms())
      context_.alerts->StopWaiting(pending.rule, pending.area_id);
  }
  std::stable_sort(out_.begin(), out_.end(),
                   [](const auto& a, const auto& b) { return a.alert_id < b.alert_id; });
  return std::move(out_);
}

void Judge::Open(Alert alert, const Facts& facts) {
  alert.first_opened_ms = clock_ms();
  alert.generation = 0;
  alert.phase = Alert::Phase::kResolved;
  Reopen(context_.alerts->Add(std::move(alert)), facts);
}

void Judge::Reopen(Alert& alert, const Facts& facts) {
  alert.phase = Alert::Phase::kOpen;
  ++alert.generation;
  alert.opened_ms = clock_ms();
  alert.ended_ms = 0;
  alert.held_since_ms = kNever;
  alert.must_fall = alert.acknowledged = false;
  alert.known.clear();
  alert.orgs.clear();
  Refresh(alert, facts);
  Emit(alert, facts, AlertState::kOpen, {});
}

void Judge::Resolve(Alert& alert, const Facts& facts, std::string_view reason) {
  alert.phase = Alert::Phase::kResolved;
  alert.ended_ms = clock_ms();
  Refresh(alert, facts);
  context_.alerts->SetDue(alert, kNever);
  Emit(alert, facts, AlertState::kResolved, reason);
}

void Judge::Cancel(Alert& alert, const Facts& facts, Cause cause) {
  alert.phase = Alert::Phase::kCancelled;
  alert.ended_ms = clock_ms();
  Refresh(alert, facts);
  context_.alerts->SetDue(alert, kNever);
  Emit(alert, facts, AlertState::kCancelled, ReasonOf(cause));
}

void Judge::Update(Alert& alert, const Facts& facts) {
  const auto told = [&alert] {
    return std::make_tuple(alert.silenced, alert.completeness, alert.blind_sources, alert.severity,
                           alert.acknowledged, alert.of);
  };
  const auto before = told();
  const bool incidents = IncidentsDiffer(alert, facts);
  Refresh(alert, facts);
  if (incidents || before != told()) Emit(alert, facts, AlertState::kUpdated, {});
}

std::vector<Known> Judge::KnownOf(const Facts& facts) const {
  std::vector<Known> known;
  for (const Incident* i : facts.incidents)
    known.push_back({i->id, PrintOf(*i), LeavesMs(*i, facts.window_ms)});
  std::sort(known.begin(), known.end(), [](const Known& a, const Known& b) { return a.id < b.id; });
  return known;
}

bool Judge::IncidentsDiffer(const Alert& alert, const Facts& facts) const {
  const std::vector<Known> now = KnownOf(facts);
  auto it = now.begin();
  for (const Known& before : alert.known) {
    if (before.leaves_ms <= clock_ms()) continue;
    if (it == now.end() || it->id != before.id || it->print != before.print) return true;
    ++it;
  }
  return it != now.end();
}

void Judge::Refresh(Alert& alert, const Facts& facts) {
  const Settings& settings = *context_.settings;
  for (const Incident* i : facts.incidents) {
    for (const HeldReport* m : i->members) {
      const auto at = std::lower_bound(alert.orgs.begin(), alert.orgs.end(), m->key.org);
      if (at == alert.orgs.end() || *at != m->key.org) alert.orgs.insert(at, m->key.org);
    }
  }
  alert.known = KnownOf(facts);
  alert.of = facts.of;
  alert.acknowledged |= alert.acknowledge_asked;
  alert.acknowledge_asked = alert.dismiss_asked = false;
  if (alert.rule_index >= 0) alert.severity = settings.rules[alert.rule_index].severity;
  alert.blind_sources = BlindSources(alert, facts);
  alert.completeness = CompletenessOf(alert.blind_sources);
  alert.silenced = alert.area >= 0 && context_.silences->Covers(settings, alert.area, alert.rule);
  context_.alerts->MarkDirty(alert);
}

bool Judge::Blind(const Alert& alert, const Facts& facts) const {
  return !BlindSources(alert, facts).empty();
}

std::vector<std::string> Judge::BlindSources(const Alert& alert, const Facts& facts) const {
  std::vector<std::string> blind;
  if (!context_.sources->any_blind()) return blind;
  const auto& sources = context_.settings->sources;
  for (size_t i = 0; i < sources.size(); ++i) {
    if (!context_.sources->blind(static_cast<int>(i))) continue;
    const bool reported = std::binary_search(alert.orgs.begin(), alert.orgs.end(), sources[i].org);
    if (reported || Feeds(sources[i], facts.of)) blind.push_back(sources[i].org);
  }
  std::sort(blind.begin(), blind.end());
  return blind;
}

// True if `feeds` names what the alert is of, something above it or something below it.
bool Judge::Feeds(const Source& source, const std::string& of) const {
  const Settings& settings = *context_.settings;
  const auto within = [&](const std::string& inner, const std::string& outer) {
    if (inner == outer) return true;
    const int outer_family = settings.FindFamily(outer);
    if (outer_family < 0) return false;
    const int inner_class = settings.FindClass(inner);
    const int inner_family =
        inner_class >= 0 ? settings.classes[inner_class].family : settings.FindFamily(inner);
    return inner_family >= 0 && settings.FamilyWithin(inner_family, outer_family);
  };
  for (const std::string& fed : source.feeds) {
    if (of == "all" || within(fed, of) || within(of, fed)) return true;
  }
  return false;
}

Completeness Judge::CompletenessOf(const std::vector<std::string>& blind) const {
  if (blind.empty()) return Completeness::kComplete;
  return context_.sources->all_blind() ? Completeness::kBlind : Completeness::kPartial;
}

AlertTransition Judge::Describe(const Alert& alert, const Facts& facts, AlertState state) const {
  const Settings& settings = *context_.settings;
  AlertTransition t;
  t.alert_id = alert.id;
  t.generation = alert.generation;
  t.sequence = alert.sequence;
  t.state = state;
  t.at_ms = clock_ms();
  t.since_ms = alert.opened_ms;
  t.rule = alert.rule;
  t.rule_set = settings.rule_set;
  t.severity = alert.severity;
  t.picture = settings.areas[context_.picture].id;
  t.area = alert.area_id;
  t.area_name = alert.area >= 0 ? settings.areas[alert.area].name : alert.area_id;
  t.of = facts.of;
  t.observed = facts.observed;
  if (alert.rule_index >= 0 && settings.rules[alert.rule_index].type == RuleType::kCount) {
    const Rule& rule = settings.rules[alert.rule_index];
    t.window_ms = rule.window_ms;
    t.enter = rule.enter;
    t.exit = rule.exit;
  }
  t.certainty = Overall(facts.incidents, static_cast<size_t>(t.enter));
  t.incident_count = static_cast<int64_t>(facts.incidents.size());
  for (const Incident* i : facts.incidents) {
    uint32_t reports = 0;
    for (int k = 0; k < kKindCount; ++k) {
      t.by_kind[k] += i->now.reports[k];
      reports += i->now.reports[k];
    }
    t.report_count += reports;
    t.incidents.push_back({i->id, i->first->class_name, i->occurred_ms, reports,
                           i->confirmed ? Verification::kConfirmed : Verification::kUnconfirmed});
  }
  if (t.incidents.size() > kIncidentsMax) {  // the newest are kept
    t.incidents_omitted = static_cast<int64_t>(t.incidents.size() - kIncidentsMax);
    t.incidents.erase(t.incidents.begin(), t.incidents.end() - kIncidentsMax);
  }
  t.completeness = alert.completeness;
  t.blind_sources = alert.blind_sources;
  t.silenced = alert.silenced;
  t.acknowledged = alert.acknowledged;
  return t;
}

void Judge::Emit(Alert& alert, const Facts& facts, AlertState state, std::string_view reason) {
  ++alert.sequence;
  AlertTransition t = Describe(alert, facts, state);
  t.reason = reason;
  WriteTexts(*context_.settings, t);
  out_.push_back(std::move(t));
}

}  // namespace lagesbild::picture
