// Shelves: reports of a picture that lie in the store only, and how they are found again.
//
// What occurred long before any window that a rule looks through is hardly ever asked for. It is
// put on shelves: some thousand reports of one class, in rows of their own; in memory stays what
// tells whether a record concerns them: a fingerprint a report, and the times they span. A shelf
// goes back as a whole. What each picture puts away, and when, changes no output
// (picture_shelves.cc says why). Thread-compatible.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/status.h"
#include "picture/report.h"
#include "picture/series.h"

namespace lagesbild::picture {

// The value of a stored row, by its whole key. NotFound: there is none.
using RowReader = std::function<StatusOr<std::string>(const std::string& key)>;

// When reports go to the store, and how they come back.
struct Shelving {
  RowReader read;                  // null: nothing is put away, and all is taken back at once
  size_t at_least = 4000;          // reports that a picture has in memory before it looks
  size_t a_shelf = 2000;           // reports on one, or a few more
  int64_t after_ms = 6 * kHourMs;  // older than this, and than any window of a rule
  int64_t again_ms = kHourMs;      // from when some were asked for to the next look

  // Kept by whoever owns this: why a row could not be read. The fold is of no more use then.
  Status failure = absl::OkStatus();
};

struct Shelf {
  uint64_t number = 0;  // of its rows: the head, and as many parts from this number on
  int parts = 0;
  int class_id = -1;  // -1: of none that the configuration has
  int64_t oldest_ms = kNever, newest_ms = -kNever;
  int64_t oldest_tip_ms = kNever, newest_tip_ms = -kNever;  // of tips under a limit (tip_limit.h)
  int64_t keep_until_ms = -kNever;                          // the longest
  // Whole incidents out of a run of reports, or of a class that has such: others, on a shelf or in
  // memory, may be nearer than the class's minutes.
  bool linked = false;
  std::vector<uint64_t> fingerprints;
  // In memory still: the commit that puts it away is not yet known to have been made.
  std::vector<HeldReport*> reports;

  void Put(HeldReport* report);
};

// Keys, without the picture's prefix (picture_rows.cc).
std::string ShelfKey(uint64_t number);
std::string ShelfPartKey(uint64_t number);

// Stored head. `class_name`: empty if it is of none.
std::string EncodeShelf(const Shelf& shelf, std::string_view class_name);
// DataLoss: not a row of this format. Sets all but number, class and reports.
Status DecodeShelf(std::string_view row, Shelf& shelf, std::string& class_name);

class Shelves {
 public:
  // `classes`: how many the configuration has.
  explicit Shelves(size_t classes) : by_class_(classes + 1) {}

  bool empty() const { return reports_.empty(); }
  size_t report_count() const { return reports_.size(); }
  // The shelf on which the report may lie; null: on none.
  Shelf* Find(const ReportKey& key) const;
  // One with a report of this class less than `reach_ms` away from this time, before or after;
  // null: none.
  Shelf* Near(int class_id, int64_t occurred_ms, int64_t reach_ms) const;
  // The same for tips under a limit, of any class.
  Shelf* NearTips(int64_t occurred_ms, int64_t reach_ms) const;
  Shelf* Any() const;  // null: there is none
  // One of the class that is linked; null: none.
  Shelf* Linked(int class_id) const;
  // One of the class with a report of this time or later; null: none.
  Shelf* EndingAfter(int class_id, int64_t occurred_ms) const;
  // One of which all reports' time is over; null: none.
  Shelf* Expired(int64_t clock_ms) const;

  // False, and nothing changes: a report of one of these fingerprints lies on another.
  bool Add(std::unique_ptr<Shelf> shelf);
  std::unique_ptr<Shelf> Take(Shelf* shelf);
  // Those whose reports are still in memory.
  std::vector<Shelf*> InMemory() const;
  int64_t part_count() const;

  static uint64_t FingerprintOf(const ReportKey& key);

 private:
  std::vector<std::vector<std::unique_ptr<Shelf>>> by_class_;  // index: class + 1
  absl::flat_hash_map<uint64_t, Shelf*> reports_;
  int64_t next_due_ms_ = kNever;
};

}  // namespace lagesbild::picture
