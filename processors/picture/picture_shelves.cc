// Which reports a picture puts away into the store, and how it gets them back before they matter.
//
// No output can tell, because what is put away and what stays do not touch each other:
//  - of a class that merges whole runs of reports go, cut where two follow each other by more than
//    its minutes: nothing on one side of such a gap merges with, takes, or is refuted by what is on
//    the other. A report that comes nearer than that to a shelf brings the shelf back first.
//  - of a run that is long, or has not ended, whole incidents go: what did not join them has joined
//    what it would have joined without them. A report that comes or changes may change what lies
//    after it, and what that looks at no earlier than the class's minutes before it: it brings back
//    all shelves of its class that end after that. What a refuted report takes may depend on its
//    whole run: a class that holds one has no such shelves.
//  - a tip's daily limit is settled among the tips of its reporter, who has another name every day.
//    It is stored with the tip; a tip that comes, changes or goes brings back all tips of a day
//    around it.
//  - no rule looks at an incident so long ago: every window that opens now, and that of every open
//    alert, begins later. Reports that an open alert follows stay; those of an ended one lie with
//    it on one shelf or stay.
//  - series keep what was counted; they do not ask for the incidents.
// A report that is named again (another revision, a withdrawal, a duplicate) brings its shelf back.
//
// A shelf is written by one commit and leaves memory at the next, when that commit has been made.
// Every commit that puts away writes all other reports of the picture anew, so that no older row
// speaks of what lies on a shelf.
#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/time.h"
#include "picture/picture.h"

namespace lagesbild::picture {
namespace {

// One local day, an hour longer where clocks are set back, and as much again where the reporter's
// day is not the clock's.
constexpr int64_t kTipReachMs = 26 * kHourMs;
constexpr int64_t kNoReach = -1;  // not even what is of the same moment

}  // namespace

// --- Back from the store

void Picture::FetchAround(const Report& report) {
  if (shelves_.empty()) return;
  FetchOf(report.key);
  const int class_id = settings_->FindClass(report.class_name);
  FetchNear(class_id, report.occurred_ms, report.verification == Verification::kRefuted);
  if (TipLimit::Counts(report)) FetchTips(report.occurred_ms, report.reporter);
}

// What is held of the report, and what may change with it.
void Picture::FetchOf(const ReportKey& key) {
  if (shelves_.empty()) return;
  if (Shelf* shelf = shelves_.Find(key)) Fetch(shelf);
  const HeldReport* held = reports_.Find(key);
  if (held == nullptr) return;
  FetchNear(held->class_id, held->occurred_ms, held->refuted);
  if (TipLimit::Counts(*held)) FetchTips(held->occurred_ms, held->reporter);
}

// What a report of this class and time may touch.
void Picture::FetchNear(int class_id, int64_t occurred_ms, bool refuted) {
  const int64_t reach_ms = ReachMs(class_id);
  if (reach_ms == kNoReach) return;
  const auto next = [&] {
    return shelves_.Linked(class_id) != nullptr
               ? shelves_.EndingAfter(class_id, occurred_ms - reach_ms)
               : shelves_.Near(class_id, occurred_ms, reach_ms);
  };
  while (Shelf* shelf = next()) Fetch(shelf);
  if (!refuted && !refutations_.Any(class_id)) return;
  while (Shelf* shelf = shelves_.Linked(class_id)) Fetch(shelf);
}

// All tips of the reporter's day, and what each of them may touch.
void Picture::FetchTips(int64_t occurred_ms, const std::string& reporter) {
  while (Shelf* shelf = shelves_.NearTips(occurred_ms, kTipReachMs)) Fetch(shelf);
  for (const HeldReport* tip : tip_limit_.Of(reporter))
    FetchNear(tip->class_id, tip->occurred_ms, /*refuted=*/false);
}

void Picture::FetchAll() {
  while (Shelf* shelf = shelves_.Any()) Fetch(shelf);
}

int64_t Picture::ReachMs(int class_id) const {
  if (class_id < 0) return kNoReach;
  const IncidentClass& of = settings_->classes[class_id];
  return Merges(of) ? of.merge_ms : kNoReach;
}

void Picture::Fetch(Shelf* shelf) {
  const std::unique_ptr<Shelf> taken = shelves_.Take(shelf);
  RemoveRows(*taken);
  if (!taken->reports.empty()) {
    for (HeldReport* report : taken->reports) reports_.MarkDirty(report);
    return;
  }
  fetched_ = true;
  std::vector<HeldReport*> fetched;
  for (int part = 0; part < taken->parts; ++part) {
    const auto row = shelving_->read(PictureRowPrefix(id()) +
                                     ShelfPartKey(taken->number + static_cast<uint64_t>(part)));
    shelving_->failure.Update(row.ok() ? TakeShelfPart(*row, fetched) : row.status());
  }
  Reseat(fetched);
}

Status Picture::TakeShelfPart(std::string_view row, std::vector<HeldReport*>& taken) {
  bool twice = false;
  const Status read = ReadReportChunk(row, [&](StoredReport&& stored) {
    if (!stored.held || reports_.Find(stored.report->key) != nullptr) {
      twice = true;
      return;
    }
    taken.push_back(&reports_.Add(std::move(stored.report)));
    reports_.MarkDirty(taken.back());
  });
  return twice ? DataLoss("shelf: a report that is elsewhere, too") : read;
}

// They take their places among the others; nothing that was counted or judged changes.
void Picture::Reseat(std::vector<HeldReport*>& reports) {
  std::sort(reports.begin(), reports.end(), ReportOrder());
  absl::flat_hash_set<ReportKey> keys;
  for (HeldReport* report : reports) {
    Place(report);
    if (!report->refuted) tip_limit_.InsertSettled(report);
    refutations_.Insert(report);
    keys.insert(report->key);
  }
  refutations_.Settle([](HeldReport* report) { report->taken = !report->taken; });
  for (HeldReport* report : reports) {
    if (report->Joins()) merger_.Insert(report);
  }
  for (Incident* incident : merger_.Resolve()) {
    LB_CHECK(!incident->gone && incident->counted.area < 0);
    counters_.Adopt(incident);
  }
  merger_.Forget();
  for (const auto& [id, alert] : alerts_.all()) {
    if (alert->phase == Alert::Phase::kCancelled) continue;
    for (const ReportKey& key : alert->reports) {
      if (keys.contains(key)) reports_.Find(key)->alerts.push_back(alert.get());
    }
  }
}

void Picture::RemoveRows(const Shelf& shelf) {
  removed_rows_.push_back(ShelfKey(shelf.number));
  for (int part = 0; part < shelf.parts; ++part) {
    removed_rows_.push_back(ShelfPartKey(shelf.number + static_cast<uint64_t>(part)));
  }
}

// --- Restored, and past keeping

// A shelf's head; without a way to read the store its parts have been taken already.
Status Picture::RestoreShelf(uint64_t number, std::string_view row) {
  auto shelf = std::make_unique<Shelf>();
  std::string class_name;
  LB_RETURN_IF_ERROR(DecodeShelf(row, *shelf, class_name));
  shelf->number = number;
  if (shelving_->read == nullptr) {
    removed_rows_.push_back(ShelfKey(number));
    return absl::OkStatus();
  }
  shelf->class_id = class_name.empty() ? -1 : settings_->FindClass(class_name);
  if (shelf->class_id < 0 && !class_name.empty())
    return DataLoss("shelf: a class that the configuration does not have");
  return shelves_.Add(std::move(shelf)) ? absl::OkStatus()
                                        : DataLoss("shelf: a report lies on another, too");
}

Status Picture::RestoreShelfPart(uint64_t number, std::string_view row) {
  if (shelving_->read != nullptr) {
    ++parts_restored_;
    return absl::OkStatus();
  }
  removed_rows_.push_back(ShelfPartKey(number));
  std::vector<HeldReport*> taken;
  return TakeShelfPart(row, taken);
}

// Some tips of its reporter may lie there: then what was settled of it holds.
bool Picture::MayHaveTipsOnShelves(const HeldReport& report) const {
  return TipLimit::Counts(report) && shelves_.NearTips(report.occurred_ms, kTipReachMs) != nullptr;
}

void Picture::DropExpiredShelves(int64_t clock_ms) {
  if (shelves_.empty()) return;
  if (reports_.next_due_ms() <= clock_ms) {
    for (Shelf* shelf : shelves_.InMemory()) Fetch(shelf);
  }
  while (Shelf* shelf = shelves_.Expired(clock_ms)) RemoveRows(*shelves_.Take(shelf));
}

// --- Away to it

void Picture::CollectShelves(uint64_t commit, int64_t clock_ms, const RowSink& sink) {
  for (Shelf* shelf : shelves_.InMemory()) LeaveToStore(*shelf);
  for (std::string& key : std::exchange(removed_rows_, {})) sink(std::move(key), {});
  if (std::exchange(fetched_, false)) look_at_ms_ = clock_ms + shelving_->again_ms;
  if (shelving_->read == nullptr || reports_.size() < look_at_count_ || clock_ms < look_at_ms_)
    return;
  std::vector<std::unique_ptr<Shelf>> shelves = ChooseShelves(clock_ms);
  size_t chosen = 0;
  for (const auto& shelf : shelves) chosen += shelf->reports.size();
  // All that stays is written anew: not for the sake of a few.
  if (2 * chosen < reports_.size()) {
    look_at_count_ = reports_.size() + reports_.size() / 4;
    return;
  }
  uint64_t number = FirstChunk(commit);
  absl::flat_hash_set<const HeldReport*> away;
  for (auto& shelf : shelves) {
    shelf->number = number;
    ChunkWriter parts(number, [&](uint64_t part, int64_t, std::string row) {
      number = part + 1;
      sink(ShelfPartKey(part), std::move(row));
    });
    for (HeldReport* report : shelf->reports) {
      parts.Write(report->key, report->keep_until_ms, report);
      away.insert(report);
    }
    parts.Finish();
    shelf->parts = static_cast<int>(number - shelf->number);
    sink(ShelfKey(shelf->number),
         EncodeShelf(*shelf, shelf->class_id < 0
                                 ? std::string_view()
                                 : std::string_view(settings_->classes[shelf->class_id].name)));
    const bool added = shelves_.Add(std::move(shelf));
    LB_CHECK(added);
  }
  reports_.Rewrite([&](const HeldReport& report) { return away.contains(&report); });
  look_at_count_ = std::max(shelving_->at_least, 2 * (reports_.size() - chosen));
}

// The commit that wrote it has been made.
void Picture::LeaveToStore(Shelf& shelf) {
  for (HeldReport* report : std::exchange(shelf.reports, {})) {
    if (Incident* incident = report->incident; incident != nullptr) {
      counters_.Forget(incident);
      merger_.Drop(incident);
    }
    refutations_.Remove(report);
    tip_limit_.Forget(report);
    reports_.Drop(report);
  }
}

std::vector<std::unique_ptr<Shelf>> Picture::ChooseShelves(int64_t clock_ms) {
  std::vector<std::vector<HeldReport*>> by_class(settings_->classes.size() + 1);
  reports_.ForEach([&](HeldReport* report) {
    by_class[static_cast<size_t>(report->class_id + 1)].push_back(report);
  });
  const int64_t before_ms = ShelveBefore(clock_ms);
  absl::flat_hash_set<uint64_t> fingerprints;
  std::vector<std::unique_ptr<Shelf>> out;
  for (size_t c = 0; c < by_class.size(); ++c) {
    std::vector<HeldReport*>& reports = by_class[c];
    std::sort(reports.begin(), reports.end(), ReportOrder());
    ChooseOfClass(static_cast<int>(c) - 1, reports, before_ms, fingerprints, out);
  }
  return out;
}

// `reports`: all of the class that are in memory, in order. `fingerprints`: of all that is chosen.
void Picture::ChooseOfClass(int class_id, std::span<HeldReport* const> reports, int64_t before_ms,
                            absl::flat_hash_set<uint64_t>& fingerprints,
                            std::vector<std::unique_ptr<Shelf>>& out) const {
  const size_t first = out.size();
  const int64_t reach_ms = ReachMs(class_id);
  bool linked = reach_ms != kNoReach && shelves_.Linked(class_id) != nullptr;
  std::unique_ptr<Shelf> shelf;
  const auto finish = [&] {
    if (shelf != nullptr) out.push_back(std::move(shelf));
  };
  const auto put = [&](std::span<HeldReport* const> chosen) {
    if (chosen.empty()) return;
    if (shelf == nullptr) shelf = std::make_unique<Shelf>(Shelf{.class_id = class_id});
    for (HeldReport* report : chosen) shelf->Put(report);
    if (shelf->reports.size() >= shelving_->a_shelf) finish();
  };
  bool amid_run = false;
  for (size_t from = 0, to = 0; from < reports.size(); from = to) {
    to = from + 1;
    while (reach_ms != kNoReach && to < reports.size() &&
           reports[to]->occurred_ms - reports[to - 1]->occurred_ms <= reach_ms) {
      ++to;
    }
    std::span<HeldReport* const> run = reports.subspan(from, to - from);
    const bool over = run.back()->occurred_ms < before_ms;
    if (over && !amid_run && run.size() <= 2 * shelving_->a_shelf) {
      // What stays may not lie between reports of one shelf.
      MayGo(run, before_ms, fingerprints) ? put(run) : finish();
      continue;
    }
    amid_run = run.size() > shelving_->a_shelf;
    run = run.first(std::min(run.size(), shelving_->a_shelf));
    const std::vector<HeldReport*> whole = WholeIncidents(run, before_ms, fingerprints);
    if (!over && 2 * whole.size() < shelving_->a_shelf) break;
    to = from + run.size();
    linked |= !whole.empty();
    put(whole);
    finish();
  }
  finish();
  for (size_t i = first; i < out.size(); ++i) out[i]->linked = linked;
}

// Of some reports in a row those that may go by themselves.
std::vector<HeldReport*> Picture::WholeIncidents(
    std::span<HeldReport* const> row, int64_t before_ms,
    absl::flat_hash_set<uint64_t>& fingerprints) const {
  std::vector<HeldReport*> out;
  if (refutations_.Any(row.front()->class_id)) return out;
  for (HeldReport* report : row) {
    const Incident* incident = report->incident;
    if (incident != nullptr && incident->first != report) continue;  // it goes with the first
    std::vector<HeldReport*> whole{report};
    if (incident != nullptr) whole = incident->members;
    std::sort(whole.begin(), whole.end(), ReportOrder());
    const bool ends = !ReportOrder()(row.back(), whole.back()) &&
                      whole.back()->occurred_ms < before_ms &&
                      !ReportOrder()(whole.front(), row.front());
    if (ends && MayGo(whole, before_ms, fingerprints))
      out.insert(out.end(), whole.begin(), whole.end());
  }
  return out;
}

// No rule looks at what occurred before this.
int64_t Picture::ShelveBefore(int64_t clock_ms) const {
  int64_t window_ms = 0;
  for (const Rule& rule : settings_->rules) window_ms = std::max(window_ms, rule.window_ms);
  // A pane belongs to a window as a whole.
  int64_t before_ms = clock_ms - std::max(window_ms + 2 * kHourMs, shelving_->after_ms);
  for (const auto& [id, alert] : alerts_.all()) {
    if (alert->phase != Alert::Phase::kOpen) continue;
    before_ms = std::min(before_ms, alert->opened_ms - window_ms - 2 * kHourMs);
  }
  return before_ms;
}

// Of incidents as a whole, in order.
bool Picture::MayGo(std::span<HeldReport* const> run, int64_t before_ms,
                    absl::flat_hash_set<uint64_t>& fingerprints) const {
  const auto in_run = [&](const HeldReport* report) {
    return std::binary_search(run.begin(), run.end(), report, ReportOrder());
  };
  for (const HeldReport* report : run) {
    // Tips of the day before are still asked for.
    if (TipLimit::Counts(*report) && report->occurred_ms >= before_ms - kTipReachMs) return false;
    if (shelves_.Find(report->key) != nullptr) return false;
    for (const Alert* alert : report->alerts) {
      if (alert->phase == Alert::Phase::kOpen) return false;
      for (const ReportKey& key : alert->reports) {
        const HeldReport* other = reports_.Find(key);
        if (other != nullptr && (other->class_id != report->class_id || !in_run(other))) {
          return false;
        }
      }
    }
  }
  return std::all_of(run.begin(), run.end(), [&](const HeldReport* report) {
    return fingerprints.insert(Shelves::FingerprintOf(report->key)).second;
  });
}

}  // namespace lagesbild::picture
