// Picture: all that is known of one picture (a borough), and one instant of it at a time.
//
// revise → merge → count → judge. Records of an instant only change what is held of each report; at
// the end of the instant Close derives incidents, counts and alerts from what then stands, so that
// nothing depends on the order within it. Thread-compatible. Source: architecture §3; contract,
// "Report", "Incident", "Aggregate".
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "base/settings.h"
#include "picture/alerts.h"
#include "picture/counters.h"
#include "picture/judge.h"
#include "picture/merge.h"
#include "picture/outputs.h"
#include "picture/refute.h"
#include "picture/report.h"
#include "picture/reports.h"
#include "picture/shelves.h"
#include "picture/silences.h"
#include "picture/sources.h"
#include "picture/tip_limit.h"

namespace lagesbild::picture {

// What the keys of a picture's rows begin with: this, its id, NUL.
inline constexpr char kPictureRow = '5';
std::string PictureRowPrefix(const std::string& id);

class Picture {
 public:
  // `area`: index of its area. All borrowed; they outlive the Picture.
  Picture(int area, const Settings* settings, const OfIndex* ofs, const Sources* sources,
          Shelving* shelving);

  // --- The records of an instant.
  // False: its revision is held already, or has passed.
  bool Take(const Report& report, int64_t clock_ms);
  // Whatever is held of the report below this revision is no more, unless it counts here. False:
  // nothing is held of it.
  bool Supersede(const Superseded& superseded);
  // False: there is no such alert.
  bool Acknowledge(const std::string& alert_id, int64_t clock_ms);
  bool Dismiss(const std::string& alert_id, int64_t clock_ms);
  void Silence(const Command& command, int64_t clock_ms);
  void Unsilence(const Command& command);
  // A source has gone blind or has returned: open alerts are looked at again, areas tell.
  void SourcesChanged();

  // --- The end of it.
  // What falls due at or before `clock_ms`.
  void Expire(int64_t clock_ms);
  int64_t next_due_ms() const;
  // Derives and judges; transitions in the order of alert ids.
  std::vector<AlertTransition> Close(int64_t clock_ms);

  // --- Outputs and rows. Aggregates first: they number themselves.
  void CollectAggregates(int64_t clock_ms, std::vector<Aggregate>& out);
  // Keys without the picture's prefix; value empty: the row is gone.
  using RowSink = std::function<void(std::string key, std::string value)>;
  void CollectRows(uint64_t commit, int64_t clock_ms, const RowSink& sink);
  // All that is held, changed or not, in no order; report chunks are numbered from 0 on.
  void AllRows(const RowSink& sink) const;
  Status Restore(std::string_view key, std::string_view row, int64_t clock_ms);
  // DataLoss: rows are missing.
  Status FinishRestore(int64_t clock_ms);

  // Brings all reports back that lie in the store only.
  void FetchAll();

  // --- A new configuration: what it held, handed to the pictures that come after it.
  struct Parts {
    std::vector<std::unique_ptr<HeldReport>> reports;
    std::vector<Alert> alerts;
    std::vector<std::string> keys;  // all its rows, to be deleted
    std::string silences;           // as their row
    std::set<std::string> orgs;
    std::map<std::string, int64_t> sequences;
    std::vector<std::string> changed;  // areas whose aggregate is still to be told
  };
  Parts Dismantle(int64_t clock_ms);  // FetchAll comes before
  void AdoptReport(std::unique_ptr<HeldReport> report);
  void AdoptAlert(Alert alert);
  void AdoptRest(const Parts& parts);
  void AdoptChanged(const std::string& area_id);
  // All is counted anew and every open alert is looked at.
  void FinishAdoption(int64_t clock_ms);

  const std::string& id() const { return settings_->areas[area_].id; }
  int area() const { return area_; }
  const AlertBook& alerts() const { return alerts_; }
  int64_t report_count() const;  // in memory or not
  int64_t reports_in_memory() const { return static_cast<int64_t>(reports_.size()); }
  int64_t incident_count() const { return static_cast<int64_t>(merger_.size()); }
  int64_t series_count() const { return counters_.series_count(); }

  // For the fold's list of pictures to visit.
  int64_t scheduled_ms = kNever;
  bool visited = false;

 private:
  // What an instant makes of one report. Until Close what is held stays as it was before the
  // instant.
  struct Touched {
    HeldReport* held = nullptr;        // null: not held before
    std::unique_ptr<HeldReport> next;  // null: no longer held after
    Cause removed = Cause::kNone;      // why, where `next` is null
  };
  // A report whose place among the others has to be found again.
  struct Moved {
    HeldReport* report;
    Incident* incident;  // that it was in before
    bool seated;         // it was among those that join
    Cause removed;       // kNone: it is still held
  };

  // A series as the keys of its rows name it.
  struct StoredSeries {
    std::string name;  // the key without the hour
    int area = -1, of = -1;
    bool unlocated = false;
  };

  Touched& Touch(const ReportKey& key);
  std::vector<Moved> Revise();
  void Apply(Touched& touched, Moved& moved);
  void Resettle(std::vector<Moved>& moved);
  void Place(HeldReport* report) const;
  static void PairById(std::vector<IncidentChange>& incidents);
  void Count(const std::vector<Moved>& moved, Changes& changes);
  Alert* FindKnown(const std::string& alert_id, int64_t clock_ms);
  void DropExpired(int64_t clock_ms);
  void RememberBehindAlerts(const Incident& incident);
  void LookAtOpen();
  void Link(Alert& alert);
  void ConnectReports();
  Aggregate Describe(int area, int64_t clock_ms);
  std::vector<WindowCells> Cells(int area, bool unlocated);
  void WatchSeries();
  Status RestoreSeries(std::string_view key, std::string_view row, int64_t clock_ms);
  StatusOr<StoredSeries> FindStoredSeries(std::string_view name) const;

  // picture_shelves.cc
  void FetchAround(const Report& report);
  void FetchOf(const ReportKey& key);
  void FetchNear(int class_id, int64_t occurred_ms, bool refuted);
  void FetchTips(int64_t occurred_ms, const std::string& reporter);
  void Fetch(Shelf* shelf);
  Status TakeShelfPart(std::string_view row, std::vector<HeldReport*>& taken);
  void Reseat(std::vector<HeldReport*>& reports);
  void RemoveRows(const Shelf& shelf);
  void CollectShelves(uint64_t commit, int64_t clock_ms, const RowSink& sink);
  void LeaveToStore(Shelf& shelf);
  std::vector<std::unique_ptr<Shelf>> ChooseShelves(int64_t clock_ms);
  void ChooseOfClass(int class_id, std::span<HeldReport* const> reports, int64_t before_ms,
                     absl::flat_hash_set<uint64_t>& fingerprints,
                     std::vector<std::unique_ptr<Shelf>>& out) const;
  std::vector<HeldReport*> WholeIncidents(std::span<HeldReport* const> row, int64_t before_ms,
                                          absl::flat_hash_set<uint64_t>& fingerprints) const;
  int64_t ShelveBefore(int64_t clock_ms) const;
  bool MayGo(std::span<HeldReport* const> run, int64_t before_ms,
             absl::flat_hash_set<uint64_t>& fingerprints) const;
  int64_t ReachMs(int class_id) const;
  bool MayHaveTipsOnShelves(const HeldReport& report) const;
  void DropExpiredShelves(int64_t clock_ms);
  Status RestoreShelf(uint64_t number, std::string_view row);
  Status RestoreShelfPart(uint64_t number, std::string_view row);

  std::vector<std::string> BlindSources() const;

  const int area_;
  const Settings* settings_;
  const OfIndex* ofs_;
  const Sources* sources_;
  Shelving* shelving_;

  Reports reports_;
  Shelves shelves_;
  std::vector<std::string> removed_rows_;  // of shelves that are no more
  size_t look_at_count_;                   // put away when so many reports are in memory,
  int64_t look_at_ms_ = -kNever;           // and not before this,
  bool fetched_ = false;                   // some time after what was away was asked for
  int64_t parts_restored_ = 0;
  std::optional<StoredSeries> restoring_;  // the last one
  Refutations refutations_;
  TipLimit tip_limit_;
  Merger merger_;
  Counters counters_;
  AlertBook alerts_;
  Silences silences_;
  absl::flat_hash_set<std::string> orgs_;     // that ever had a report here
  std::map<std::string, int64_t> sequences_;  // area id → of its last aggregate
  std::set<std::string> dirty_sequences_;
  bool dirty_silences_ = false, dirty_orgs_ = false;

  // Of the instant.
  absl::flat_hash_map<ReportKey, Touched> touched_;
  std::vector<std::unique_ptr<HeldReport>> removed_;
  std::vector<Alert*> looked_at_;
  std::vector<PendingCount> pending_due_;
};

}  // namespace lagesbild::picture
