// Series: the rolling counts of one (area, class or family or all), exact to the pane.
//
// Sparse panes, ascending: minutes for windows up to 24 h, hours beyond. A running sum a window,
// with subtract-on-expiry, so a report costs O(windows) whatever their lengths. A pane is in a
// window W as long as its start is less than W before the clock. Stored as one row an hour: the
// hour's sum and those of its minutes that a window can still see. Thread-compatible. Source:
// contract, "Windows".
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "base/status.h"
#include "base/time.h"
#include "picture/counts.h"
#include "picture/panes.h"

namespace lagesbild::picture {

inline constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

// A stored row: an hour's counts, and those of its minutes, ascending, that a window can still see.
struct SeriesRow {
  Counts hour;
  std::vector<std::pair<int, Counts>> minutes;
};
StatusOr<SeriesRow> DecodeSeriesRow(std::string_view row);  // DataLoss: not a row of this format

class Series {
 public:
  // `windows_ms` ascending.
  explicit Series(std::span<const int64_t> windows_ms);

  // Adds (sign 1) or takes back (-1) what one incident contributes in the pane of `minute_ms`. What
  // is past every window at `clock_ms` is left out both ways. The sums are those of the last Expire
  // with what came and went since.
  void Add(const Contribution& contribution, int sign, int64_t clock_ms);

  // Takes out of the windows what has left them at `clock_ms`. True if a sum changed.
  bool Expire(int64_t clock_ms);
  // When Expire next has something to do: kNever if never.
  int64_t next_expiry_ms() const { return next_expiry_ms_; }

  // Has the processor fetch what Add will need: first the series, then its newest panes.
  void Prefetch() const {
    const auto* bytes = reinterpret_cast<const char*>(this);
    for (size_t at = 0; at < sizeof(*this); at += 64) __builtin_prefetch(bytes + at, 1);
  }
  void PrefetchPanes() const {
    minutes_.panes.PrefetchLast();
    hours_.panes.PrefetchLast();
  }

  const Counts& sum(size_t window) const { return windows_[window].sum; }

  std::vector<int64_t> hours() const;  // that have a row, ascending
  // Hours whose row has changed since the last call, ascending. RowOf is empty if the row is to be
  // deleted.
  std::vector<int64_t> TakeDirtyHours();
  std::string RowOf(int64_t hour_ms) const;
  // Takes a row back as of `clock_ms`. DataLoss: not a row of this format.
  Status Restore(int64_t hour_ms, std::string_view row, int64_t clock_ms);

 private:
  // What is in one window of its track's panes: all but the `left` oldest.
  struct Window {
    int64_t length_ms = 0;
    Counts sum;
    size_t left = 0;
    int64_t due_ms = kNever;  // when the next pane leaves
  };
  // One resolution: its panes, and the windows it serves [from, to).
  struct Track {
    explicit Track(int64_t step_ms) : panes(step_ms) {}
    size_t from = 0, to = 0;
    int64_t keep_ms = 0;       // panes starting this long before the clock are dropped
    int64_t drop_ms = kNever;  // when the first pane is
    Panes panes;
  };

  void AddTo(Track& track, int64_t start_ms, const Counts& counts, int sign, int64_t clock_ms);
  bool ExpireTrack(Track& track, int64_t clock_ms);
  void Drop(Track& track, int64_t clock_ms);
  std::span<Window> WindowsOf(const Track& track);
  void Reckon();
  void MarkDirty(int64_t hour_ms);

  int64_t next_expiry_ms_ = kNever;
  Track minutes_{kMinuteMs}, hours_{kHourMs};
  absl::InlinedVector<Window, 3> windows_;
  std::vector<int64_t> dirty_hours_;
};

}  // namespace lagesbild::picture
