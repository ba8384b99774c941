#include "picture/picture.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/check.h"
#include "base/time.h"

namespace lagesbild::picture {
namespace {

// True if a series that counted the incident now counts less, other than by time.
bool CountsLess(const Incident& incident) {
  const Contribution &was = incident.counted, &is = incident.now;
  if (was.area < 0) return false;
  return incident.gone || is.area != was.area || is.class_id != was.class_id ||
         is.minute_ms != was.minute_ms || (was.solid && !is.solid);
}

}  // namespace

Picture::Picture(int area, const Settings* settings, const OfIndex* ofs, const Sources* sources,
                 Shelving* shelving)
    : area_(area),
      settings_(settings),
      ofs_(ofs),
      sources_(sources),
      shelving_(shelving),
      shelves_(settings->classes.size()),
      look_at_count_(shelving->at_least),
      refutations_(settings),
      tip_limit_(settings->tips_per_day),
      merger_(settings->areas[area].id, settings),
      counters_(settings, ofs, area) {}

int64_t Picture::report_count() const {
  int64_t in_memory = 0;  // of those on shelves
  for (const Shelf* shelf : shelves_.InMemory())
    in_memory += static_cast<int64_t>(shelf->reports.size());
  return static_cast<int64_t>(reports_.size() + shelves_.report_count()) - in_memory;
}

Picture::Touched& Picture::Touch(const ReportKey& key) {
  const auto [it, is_new] = touched_.try_emplace(key);
  Touched& touched = it->second;
  if (is_new) {
    touched.held = reports_.Find(key);
    if (touched.held != nullptr) touched.next = std::make_unique<HeldReport>(*touched.held);
  }
  return touched;
}

bool Picture::Take(const Report& report, int64_t clock_ms) {
  FetchAround(report);
  const HeldReport* before = reports_.Find(report.key);
  if (before != nullptr && before->revision >= report.revision) return false;
  Touched& touched = Touch(report.key);
  if (touched.next != nullptr && touched.next->revision >= report.revision) return false;
  auto next = std::make_unique<HeldReport>();
  next->key = report.key;
  next->revision = report.revision;
  next->refuted = report.verification == Verification::kRefuted;
  next->confirmed = report.verification == Verification::kConfirmed;
  next->kind = report.kind;
  next->class_name = report.class_name;
  next->area_id = report.area;
  next->occurred_ms = report.occurred_ms;
  next->has_point = report.has_point;
  next->lat = report.lat;
  next->lon = report.lon;
  next->precision_m = report.precision_m;
  next->reporter = report.reporter;
  next->first_accepted_ms = touched.held != nullptr ? touched.held->first_accepted_ms : clock_ms;
  next->accepted_ms = clock_ms;
  next->keep_until_ms = report.occurred_ms + settings_->retention_ms();
  if (touched.held != nullptr)
    next->keep_until_ms = std::max(next->keep_until_ms, touched.held->keep_until_ms);
  touched.next = std::move(next);
  touched.removed = Cause::kNone;
  return true;
}

bool Picture::Supersede(const Superseded& superseded) {
  if (superseded.picture == id()) return false;
  FetchOf(superseded.key);
  if (reports_.Find(superseded.key) == nullptr && !touched_.contains(superseded.key)) return false;
  Touched& touched = Touch(superseded.key);
  if (touched.next == nullptr || touched.next->revision >= superseded.revision) return true;
  touched.next = nullptr;
  touched.removed = superseded.withdrawn ? Cause::kWithdrawn
                    : superseded.refuted ? Cause::kRefuted
                                         : Cause::kCorrected;
  return true;
}

// An alert that ended is known for as long as a report is kept; whether it has been dropped by then
// must not matter.
Alert* Picture::FindKnown(const std::string& alert_id, int64_t clock_ms) {
  Alert* alert = alerts_.Find(alert_id);
  if (alert == nullptr || alert->phase == Alert::Phase::kOpen) return alert;
  return alert->ended_ms + settings_->retention_ms() > clock_ms ? alert : nullptr;
}

bool Picture::Acknowledge(const std::string& alert_id, int64_t clock_ms) {
  Alert* alert = FindKnown(alert_id, clock_ms);
  if (alert == nullptr) return false;
  if (alert->phase == Alert::Phase::kOpen && !alert->acknowledged) {
    alert->acknowledge_asked = true;
    looked_at_.push_back(alert);
  }
  return true;
}

bool Picture::Dismiss(const std::string& alert_id, int64_t clock_ms) {
  Alert* alert = FindKnown(alert_id, clock_ms);
  if (alert == nullptr) return false;
  if (alert->phase == Alert::Phase::kOpen) {
    alert->dismiss_asked = true;
    looked_at_.push_back(alert);
  }
  return true;
}

void Picture::Silence(const Command& command, int64_t clock_ms) {
  if (command.until_ms > clock_ms) {
    silences_.Silence(command.area, command.rule, command.until_ms);
  } else {
    silences_.Unsilence(command.area, command.rule);  // its end has passed already
  }
  dirty_silences_ = true;
  LookAtOpen();
}

void Picture::Unsilence(const Command& command) {
  silences_.Unsilence(command.area, command.rule);
  dirty_silences_ = true;
  LookAtOpen();
}

void Picture::SourcesChanged() {
  LookAtOpen();
  for (int area : counters_.areas()) counters_.MarkChanged(area);
  // Those that were announced but count nothing any more, too.
  for (const auto& [id, sequence] : sequences_) {
    const int area = settings_->FindArea(id);
    if (area >= 0 && settings_->areas[area].picture == area_) counters_.MarkChanged(area);
  }
}

void Picture::LookAtOpen() {
  for (const auto& [id, alert] : alerts_.all()) {
    if (alert->phase == Alert::Phase::kOpen) looked_at_.push_back(alert.get());
  }
}

void Picture::Expire(int64_t clock_ms) {
  counters_.AdvanceTo(clock_ms);
  if (silences_.next_due_ms() <= clock_ms && silences_.Expire(clock_ms)) {
    dirty_silences_ = true;
    LookAtOpen();
  }
  for (Alert* alert : alerts_.TakeDue(clock_ms)) looked_at_.push_back(alert);
  for (PendingCount& pending : alerts_.TakePendingDue(clock_ms))
    pending_due_.push_back(std::move(pending));
}

int64_t Picture::next_due_ms() const {
  return std::min({counters_.next_due_ms(), silences_.next_due_ms(), alerts_.next_due_ms()});
}

// Reports are kept well past every window, and an incident until the last of its reports may go:
// nothing that counts or is judged changes, and it does not matter when this is done.
void Picture::DropExpired(int64_t clock_ms) {
  DropExpiredShelves(clock_ms);
  if (reports_.next_due_ms() > clock_ms) return;
  std::vector<HeldReport*> going;
  while (HeldReport* report = reports_.TakeExpired(clock_ms)) {
    going.assign(1, report);
    if (Incident* incident = report->incident; incident != nullptr) {
      const bool all =
          std::all_of(incident->members.begin(), incident->members.end(), [&](const HeldReport* m) {
            return FloorTo(m->keep_until_ms, kHourMs) + kHourMs <= clock_ms;
          });
      if (!all) continue;
      going = incident->members;
      RememberBehindAlerts(*incident);
      counters_.Forget(incident);
      merger_.Drop(incident);
    }
    for (HeldReport* gone : going) {
      refutations_.Remove(gone);
      tip_limit_.Forget(gone);
      removed_.push_back(reports_.Drop(gone));
    }
  }
  alerts_.DropEndedBefore(clock_ms - settings_->retention_ms(), [&](Alert& alert) {
    std::erase(looked_at_, &alert);
    for (const ReportKey& key : alert.reports) {
      if (HeldReport* report = reports_.Find(key)) std::erase(report->alerts, &alert);
    }
  });
}

// An alert may outlive what it rests on.
void Picture::RememberBehindAlerts(const Incident& incident) {
  if (!incident.now.solid || incident.now.area < 0) return;
  for (const Rule& rule : settings_->rules) {
    if (rule.type != RuleType::kCount || !settings_->Covers(rule.of, incident.now.class_id))
      continue;
    for (int a = incident.now.area; a >= 0; a = a == area_ ? -1 : settings_->areas[a].parent) {
      Alert* alert = alerts_.Latest(rule.id, settings_->areas[a].id);
      if (alert == nullptr || alert->phase != Alert::Phase::kOpen) continue;
      RememberBehind(rule, incident, *alert);
      alerts_.MarkDirty(*alert);
    }
  }
}

std::vector<AlertTransition> Picture::Close(int64_t clock_ms) {
  counters_.AdvanceTo(clock_ms);
  Changes changes;
  const std::vector<Moved> moved = Revise();
  Count(moved, changes);
  changes.series = counters_.TakeTouched();
  changes.alerts = std::exchange(looked_at_, {});
  changes.pending = std::exchange(pending_due_, {});
  std::vector<AlertTransition> out;
  if (!changes.incidents.empty() || !changes.series.empty() || !changes.alerts.empty() ||
      !changes.pending.empty()) {
    Judge judge({settings_, ofs_, area_, &counters_, &alerts_, &silences_, sources_,
                 [this](const ReportKey& key) { return reports_.Find(key); }, clock_ms},
                changes);
    out = judge.Run();
  }
  merger_.Forget();
  DropExpired(clock_ms);
  removed_.clear();
  return out;
}

// Applies what the instant made of the reports and finds out which reports have to be looked at
// again.
std::vector<Picture::Moved> Picture::Revise() {
  std::vector<Moved> moved;
  if (touched_.empty()) return moved;
  for (auto& [key, touched] : touched_) {
    HeldReport* held = touched.held;
    if (held == nullptr && touched.next == nullptr) continue;  // came and went within the instant
    if (held != nullptr && touched.next != nullptr && held->revision == touched.next->revision)
      continue;
    const bool seated = held != nullptr && held->Joins();
    moved.push_back({held, seated ? held->incident : nullptr, seated, touched.removed});
  }
  for (const Moved& m : moved) {
    if (m.report == nullptr) continue;
    if (m.seated) merger_.Remove(m.report);
    refutations_.Remove(m.report);
    tip_limit_.Remove(m.report);
  }
  size_t i = 0;
  for (auto& [key, touched] : touched_) {
    if (touched.held == nullptr && touched.next == nullptr) continue;
    if (touched.held != nullptr && touched.next != nullptr &&
        touched.held->revision == touched.next->revision) {
      continue;
    }
    Apply(touched, moved[i++]);
  }
  touched_.clear();
  Resettle(moved);
  return moved;
}

void Picture::Apply(Touched& touched, Moved& moved) {
  HeldReport* held = touched.held;
  if (held != nullptr)
    looked_at_.insert(looked_at_.end(), held->alerts.begin(), held->alerts.end());
  if (touched.next == nullptr) {
    removed_.push_back(reports_.Remove(held));
    moved.report = removed_.back().get();
    return;
  }
  Place(touched.next.get());
  touched.next->taken = touched.next->over_limit = false;
  touched.next->incident = nullptr;
  if (held == nullptr) {
    moved.report = held = &reports_.Add(std::move(touched.next));
  } else {
    touched.next->alerts = std::move(held->alerts);
    reports_.KeepUntil(held, touched.next->keep_until_ms);
    *held = std::move(*touched.next);
  }
  reports_.MarkDirty(held);
  if (orgs_.insert(held->key.org).second) dirty_orgs_ = true;
}

void Picture::Place(HeldReport* report) const {
  report->class_id = settings_->FindClass(report->class_name);
  report->area = settings_->FindArea(report->area_id);
  if (report->area >= 0 && settings_->areas[report->area].picture != area_) report->area = -1;
}

// The daily limit first, then refutations, which see only what is within it; then who joins is
// settled.
void Picture::Resettle(std::vector<Moved>& moved) {
  const size_t revised = moved.size();
  const auto flip = [&](HeldReport* report) {
    const bool listed =
        std::any_of(moved.begin(), moved.end(), [&](const Moved& m) { return m.report == report; });
    if (listed) return;
    moved.push_back({report, report->incident, report->Joins(), Cause::kNone});
    if (report->Joins()) merger_.Remove(report);
    looked_at_.insert(looked_at_.end(), report->alerts.begin(), report->alerts.end());
  };
  for (size_t i = 0; i < revised; ++i) {
    if (moved[i].removed == Cause::kNone && !moved[i].report->refuted)
      tip_limit_.Insert(moved[i].report);
  }
  tip_limit_.Settle([&](HeldReport* tip) {
    flip(tip);
    refutations_.Remove(tip);
    tip->over_limit = !tip->over_limit;
    reports_.MarkDirty(tip);
    refutations_.Insert(tip);
  });
  for (size_t i = 0; i < revised; ++i) {
    if (moved[i].removed == Cause::kNone) refutations_.Insert(moved[i].report);
  }
  refutations_.Settle([&](HeldReport* report) {
    flip(report);
    report->taken = !report->taken;
  });
  for (const Moved& m : moved) {
    if (m.removed == Cause::kNone && m.report->Joins()) merger_.Insert(m.report);
  }
}

// Settles the incidents and brings the series up to them.
void Picture::Count(const std::vector<Moved>& moved, Changes& changes) {
  absl::flat_hash_map<const Incident*, Cause> causes;
  for (const Moved& m : moved) {
    if (!m.seated) continue;
    const bool refuted = m.report->refuted || m.report->taken;
    const Cause cause = m.removed != Cause::kNone ? m.removed
                        : refuted                 ? Cause::kRefuted
                                                  : Cause::kCorrected;
    changes.lost[m.report->key] = cause;
    if (m.incident != nullptr) causes[m.incident] = std::max(causes[m.incident], cause);
  }
  for (Incident* incident : merger_.Resolve()) {
    if (incident->counted.area >= 0 || !incident->gone) {
      changes.incidents.push_back({incident, incident->counted});
    }
    const auto known = causes.find(incident);
    Cause cause = Cause::kNone;
    if (CountsLess(*incident)) cause = known == causes.end() ? Cause::kMerged : known->second;
    counters_.Apply(incident, cause);
  }
  PairById(changes.incidents);
}

// An incident that went and began again with the same first report, at another time say, is the
// same one to whoever knows it by its id.
void Picture::PairById(std::vector<IncidentChange>& incidents) {
  if (incidents.size() < 2) return;
  absl::flat_hash_map<uint64_t, Contribution> gone;
  for (const IncidentChange& change : incidents) {
    if (change.incident->gone) gone[change.incident->id] = change.before;
  }
  std::vector<uint64_t> back;
  for (IncidentChange& change : incidents) {
    const auto it = change.incident->gone ? gone.end() : gone.find(change.incident->id);
    if (it == gone.end()) continue;
    change.before = it->second;
    back.push_back(it->first);
  }
  std::erase_if(incidents, [&](const IncidentChange& change) {
    return change.incident->gone &&
           std::find(back.begin(), back.end(), change.incident->id) != back.end();
  });
}

void Picture::CollectAggregates(int64_t clock_ms, std::vector<Aggregate>& out) {
  counters_.AdvanceTo(clock_ms);
  counters_.BringUp();
  DropExpired(clock_ms);
  removed_.clear();
  for (int area : counters_.TakeChangedAreas()) out.push_back(Describe(area, clock_ms));
}

std::vector<std::string> Picture::BlindSources() const {
  std::vector<std::string> blind;
  if (!sources_->any_blind()) return blind;
  for (size_t i = 0; i < settings_->sources.size(); ++i) {
    const Source& source = settings_->sources[i];
    const bool contributes = !source.feeds.empty() || orgs_.contains(source.org);
    if (contributes && sources_->blind(static_cast<int>(i))) blind.push_back(source.org);
  }
  std::sort(blind.begin(), blind.end());
  return blind;
}

Aggregate Picture::Describe(int area, int64_t clock_ms) {
  const Area& a = settings_->areas[area];
  Aggregate aggregate;
  aggregate.area = a.id;
  aggregate.area_name = a.name;
  aggregate.level = a.level;
  aggregate.picture = id();
  aggregate.as_of_ms = clock_ms;
  aggregate.sequence = ++sequences_[a.id];
  dirty_sequences_.insert(a.id);
  aggregate.blind_sources = BlindSources();
  aggregate.completeness = aggregate.blind_sources.empty() ? Completeness::kComplete
                           : sources_->all_blind()         ? Completeness::kBlind
                                                           : Completeness::kPartial;
  aggregate.windows = Cells(area, false);
  aggregate.has_unlocated = !a.leaf;
  if (aggregate.has_unlocated) aggregate.unlocated = Cells(area, true);
  return aggregate;
}

std::vector<WindowCells> Picture::Cells(int area, bool unlocated) {
  std::vector<WindowCells> windows;
  for (int64_t window_ms : settings_->windows_ms) windows.push_back({window_ms, {}});
  for (int of = 0; of < ofs_->size(); ++of) {
    const Series* series = unlocated ? counters_.FindUnlocated(area, of) : counters_.Find(area, of);
    if (series == nullptr) continue;
    for (size_t w = 0; w < windows.size(); ++w) {
      const Counts& sum = series->sum(w);
      if (!sum.empty())
        windows[w].cells.push_back(
            {ofs_->name(of), {sum.incidents, sum.corroborated, sum.reports}});
    }
  }
  return windows;
}

}  // namespace lagesbild::picture
