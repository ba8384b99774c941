#include "picture/judge.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "base/hash.h"
#include "base/time.h"
#include "picture/text.h"

namespace lagesbild::picture {
namespace {

constexpr std::array<RuleEntry, 2> kRules = {{
    {RuleType::kSingle, "single", &JudgeSingle},
    {RuleType::kCount, "count", &JudgeCount},
}};

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

}  // namespace

std::span<const RuleEntry> RuleTable() { return kRules; }

Certainty CertaintyOf(const Facts& facts, int64_t needed) {
  const int64_t n = std::min(std::max<int64_t>(needed, 1), facts.observed);
  if (n == 0) return Certainty::kPossible;
  if (facts.counts.solid_confirmed >= n) return Certainty::kObserved;
  return facts.counts.solid_trusted >= n ? Certainty::kLikely : Certainty::kPossible;
}

bool SaysOther(const Contribution& before, const Contribution& now) {
  return before.confirmed != now.confirmed || before.reports != now.reports;
}

Judge::Judge(Context context, const Changes& changes)
    : context_(std::move(context)), changes_(changes) {}

std::vector<AlertTransition> Judge::Run() {
  const Settings& settings = *context_.settings;
  // An area wider than a picture counts what could not be placed below it, and raises nothing.
  const bool wide = settings.areas[context_.picture].level != settings.picture_level;
  for (size_t i = 0; i < settings.rules.size() && !wide; ++i) {
    const Rule& rule = settings.rules[i];
    for (const RuleEntry& entry : kRules) {
      if (entry.type == rule.type) entry.judge(rule, static_cast<int>(i), *this);
    }
  }
  // An alert whose rule the configuration no longer has ends: nothing would ever look at it again.
  for (Alert* alert : changes_.alerts) {
    if (alert->phase == Alert::Phase::kOpen && alert->rule_index < 0) {
      Facts none;
      none.of = alert->of;
      Resolve(*alert, none);
    }
  }
  // Whoever waited for a rule or an area that is no more waits no longer.
  for (const PendingCount& pending : changes_.pending) {
    const PendingCount* still = context_.alerts->Pending(pending.rule, pending.area_id);
    if (still != nullptr && still->due_ms <= clock_ms())
      context_.alerts->StopWaiting(pending.rule, pending.area_id);
  }
  const auto by_id = [](const auto& a, const auto& b) { return a.alert_id < b.alert_id; };
  if (out_.size() > 1) std::stable_sort(out_.begin(), out_.end(), by_id);
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
  alert.must_fall = alert.acknowledged = alert.proven = false;
  alert.past.clear();
  alert.orgs.clear();
  Refresh(alert, facts, facts.incidents);
  Emit(alert, facts, AlertState::kOpen, {});
}

void Judge::Resolve(Alert& alert, const Facts& facts, std::string_view reason) {
  alert.phase = Alert::Phase::kResolved;
  alert.ended_ms = clock_ms();
  Refresh(alert, facts, facts.fresh);
  context_.alerts->SetDue(alert, kNever);
  Emit(alert, facts, AlertState::kResolved, reason);
}

void Judge::Cancel(Alert& alert, const Facts& facts, Cause cause) {
  alert.phase = Alert::Phase::kCancelled;
  alert.ended_ms = clock_ms();
  Refresh(alert, facts, facts.fresh);
  context_.alerts->SetDue(alert, kNever);
  Emit(alert, facts, AlertState::kCancelled, ReasonOf(cause));
}

void Judge::Update(Alert& alert, const Facts& facts) {
  const auto told = [&alert] {
    return std::make_tuple(alert.silenced, alert.completeness, alert.blind_sources, alert.severity,
                           alert.acknowledged, alert.of);
  };
  const auto before = told();
  Refresh(alert, facts, facts.fresh);
  if (facts.changed || before != told()) Emit(alert, facts, AlertState::kUpdated, {});
}

void Judge::Refresh(Alert& alert, const Facts& facts, std::span<const Incident* const> fresh) {
  const Settings& settings = *context_.settings;
  for (const Incident* i : fresh) {
    for (const HeldReport* m : i->members) {
      const auto at = std::lower_bound(alert.orgs.begin(), alert.orgs.end(), m->key.org);
      if (at == alert.orgs.end() || *at != m->key.org) alert.orgs.insert(at, m->key.org);
    }
  }
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
  t.certainty = CertaintyOf(facts, t.enter);
  t.incident_count = facts.observed;
  t.by_kind = facts.counts.reports;
  for (uint32_t n : t.by_kind) t.report_count += n;
  const auto incidents = facts.list ? facts.list() : facts.incidents;
  const size_t listed = std::min(incidents.size(), kIncidentsMax);
  t.incidents.reserve(listed);
  for (const Incident* i : std::span(incidents).last(listed)) {
    uint32_t reports = 0;
    for (uint32_t of_kind : i->now.reports) reports += of_kind;
    t.incidents.push_back(
        {i->id, i->first->class_name, i->occurred_ms, reports,
         i->now.confirmed ? Verification::kConfirmed : Verification::kUnconfirmed});
  }
  t.incidents_omitted = facts.observed - static_cast<int64_t>(t.incidents.size());
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
