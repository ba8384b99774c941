// The rows of one picture: what is stored of it, how it comes back, and how it moves to a new
// configuration.
//
// Keys, after the picture's prefix: a letter, then
//
//   A name                            an alert, or a pending count
//   B area NUL series NUL [tu] hour   an hour of a series; t: whole, u: its unlocated part
//   F number                          head of a shelf (shelves.h)
//   G number                          a part of one: reports
//   O                                 organisations that ever had a report here
//   Q area                            sequence of the area's last aggregate
//   R number                          reports that one commit changed
//   S                                 silences
//
// Hours and numbers are 8 bytes, most significant first. Values open with a format byte.
#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/check.h"
#include "picture/picture.h"

namespace lagesbild::picture {
namespace {

constexpr uint8_t kFormat = 1;

std::string KeyWithNumber(std::string key, uint64_t number) {
  ByteWriter(key).BigEndian64(number);
  return key;
}

std::string SeriesKey(const std::string& area, const std::string& of, bool unlocated,
                      int64_t hour_ms) {
  return KeyWithNumber("B" + area + '\0' + of + '\0' + (unlocated ? 'u' : 't'),
                       static_cast<uint64_t>(hour_ms));
}

std::string OrganisationsRow(const absl::flat_hash_set<std::string>& orgs) {
  std::string row;
  ByteWriter w(row);
  w.Byte(kFormat);
  for (const std::string& org : std::set<std::string>(orgs.begin(), orgs.end())) w.String(org);
  return row;
}

std::string SequenceRow(int64_t sequence) {
  std::string row;
  ByteWriter w(row);
  w.Byte(kFormat);
  w.Signed(sequence);
  return row;
}

}  // namespace

std::string PictureRowPrefix(const std::string& id) { return kPictureRow + id + '\0'; }
std::string ShelfKey(uint64_t number) { return KeyWithNumber("F", number); }
std::string ShelfPartKey(uint64_t number) { return KeyWithNumber("G", number); }

void Picture::CollectRows(uint64_t commit, int64_t clock_ms, const RowSink& sink) {
  for (auto& [name, row] : alerts_.TakeRows()) sink("A" + name, std::move(row));
  counters_.TakeRows([&](int area, int of, bool unlocated, int64_t hour_ms, std::string row) {
    sink(SeriesKey(settings_->areas[area].id, ofs_->StoredName(of), unlocated, hour_ms),
         std::move(row));
  });
  if (std::exchange(dirty_orgs_, false)) sink("O", OrganisationsRow(orgs_));
  for (const std::string& area : std::exchange(dirty_sequences_, {})) {
    sink("Q" + area, SequenceRow(sequences_[area]));
  }
  CollectShelves(commit, clock_ms, sink);
  reports_.CollectRows(commit, clock_ms, [&](uint64_t chunk, std::string row) {
    sink(KeyWithNumber("R", chunk), std::move(row));
  });
  if (std::exchange(dirty_silences_, false)) sink("S", silences_.Encode());
}

void Picture::AllRows(const RowSink& sink) const {
  LB_CHECK(shelves_.empty());
  for (auto& [name, row] : alerts_.AllRows()) sink("A" + name, row);
  counters_.AllRows([&](int area, int of, bool unlocated, int64_t hour_ms, std::string row) {
    sink(SeriesKey(settings_->areas[area].id, ofs_->StoredName(of), unlocated, hour_ms),
         std::move(row));
  });
  if (!orgs_.empty()) sink("O", OrganisationsRow(orgs_));
  for (const auto& [area, sequence] : sequences_) sink("Q" + area, SequenceRow(sequence));
  reports_.AllRows(
      [&](uint64_t chunk, std::string row) { sink(KeyWithNumber("R", chunk), std::move(row)); });
  if (std::string silences = silences_.Encode(); !silences.empty()) sink("S", std::move(silences));
}

Status Picture::Restore(std::string_view key, std::string_view row, int64_t clock_ms) {
  const char type = key.empty() ? '\0' : key.front();
  const std::string_view rest = key.substr(std::min<size_t>(1, key.size()));
  ByteReader r(row);
  switch (type) {
    case 'A':
      return alerts_.Restore(rest, row);
    case 'B':
      return RestoreSeries(rest, row, clock_ms);
    case 'F':
    case 'G': {
      if (rest.size() != 8) return DataLoss("shelf: bad key");
      const uint64_t number = ByteReader(rest).BigEndian64();
      return type == 'F' ? RestoreShelf(number, row) : RestoreShelfPart(number, row);
    }
    case 'O':
      if (r.Byte() != kFormat) return DataLoss("organisations row: unknown format");
      while (r.ok() && !r.done()) orgs_.insert(r.String());
      return r.ok() ? absl::OkStatus() : DataLoss("organisations row: cut");
    case 'Q':
      if (r.Byte() != kFormat) return DataLoss("sequence row: unknown format");
      sequences_[std::string(rest)] = r.Signed();
      return r.ok() && r.done() ? absl::OkStatus() : DataLoss("sequence row: cut or too long");
    case 'R':
      if (rest.size() != 8) return DataLoss("report chunk: bad key");
      return reports_.Restore(ByteReader(rest).BigEndian64(), row, clock_ms);
    case 'S':
      return silences_.Restore(row);
    default:
      return DataLoss("row of an unknown kind");
  }
}

// Rows of one series follow one another: whose they are is looked up once.
Status Picture::RestoreSeries(std::string_view key, std::string_view row, int64_t clock_ms) {
  if (key.size() < 8) return DataLoss("series row: bad key");
  const std::string_view name = key.substr(0, key.size() - 8);
  if (!restoring_ || name != restoring_->name) {
    LB_ASSIGN_OR_RETURN(restoring_, FindStoredSeries(name));
  }
  const auto hour_ms = static_cast<int64_t>(ByteReader(key.substr(name.size())).BigEndian64());
  return counters_.Restore(restoring_->area, restoring_->of, restoring_->unlocated, hour_ms, row,
                           clock_ms);
}

StatusOr<Picture::StoredSeries> Picture::FindStoredSeries(std::string_view name) const {
  const size_t area_end = name.find('\0');
  const size_t of_end =
      area_end == std::string_view::npos ? area_end : name.find('\0', area_end + 1);
  if (of_end == std::string_view::npos || name.size() != of_end + 2)
    return DataLoss("series row: bad key");
  const int area = settings_->FindArea(std::string(name.substr(0, area_end)));
  const int of = ofs_->FindStored(std::string(name.substr(area_end + 1, of_end - area_end - 1)));
  if (area < 0 || of < 0 || settings_->areas[area].picture != area_)
    return DataLoss("series row: area or class is not in the configuration");
  if (name.back() != 'u' && name.back() != 't') return DataLoss("series row: bad key");
  if (name.back() == 'u' && settings_->areas[area].leaf)
    return DataLoss("series row: nothing lies below this area");
  return StoredSeries{std::string(name), area, of, name.back() == 'u'};
}

Status Picture::FinishRestore(int64_t clock_ms) {
  if (parts_restored_ != shelves_.part_count()) return DataLoss("shelf: rows are missing");
  ConnectReports();
  for (Incident* incident : merger_.Resolve()) counters_.Adopt(incident);
  merger_.Forget();
  for (const auto& [id, alert] : alerts_.all()) Link(*alert);
  counters_.AdvanceTo(clock_ms);
  WatchSeries();
  DropExpired(clock_ms);
  removed_.clear();
  return absl::OkStatus();
}

// Derives what is derived of each report, and seats those that join; in the order of their times,
// in which each is the next of the one before.
void Picture::ConnectReports() {
  std::vector<Timed<HeldReport>> reports;
  reports.reserve(reports_.size());
  reports_.ForEach([&](HeldReport* report) { reports.push_back(report); });
  std::sort(reports.begin(), reports.end(), TimedOrder<HeldReport, ReportOrder>());
  for (HeldReport* report : reports) {
    Place(report);
    if (MayHaveTipsOnShelves(*report)) {
      if (!report->refuted) tip_limit_.InsertSettled(report);
      continue;
    }
    report->over_limit = false;
    if (!report->refuted) tip_limit_.Insert(report);
  }
  tip_limit_.Settle([](HeldReport* tip) { tip->over_limit = !tip->over_limit; });
  for (HeldReport* report : reports) refutations_.Insert(report);
  refutations_.Settle([](HeldReport* report) { report->taken = true; });
  for (HeldReport* report : reports) {
    if (report->Joins()) merger_.Insert(report);
  }
}

// Connects an alert with its rule, its area, its reports and its timer.
void Picture::Link(Alert& alert) {
  const auto& rules = settings_->rules;
  const auto rule =
      std::find_if(rules.begin(), rules.end(), [&](const Rule& r) { return r.id == alert.rule; });
  alert.rule_index = rule == rules.end() ? -1 : static_cast<int>(rule - rules.begin());
  alert.area = settings_->FindArea(alert.area_id);
  if (alert.phase != Alert::Phase::kCancelled) {
    for (const ReportKey& key : alert.reports) {
      if (HeldReport* report = reports_.Find(key)) report->alerts.push_back(&alert);
    }
  }
  if (alert.phase == Alert::Phase::kOpen && alert.held_since_ms != kNever &&
      alert.rule_index >= 0) {
    alerts_.SetDue(alert, alert.held_since_ms + rule->hold_ms);
  }
}

void Picture::WatchSeries() {
  const auto watch = [&](const Rule& rule, const std::string& area_id) {
    const auto rule_index = static_cast<int>(&rule - settings_->rules.data());
    const int area = settings_->FindArea(area_id), of = ofs_->of_rule(rule_index);
    if (rule.type != RuleType::kCount || area < 0 || of < 0) return;
    const bool needed =
        WatchesCount(alerts_.Latest(rule.id, area_id), alerts_.Pending(rule.id, area_id));
    counters_.Watch(area, of, rule_index, needed);
  };
  for (const auto& [id, alert] : alerts_.all()) {
    if (alert->rule_index >= 0) watch(settings_->rules[alert->rule_index], alert->area_id);
  }
  for (const auto& [name, pending] : alerts_.pending()) {
    for (const Rule& rule : settings_->rules) {
      if (rule.id == pending.rule) watch(rule, pending.area_id);
    }
  }
}

Picture::Parts Picture::Dismantle(int64_t clock_ms) {
  LB_CHECK(shelves_.empty());
  Parts parts;
  // An area that counts nothing any more is nowhere but here: neither report nor alert leads to it.
  counters_.AdvanceTo(clock_ms);
  counters_.BringUp();
  for (int area : counters_.TakeChangedAreas()) parts.changed.push_back(settings_->areas[area].id);
  parts.keys = std::move(removed_rows_);
  // What is stored and gone, but has not been said to be: no commit has come since.
  for (const auto& [name, row] : alerts_.TakeRows()) parts.keys.push_back("A" + name);
  counters_.TakeRows([&](int area, int of, bool unlocated, int64_t hour_ms, const std::string&) {
    parts.keys.push_back(
        SeriesKey(settings_->areas[area].id, ofs_->StoredName(of), unlocated, hour_ms));
  });
  for (uint64_t chunk : reports_.chunks()) parts.keys.push_back(KeyWithNumber("R", chunk));
  counters_.ForEachRow([&](int area, int of, bool unlocated, int64_t hour_ms) {
    parts.keys.push_back(
        SeriesKey(settings_->areas[area].id, ofs_->StoredName(of), unlocated, hour_ms));
  });
  for (const auto& [id, alert] : alerts_.all()) {
    parts.keys.push_back("A" + id);
    parts.alerts.push_back(*alert);
  }
  for (const std::string& name : alerts_.PendingNames()) parts.keys.push_back("A" + name);
  for (const auto& [area, sequence] : sequences_) parts.keys.push_back("Q" + area);
  parts.keys.push_back("O");
  parts.keys.push_back("S");
  parts.silences = silences_.Encode();
  parts.orgs.insert(orgs_.begin(), orgs_.end());
  parts.sequences = sequences_;
  parts.reports = reports_.TakeAll();
  return parts;
}

void Picture::AdoptReport(std::unique_ptr<HeldReport> report) {
  report->incident = nullptr;
  report->alerts.clear();
  report->over_limit = report->taken = false;
  reports_.MarkDirty(&reports_.Add(std::move(report)));
}

void Picture::AdoptAlert(Alert alert) {
  alert.due_ms = kNever;
  alerts_.MarkDirty(alerts_.Add(std::move(alert)));
}

void Picture::AdoptRest(const Parts& parts) {
  orgs_.insert(parts.orgs.begin(), parts.orgs.end());
  sequences_ = parts.sequences;
  for (const auto& [area, sequence] : sequences_) dirty_sequences_.insert(area);
  dirty_orgs_ = !orgs_.empty();
  if (!parts.silences.empty()) dirty_silences_ = silences_.Restore(parts.silences).ok();
}

void Picture::AdoptChanged(const std::string& area_id) {
  const int area = settings_->FindArea(area_id);
  if (area >= 0 && settings_->areas[area].picture == area_) counters_.MarkChanged(area);
}

void Picture::FinishAdoption(int64_t clock_ms) {
  ConnectReports();
  counters_.AdvanceTo(clock_ms);
  for (Incident* incident : merger_.Resolve()) counters_.Apply(incident, Cause::kNone);
  merger_.Forget();
  for (const auto& [id, alert] : alerts_.all()) Link(*alert);
  WatchSeries();
  LookAtOpen();
}

}  // namespace lagesbild::picture
