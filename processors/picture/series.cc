#include "picture/series.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/check.h"
#include "base/time.h"

namespace lagesbild::picture {
namespace {

constexpr uint8_t kRowFormat = 1;

// Row: format, sum of the hour, number of minutes, then (minute in the hour, its counts) ascending.
// Counts: incidents, corroborated, the four of solid ones, a bit a kind that is not 0 (bit = kind
// number), their numbers.
void WriteCounts(const Counts& counts, ByteWriter& w) {
  w.Varint(counts.incidents);
  w.Varint(counts.corroborated);
  for (uint32_t n :
       {counts.solid, counts.solid_trusted, counts.solid_confirmed, counts.solid_public})
    w.Varint(n);
  uint64_t kinds = 0;
  for (int k = 0; k < kKindCount; ++k) kinds |= uint64_t{counts.reports[k] != 0} << k;
  w.Varint(kinds);
  for (int k = 0; k < kKindCount; ++k) {
    if (counts.reports[k] != 0) w.Varint(counts.reports[k]);
  }
}

Counts ReadCounts(ByteReader& r) {
  Counts counts;
  counts.incidents = static_cast<uint32_t>(r.Varint());
  counts.corroborated = static_cast<uint32_t>(r.Varint());
  for (uint32_t* n :
       {&counts.solid, &counts.solid_trusted, &counts.solid_confirmed, &counts.solid_public}) {
    *n = static_cast<uint32_t>(r.Varint());
  }
  const uint64_t kinds = r.Varint();
  for (int k = 0; k < kKindCount; ++k) {
    if (kinds >> k & 1) counts.reports[k] = static_cast<uint32_t>(r.Varint());
  }
  return counts;
}

// When the pane at `index` is `length_ms` past; kNever if there is none.
int64_t DueOf(const Panes& panes, size_t index, int64_t length_ms) {
  return index < panes.size() ? panes.start_ms(index) + length_ms : kNever;
}

}  // namespace

Series::Series(std::span<const int64_t> windows_ms) {
  for (int64_t window_ms : windows_ms) windows_.push_back({.length_ms = window_ms});
  const size_t minute_windows =
      std::upper_bound(windows_ms.begin(), windows_ms.end(), kDayMs) - windows_ms.begin();
  minutes_.to = minute_windows;
  minutes_.keep_ms = minute_windows > 0 ? windows_ms[minute_windows - 1] : 0;
  hours_.from = minute_windows;
  hours_.to = windows_ms.size();
  // With no window that long an hour is kept until its last minute has left.
  hours_.keep_ms =
      minute_windows < windows_ms.size() ? windows_ms.back() : minutes_.keep_ms + kHourMs;
}

std::span<Series::Window> Series::WindowsOf(const Track& track) {
  return std::span(windows_).subspan(track.from, track.to - track.from);
}

void Series::Add(const Contribution& contribution, int sign, int64_t clock_ms) {
  const Counts counts = CountsOf(contribution);
  AddTo(minutes_, contribution.minute_ms, counts, sign, clock_ms);
  const int64_t hour_ms = FloorTo(contribution.minute_ms, kHourMs);
  AddTo(hours_, hour_ms, counts, sign, clock_ms);
  Reckon();
  MarkDirty(hour_ms);
}

void Series::AddTo(Track& track, int64_t start_ms, const Counts& counts, int sign,
                   int64_t clock_ms) {
  if (start_ms <= clock_ms - track.keep_ms) return;
  Panes& panes = track.panes;
  const size_t index = panes.LowerBound(start_ms);
  const bool is_new = index == panes.size() || panes.start_ms(index) != start_ms;
  LB_CHECK(!is_new || sign > 0);
  if (is_new) panes.Insert(index, start_ms);
  const bool emptied = !panes.Add(index, counts, sign);
  if (emptied) panes.Erase(index);
  for (Window& window : WindowsOf(track)) {
    const bool past = start_ms <= clock_ms - window.length_ms;
    if (index < window.left || (is_new && past && index == window.left)) {
      window.left += is_new ? 1 : emptied ? -1 : 0;
      continue;
    }
    window.sum.Add(counts, sign);
    if (index == window.left && (is_new || emptied))
      window.due_ms = DueOf(panes, index, window.length_ms);
  }
  if (index == 0 && (is_new || emptied)) track.drop_ms = DueOf(panes, 0, track.keep_ms);
}

bool Series::Expire(int64_t clock_ms) {
  const bool minutes = ExpireTrack(minutes_, clock_ms);
  const bool hours = ExpireTrack(hours_, clock_ms);
  Reckon();
  return minutes || hours;
}

bool Series::ExpireTrack(Track& track, int64_t clock_ms) {
  bool changed = false;
  const Panes& panes = track.panes;
  for (Window& window : WindowsOf(track)) {
    if (window.due_ms > clock_ms) continue;
    do {
      window.sum.Add(panes.counts(window.left++), -1);
      window.due_ms = DueOf(panes, window.left, window.length_ms);
    } while (window.due_ms <= clock_ms);
    changed = true;
  }
  if (track.drop_ms <= clock_ms) Drop(track, clock_ms);
  return changed;
}

void Series::Drop(Track& track, int64_t clock_ms) {
  Panes& panes = track.panes;
  size_t count = 0;
  for (; DueOf(panes, count, track.keep_ms) <= clock_ms; ++count) {
    if (panes.step_ms() == kHourMs) MarkDirty(panes.start_ms(count));
  }
  panes.DropFront(count);
  for (Window& window : WindowsOf(track)) window.left -= count;
  track.drop_ms = DueOf(panes, 0, track.keep_ms);
}

void Series::Reckon() {
  next_expiry_ms_ = std::min(minutes_.drop_ms, hours_.drop_ms);
  for (const Window& window : windows_) next_expiry_ms_ = std::min(next_expiry_ms_, window.due_ms);
}

void Series::MarkDirty(int64_t hour_ms) {
  if (dirty_hours_.empty() || dirty_hours_.back() != hour_ms) dirty_hours_.push_back(hour_ms);
}

std::vector<int64_t> Series::hours() const {
  std::vector<int64_t> out;
  for (size_t i = 0; i < hours_.panes.size(); ++i) out.push_back(hours_.panes.start_ms(i));
  return out;
}

std::vector<int64_t> Series::TakeDirtyHours() {
  std::sort(dirty_hours_.begin(), dirty_hours_.end());
  dirty_hours_.erase(std::unique(dirty_hours_.begin(), dirty_hours_.end()), dirty_hours_.end());
  return std::exchange(dirty_hours_, {});
}

std::string Series::RowOf(int64_t hour_ms) const {
  const Panes &hours = hours_.panes, &minutes = minutes_.panes;
  const size_t hour = hours.LowerBound(hour_ms);
  if (hour == hours.size() || hours.start_ms(hour) != hour_ms) return {};
  const size_t first = minutes.LowerBound(hour_ms), last = minutes.LowerBound(hour_ms + kHourMs);
  std::string row;
  ByteWriter w(row);
  w.Byte(kRowFormat);
  WriteCounts(hours.counts(hour), w);
  w.Varint(last - first);
  for (size_t i = first; i < last; ++i) {
    w.Byte(static_cast<uint8_t>((minutes.start_ms(i) - hour_ms) / kMinuteMs));
    WriteCounts(minutes.counts(i), w);
  }
  return row;
}

StatusOr<SeriesRow> DecodeSeriesRow(std::string_view row) {
  ByteReader r(row);
  if (r.Byte() != kRowFormat) return DataLoss("series row: unknown format");
  SeriesRow out;
  out.hour = ReadCounts(r);
  const uint64_t minutes = r.Varint();
  if (minutes > 60 || out.hour.empty()) return DataLoss("series row: a count that no hour has");
  out.minutes.reserve(minutes);
  int before = -1;
  for (uint64_t i = 0; i < minutes && r.ok(); ++i) {
    const int minute = r.Byte();
    const Counts counts = ReadCounts(r);
    if (minute <= before || minute > 59 || counts.empty())
      return DataLoss("series row: a count that no minute has");
    before = minute;
    out.minutes.emplace_back(minute, counts);
  }
  if (!r.ok() || !r.done()) return DataLoss("series row: cut or too long");
  return out;
}

Status Series::Restore(int64_t hour_ms, std::string_view row, int64_t clock_ms) {
  LB_ASSIGN_OR_RETURN(const SeriesRow counts, DecodeSeriesRow(row));
  if (!IsTimeMs(hour_ms) || hour_ms % kHourMs != 0) return DataLoss("series row: not of an hour");
  AddTo(hours_, hour_ms, counts.hour, 1, clock_ms);
  for (const auto& [minute, of_minute] : counts.minutes) {
    AddTo(minutes_, hour_ms + minute * kMinuteMs, of_minute, 1, clock_ms);
  }
  Reckon();
  return absl::OkStatus();
}

}  // namespace lagesbild::picture
