#include "picture/counters.h"

#include <algorithm>
#include <utility>

#include "base/time.h"

namespace lagesbild::picture {
namespace {

// A series that is only written to is brought up when something should have left it this long ago:
// many panes at once cost less than each by itself, and none is kept for much longer than it must.
constexpr int64_t kBehindMs = 6 * kHourMs;

}  // namespace

OfIndex::OfIndex(const Settings& settings) : settings_(settings) {
  const int classes = static_cast<int>(settings.classes.size());
  const int all = classes + static_cast<int>(settings.families.size());
  for (const auto& c : settings.classes) names_.push_back(c.name);
  for (const auto& f : settings.families) names_.push_back(f.name);
  names_.push_back("all");
  for (int c = 0; c < classes; ++c) {
    std::vector<int> ofs = {c};
    for (int f = settings.classes[c].family; f >= 0; f = settings.families[f].parent)
      ofs.push_back(classes + f);
    ofs.push_back(all);
    of_class_.push_back(std::move(ofs));
  }
  classes_.resize(size());
  for (int c = 0; c < classes; ++c) {
    for (int of : of_class_[c]) classes_[of].push_back(c);
  }
  for (int i = 0; i < size(); ++i) {
    by_name_.emplace(StoredName(i), i);
  }
  for (const Rule& rule : settings.rules) of_rule_.push_back(Find(rule.of));
}

int OfIndex::Find(const Of& of) const {
  switch (of.what) {
    case Of::What::kAll:
      return size() - 1;
    case Of::What::kClass:
      return settings_.FindClass(of.name);
    case Of::What::kFamily: {
      const int family = settings_.FindFamily(of.name);
      return family < 0 ? -1 : static_cast<int>(settings_.classes.size()) + family;
    }
  }
  return -1;
}

std::string OfIndex::StoredName(int of) const {
  const int classes = static_cast<int>(settings_.classes.size());
  const char prefix = of < classes ? 'c' : of + 1 < size() ? 'f' : 'a';
  return prefix + names_[of];
}

int OfIndex::FindStored(const std::string& name) const {
  const auto it = by_name_.find(name);
  return it == by_name_.end() ? -1 : it->second;
}

Counters::Counters(const Settings* settings, const OfIndex* ofs, int picture)
    : settings_(settings), ofs_(ofs), picture_(picture) {}

template <typename F>
void Counters::ForEachArea(int area, F&& f) const {
  for (int a = area; a >= 0; a = settings_->areas[a].parent) {
    f(a);
    if (a == picture_) return;
  }
}

Counters::AreaState& Counters::Of(int area) {
  std::unique_ptr<AreaState>& state = areas_[area];
  if (state == nullptr) {
    state = std::make_unique<AreaState>();
    state->by_of.resize(ofs_->size());
    state->incidents.resize(settings_->classes.size());
    if (!settings_->areas[area].leaf) state->unlocated.resize(ofs_->size());
  }
  return *state;
}

Counters::Slot& Counters::SlotOf(int area, int of, bool unlocated) {
  return SlotOf(Of(area), area, of, unlocated);
}

Counters::Slot& Counters::SlotOf(AreaState& state, int area, int of, bool unlocated) {
  Slot*& slot = (unlocated ? state.unlocated : state.by_of)[of];
  if (slot == nullptr) {
    slots_.push_back(
        std::make_unique<Slot>(Slot{area, of, unlocated, &state, Series(settings_->windows_ms)}));
    slot = slots_.back().get();
  }
  return *slot;
}

void Counters::Apply(Incident* incident, Cause cause) {
  if (incident->counted == incident->now) {
    // The sums stay; the rules still want to know, for what the incident says of itself may have
    // changed.
    if (incident->now.area >= 0) {
      ForEachArea(incident->now.area, [&](int a) {
        for (int of : ofs_->of_class(incident->now.class_id)) Touch(SlotOf(a, of, false), cause);
      });
    }
    return;
  }
  if (incident->counted.area >= 0) {
    const Slots slots = SlotsOf(incident->counted);
    Unlist(incident, incident->counted);
    AddToSeries(slots, incident->counted, -1, cause);
  }
  if (incident->now.area >= 0) {
    const Slots slots = SlotsOf(incident->now);
    List(incident, incident->now);
    AddToSeries(slots, incident->now, 1, Cause::kNone);
  }
  incident->counted = incident->now;
}

void Counters::List(Incident* incident, const Contribution& as) {
  ForEachArea(as.area, [&](int a) { AddByTime(Of(a).incidents[as.class_id], incident); });
}

void Counters::Unlist(Incident* incident, const Contribution& as) {
  ForEachArea(as.area, [&](int a) { Of(a).incidents[as.class_id].erase(incident); });
}

// Each series is somewhere else in memory, and cold: all are sent for before the first is needed.
Counters::Slots Counters::SlotsOf(const Contribution& contribution) {
  const std::vector<int>& ofs = ofs_->of_class(contribution.class_id);
  Slots slots;
  const auto gather = [&](int area, bool unlocated) {
    AreaState& state = Of(area);
    for (int of : ofs) {
      slots.push_back(&SlotOf(state, area, of, unlocated));
      slots.back()->series.Prefetch();
    }
  };
  ForEachArea(contribution.area, [&](int a) { gather(a, false); });
  if (!settings_->areas[contribution.area].leaf) gather(contribution.area, true);
  return slots;
}

void Counters::AddToSeries(const Slots& slots, const Contribution& contribution, int sign,
                           Cause cause) {
  for (Slot* slot : slots) slot->series.PrefetchPanes();
  for (Slot* slot : slots) Change(*slot, contribution, sign, cause);
}

void Counters::Change(Slot& slot, const Contribution& contribution, int sign, Cause cause) {
  const bool far_behind = slot.series.next_expiry_ms() <= clock_ms_ - kBehindMs;
  if (far_behind || !slot.watchers.empty()) BringUp(slot);
  slot.series.Add(contribution, sign, clock_ms_);
  MarkDirty(slot);
  MarkChanged(*slot.state, slot.area);
  Schedule(slot);
  if (!slot.unlocated) Touch(slot, cause);
}

void Counters::Touch(Slot& slot, Cause cause) {
  slot.cause = std::max(slot.cause, cause);
  if (slot.touched) return;
  slot.touched = true;
  touched_.push_back(&slot);
}

void Counters::MarkDirty(Slot& slot) {
  if (slot.dirty) return;
  slot.dirty = true;
  dirty_.push_back(&slot);
}

// A later expiry than the entry's is found when the entry comes up.
void Counters::Schedule(Slot& slot) {
  const int64_t due_ms = slot.series.next_expiry_ms();
  if (due_ms < slot.due_ms) all_.push({slot.due_ms = due_ms, &slot});
  if (!slot.watchers.empty() && due_ms < slot.watched_due_ms)
    watched_.push({slot.watched_due_ms = due_ms, &slot});
}

// True if a sum changed.
bool Counters::BringUp(Slot& slot) {
  if (slot.series.next_expiry_ms() > clock_ms_) return false;
  MarkDirty(slot);
  if (!slot.series.Expire(clock_ms_)) return false;
  MarkChanged(*slot.state, slot.area);
  return true;
}

void Counters::AdvanceTo(int64_t clock_ms) {
  clock_ms_ = clock_ms;
  while (!watched_.empty() && watched_.top().due_ms <= clock_ms) {
    const Timer timer = watched_.top();
    watched_.pop();
    Slot& slot = *timer.slot;
    if (timer.due_ms != slot.watched_due_ms) continue;  // an earlier entry has served it
    slot.watched_due_ms = kNever;
    if (slot.watchers.empty()) continue;
    if (BringUp(slot)) Touch(slot, Cause::kNone);
    Schedule(slot);
  }
}

void Counters::BringUp() {
  while (!all_.empty() && all_.top().due_ms <= clock_ms_) {
    const Timer timer = all_.top();
    all_.pop();
    Slot& slot = *timer.slot;
    if (timer.due_ms != slot.due_ms) continue;
    BringUp(slot);
    slot.due_ms = kNever;
    Schedule(slot);
  }
}

void Counters::Watch(int area, int of, int rule_index, bool watch) {
  if (!watch && Of(area).by_of[of] == nullptr) return;
  Slot& slot = SlotOf(area, of, false);
  const auto at = std::lower_bound(slot.watchers.begin(), slot.watchers.end(), rule_index);
  const bool watched = at != slot.watchers.end() && *at == rule_index;
  if (watched == watch) return;
  if (!watch) {
    slot.watchers.erase(at);
    return;
  }
  slot.watchers.insert(at, rule_index);
  BringUp(slot);
  Schedule(slot);
}

void Counters::MarkChanged(int area) { MarkChanged(Of(area), area); }

void Counters::MarkChanged(AreaState& state, int area) {
  if (!std::exchange(state.changed, true)) changed_.push_back(area);
}

std::vector<TouchedSeries> Counters::TakeTouched() {
  std::vector<TouchedSeries> out;
  out.reserve(touched_.size());
  for (Slot* slot : touched_) {
    out.push_back({slot->area, slot->of, slot->cause});
    slot->touched = false;
    slot->cause = Cause::kNone;
  }
  touched_.clear();
  return out;
}

void Counters::Forget(Incident* incident) {
  if (incident->counted.area >= 0) Unlist(incident, incident->counted);
}

const Series* Counters::AtClock(Slot* slot) {
  if (slot == nullptr) return nullptr;
  BringUp(*slot);
  return &slot->series;
}

const Series* Counters::Find(int area, int of) {
  const auto it = areas_.find(area);
  return it == areas_.end() ? nullptr : AtClock(it->second->by_of[of]);
}

const Series* Counters::FindUnlocated(int area, int of) {
  const auto it = areas_.find(area);
  const bool none = it == areas_.end() || it->second->unlocated.empty();
  return none ? nullptr : AtClock(it->second->unlocated[of]);
}

const IncidentsByTime& Counters::incidents(int area, int class_id) const {
  static const IncidentsByTime kNone;
  const auto it = areas_.find(area);
  return it == areas_.end() ? kNone : it->second->incidents[class_id];
}

std::vector<int> Counters::areas() const {
  std::vector<int> out;
  for (const auto& [area, state] : areas_) out.push_back(area);
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<int> Counters::TakeChangedAreas() {
  for (int area : changed_) Of(area).changed = false;
  std::sort(changed_.begin(), changed_.end());
  return std::exchange(changed_, {});
}

void Counters::TakeRows(const RowSink& sink) {
  for (Slot* slot : dirty_) {
    slot->dirty = false;
    for (int64_t hour_ms : slot->series.TakeDirtyHours()) {
      sink(slot->area, slot->of, slot->unlocated, hour_ms, slot->series.RowOf(hour_ms));
    }
  }
  dirty_.clear();
}

void Counters::ForEachRow(const std::function<void(int, int, bool, int64_t)>& row) const {
  for (const auto& slot : slots_) {
    for (int64_t hour_ms : slot->series.hours())
      row(slot->area, slot->of, slot->unlocated, hour_ms);
  }
}

void Counters::AllRows(const RowSink& sink) const {
  for (const auto& slot : slots_) {
    for (int64_t hour_ms : slot->series.hours())
      sink(slot->area, slot->of, slot->unlocated, hour_ms, slot->series.RowOf(hour_ms));
  }
}

Status Counters::Restore(int area, int of, bool unlocated, int64_t hour_ms, std::string_view row,
                         int64_t clock_ms) {
  Slot& slot = SlotOf(area, of, unlocated);
  LB_RETURN_IF_ERROR(slot.series.Restore(hour_ms, row, clock_ms));
  Schedule(slot);
  return absl::OkStatus();
}

void Counters::Adopt(Incident* incident) {
  incident->counted = incident->now;
  if (incident->now.area >= 0) List(incident, incident->now);
}

}  // namespace lagesbild::picture
