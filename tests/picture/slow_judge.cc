#include "picture/slow_judge.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "base/time.h"

namespace lagesbild::picture::slow {

namespace {

template <typename C>
bool Has(const C& c, const typename C::value_type& v) {
  return std::find(c.begin(), c.end(), v) != c.end();
}

}  // namespace

Judge::Judge(Settings settings)
    : settings_(std::move(settings)), clock_ms_(std::numeric_limits<int64_t>::min()) {
  for (const Area& area : settings_.areas) pictures_.insert(settings_.areas[area.picture].id);
  for (const std::string& p : pictures_) now_[p] = {};
}

Judge::~Judge() = default;

const std::vector<Incident>& Judge::incidents(const std::string& picture) const {
  return now_.at(picture);
}

std::vector<Transition> Judge::Instant(int64_t clock_ms, const Log& records) {
  std::vector<Transition> out;
  if (heard_ms_.empty()) {
    for (const Source& source : settings_.sources) {
      heard_ms_[source.org] = FloorTo(clock_ms, kMinuteMs) + kMinuteMs;
    }
  }
  for (auto due = NextDue(); due && *due < clock_ms; due = NextDue()) JudgeAt(*due, {}, out);
  JudgeAt(clock_ms, records, out);
  return out;
}

void Judge::JudgeAt(int64_t clock_ms, const Log& records, std::vector<Transition>& out) {
  clock_ms_ = clock_ms;
  dismissed_.clear();
  log_.insert(log_.end(), records.begin(), records.end());
  for (const LogRecord& record : records) {
    if (const auto* command = std::get_if<Command>(&record.body)) Obey(record.picture, *command);
    if (const auto* live = std::get_if<Liveness>(&record.body)) {
      int64_t& heard = heard_ms_[live->org];
      heard = std::max(heard, live->minute_ms + kMinuteMs);
    }
  }
  before_ = now_;
  for (const std::string& picture : pictures_) {
    if (!records.empty()) now_[picture] = Merge(settings_, Revise(log_, picture));
    // What is wider than a picture counts, and raises nothing.
    if (settings_.areas[settings_.FindArea(picture)].level != settings_.picture_level) continue;
    reasons_ = ReasonsOf(picture, records);
    for (size_t rule = 0; rule < settings_.rules.size(); ++rule) {
      if (settings_.rules[rule].type == RuleType::kSingle) {
        JudgeSingles(picture, rule, out);
        continue;
      }
      for (const Area& area : settings_.areas) {
        if (settings_.areas[area.picture].id == picture &&
            area.level == settings_.rules[rule].level) {
          JudgeCount(picture, rule, area.id, out);
        }
      }
    }
  }
}

// The next time at which something may change without a record.
std::optional<int64_t> Judge::NextDue() const {
  std::optional<int64_t> next;
  const auto due = [&](int64_t at) {
    if (at > clock_ms_ && (!next || at < *next)) next = at;
  };
  for (const Rule& rule : settings_.rules) {
    if (rule.type != RuleType::kCount) continue;
    const int64_t pane_ms = rule.window_ms <= kDayMs ? kMinuteMs : kHourMs;
    for (const auto& [picture, incidents] : now_) {
      for (const Incident& i : incidents) due(FloorTo(i.occurred_ms, pane_ms) + rule.window_ms);
    }
  }
  for (const auto& alert : alerts_) {
    const int64_t hold_ms = settings_.rules[alert->rule].hold_ms;
    if (alert->life != Alert::Life::kOpen) continue;
    due(alert->changed_ms + hold_ms);
    if (alert->low_since_ms) due(*alert->low_since_ms + hold_ms);
  }
  for (const auto& [key, series] : series_) {
    if (series.pending_since_ms) due(*series.pending_since_ms + settings_.rules[key.first].for_ms);
  }
  for (const auto& [what, until_ms] : silences_) due(until_ms);
  for (const Source& source : settings_.sources) {
    due(heard_ms_.at(source.org) + source.expected_gap_ms);
  }
  return next;
}

void Judge::Obey(const std::string& picture, const Command& command) {
  int64_t& remembered_until_ms = obeyed_[{picture, command.id}];
  if (remembered_until_ms > clock_ms_) return;
  remembered_until_ms = clock_ms_ + settings_.retention_ms();
  if (command.type == CommandType::kSilence) {
    silences_[{command.area, command.rule}] = command.until_ms;
    return;
  }
  if (command.type == CommandType::kUnsilence) {
    silences_.erase({command.area, command.rule});
    return;
  }
  auto name = names_.find(command.alert_id);
  if (name == names_.end() || alerts_[name->second]->picture != picture) {
    ++dead_letters_;
    return;
  }
  Alert& alert = *alerts_[name->second];
  if (alert.life != Alert::Life::kOpen) {
    if (clock_ms_ - alert.ended_ms >= settings_.retention_ms()) ++dead_letters_;  // long forgotten
    return;
  }
  if (command.type == CommandType::kDismiss) dismissed_.insert(alert.number);
  if (command.type == CommandType::kAcknowledge) alert.acknowledged = true;
}

// Why something that counted before these records may count no more. Lenient: every reason that any
// record could give.
std::set<std::string> Judge::ReasonsOf(const std::string& picture, const Log& records) const {
  std::set<std::string> out;
  for (const LogRecord& record : records) {
    if (const auto* s = std::get_if<Superseded>(&record.body)) {
      out.insert(s->withdrawn ? "withdrawn" : s->refuted ? "refuted" : "corrected");
    } else if (const auto* r = std::get_if<Report>(&record.body); r && record.picture == picture) {
      out.insert("corrected");
      out.insert("merged");
      out.insert("refuted");  // it may have moved to where a refutation takes it
    }
  }
  return out;
}

std::set<std::string> Judge::BlindAt(int64_t clock_ms) const {
  std::set<std::string> out;
  for (const Source& source : settings_.sources) {
    if (source.expected_gap_ms == 0) continue;
    if (clock_ms - heard_ms_.at(source.org) >= source.expected_gap_ms) out.insert(source.org);
  }
  return out;
}

std::vector<std::string> Judge::BlindFor(const Alert& alert) const {
  const Of alert_of = settings_.rules[alert.rule].type == RuleType::kSingle
                          ? Of{Of::What::kClass, alert.of}
                          : settings_.rules[alert.rule].of;
  std::vector<std::string> out;
  for (const std::string& org : BlindAt(clock_ms_)) {
    bool touches = alert.orgs.contains(org);
    for (const std::string& fed : settings_.sources[settings_.FindSource(org)].feeds) {
      for (size_t c = 0; c < settings_.classes.size(); ++c) {
        const int id = static_cast<int>(c);
        touches = touches || (settings_.Covers(alert_of, id) &&
                              (settings_.Covers({Of::What::kClass, fed}, id) ||
                               settings_.Covers({Of::What::kFamily, fed}, id)));
      }
    }
    if (touches) out.push_back(org);
  }
  return out;
}

bool Judge::Silenced(const Alert& alert) const {
  const auto areas = CountedIn(settings_, alert.area);
  return std::any_of(silences_.begin(), silences_.end(), [&](const auto& silence) {
    const auto& [what, until_ms] = silence;
    return until_ms > clock_ms_ && Has(areas, what.first) &&
           (what.second.empty() || what.second == settings_.rules[alert.rule].id);
  });
}

// ---- saying it

Judge::Alert& Judge::Open(size_t rule, const std::string& picture, const std::string& area,
                          const std::string& of) {
  alerts_.push_back(std::make_unique<Alert>());
  Alert& alert = *alerts_.back();
  alert.number = static_cast<int>(alerts_.size()) - 1;
  alert.rule = rule;
  alert.picture = picture;
  alert.area = area;
  alert.of = of;
  alert.first_opened_ms = clock_ms_;
  return alert;
}

void Judge::Note(Alert& alert, const Content& content) {
  for (const Incident* i : content.incidents) {
    for (const Standing& s : i->reports) alert.orgs.insert(s.report.key.org);
  }
}

void Judge::SayIfNews(Alert& alert, const News& before, const News& after,
                      std::vector<Transition>& out) {
  const bool news = before != after || alert.blind != BlindFor(alert) ||
                    alert.silenced != Silenced(alert) ||
                    alert.acknowledged != alert.acknowledged_said;
  if (news) Say(alert, AlertState::kUpdated, {}, out);
}

void Judge::Say(Alert& alert, AlertState state, std::set<std::string> reasons,
                std::vector<Transition>& out) {
  if (state == AlertState::kOpen) {
    alert.life = Alert::Life::kOpen;
    alert.since_ms = alert.changed_ms = clock_ms_;
    alert.acknowledged = false;
    alert.low_since_ms.reset();
    alert.orgs.clear();
  } else if (state == AlertState::kResolved) {
    alert.life = Alert::Life::kResolved;
    alert.ended_ms = clock_ms_;
  } else if (state == AlertState::kCancelled) {
    alert.life = Alert::Life::kGone;
    alert.ended_ms = clock_ms_;
  }
  const Content content = Forgotten(alert) ? Content() : Look(alert);
  Note(alert, content);
  alert.blind = BlindFor(alert);
  alert.silenced = Silenced(alert);
  alert.acknowledged_said = alert.acknowledged;

  Transition t;
  t.alert = alert.number;
  t.generation = alert.generation;
  t.sequence = ++alert.sequence;
  t.state = state;
  t.at_ms = clock_ms_;
  t.since_ms = alert.since_ms;
  t.rule = settings_.rules[alert.rule].id;
  t.picture = alert.picture;
  t.area = alert.area;
  t.of = alert.of;
  if (settings_.rules[alert.rule].type == RuleType::kCount)
    t.window_ms = settings_.rules[alert.rule].window_ms;
  t.observed = static_cast<int64_t>(content.briefs.size());
  t.incidents = content.briefs;
  t.by_kind = content.by_kind;
  t.blind = alert.blind;
  t.reasons = std::move(reasons);
  t.silenced = alert.silenced;
  t.acknowledged = alert.acknowledged;
  out.push_back(std::move(t));
}

}  // namespace lagesbild::picture::slow
