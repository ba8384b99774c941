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

// Index of the first pane that starts at `start_ms` or later. There is at most one pane a step, so
// it lies no more steps before the last one than time does; where every step has one, right there.
template <typename Panes>
size_t IndexOf(const Panes& panes, int64_t start_ms, int64_t step_ms) {
  if (panes.empty() || panes.back().start_ms < start_ms) return panes.size();
  const int64_t steps = (panes.back().start_ms - start_ms + step_ms - 1) / step_ms;
  const auto last = panes.end() - 1;
  const auto from = steps < last - panes.begin() ? last - steps : panes.begin();
  if (from->start_ms >= start_ms && from == panes.begin()) return 0;
  if (from->start_ms == start_ms) return static_cast<size_t>(from - panes.begin());
  const auto before = [](const auto& pane, int64_t t) { return pane.start_ms < t; };
  return std::lower_bound(from, last, start_ms, before) - panes.begin();
}

// When the pane at `index` is `length_ms` past; kNever if there is none.
template <typename Panes>
int64_t DueOf(const Panes& panes, size_t index, int64_t length_ms) {
  return index < panes.size() ? panes[index].start_ms + length_ms : kNever;
}

}  // namespace

void Counts::Add(const Counts& other, int sign) {
  const uint32_t minus = sign > 0 ? 0 : ~0u;  // n ^ minus - minus is n or, modulo 2^32, -n
  const auto add = [minus](uint32_t& to, uint32_t n) { to += (n ^ minus) - minus; };
  add(incidents, other.incidents);
  add(corroborated, other.corroborated);
  add(solid, other.solid);
  add(solid_trusted, other.solid_trusted);
  add(solid_confirmed, other.solid_confirmed);
  add(solid_public, other.solid_public);
  for (int k = 0; k < kKindCount; ++k) add(reports[k], other.reports[k]);
}

Counts CountsOf(const Contribution& contribution) {
  Counts counts;
  counts.incidents = 1;
  counts.corroborated = contribution.corroborated ? 1 : 0;
  counts.reports = contribution.reports;
  if (!contribution.solid) return counts;
  counts.solid = 1;
  counts.solid_trusted = contribution.trusted ? 1 : 0;
  counts.solid_confirmed = contribution.confirmed ? 1 : 0;
  counts.solid_public = contribution.reports[static_cast<size_t>(Kind::kPublic)];
  return counts;
}

Series::Series(std::span<const int64_t> windows_ms) {
  for (int64_t window_ms : windows_ms) windows_.push_back({.length_ms = window_ms});
  const size_t minute_windows =
      std::upper_bound(windows_ms.begin(), windows_ms.end(), kDayMs) - windows_ms.begin();
  minutes_.step_ms = kMinuteMs;
  minutes_.to = minute_windows;
  minutes_.keep_ms = minute_windows > 0 ? windows_ms[minute_windows - 1] : 0;
  hours_.step_ms = kHourMs;
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
  const size_t index = IndexOf(track.panes(), start_ms, track.step_ms);
  const bool is_new = index == track.panes().size() || track.panes()[index].start_ms != start_ms;
  LB_CHECK(!is_new || sign > 0);
  if (is_new) track.InsertAt(index, start_ms);
  Pane& pane = track.panes()[index];
  pane.counts.Add(counts, sign);
  const bool emptied = pane.counts.empty();
  if (emptied) track.EraseAt(index);
  const std::span<const Pane> panes = track.panes();
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

Series::Pane& Series::Track::InsertAt(size_t index, int64_t start_ms) {
  return *kept.insert(kept.begin() + static_cast<ptrdiff_t>(gone + index), Pane{start_ms, {}});
}

void Series::Track::EraseAt(size_t index) {
  kept.erase(kept.begin() + static_cast<ptrdiff_t>(gone + index));
}

void Series::Track::DropFront(size_t count) {
  gone += count;
  if (2 * gone < kept.size()) return;
  kept.erase(kept.begin(), kept.begin() + static_cast<ptrdiff_t>(gone));
  gone = 0;
}

bool Series::Expire(int64_t clock_ms) {
  const bool minutes = ExpireTrack(minutes_, clock_ms);
  const bool hours = ExpireTrack(hours_, clock_ms);
  Reckon();
  return minutes || hours;
}

bool Series::ExpireTrack(Track& track, int64_t clock_ms) {
  bool changed = false;
  const std::span<const Pane> panes = track.panes();
  for (Window& window : WindowsOf(track)) {
    if (window.due_ms > clock_ms) continue;
    do {
      window.sum.Add(panes[window.left++].counts, -1);
      window.due_ms = DueOf(panes, window.left, window.length_ms);
    } while (window.due_ms <= clock_ms);
    changed = true;
  }
  if (track.drop_ms <= clock_ms) Drop(track, clock_ms);
  return changed;
}

void Series::Drop(Track& track, int64_t clock_ms) {
  const std::span<const Pane> panes = track.panes();
  size_t count = 0;
  for (; DueOf(panes, count, track.keep_ms) <= clock_ms; ++count) {
    if (track.step_ms == kHourMs) MarkDirty(panes[count].start_ms);
  }
  track.DropFront(count);
  for (Window& window : WindowsOf(track)) window.left -= count;
  track.drop_ms = DueOf(track.panes(), 0, track.keep_ms);
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
  for (const Pane& pane : hours_.panes()) out.push_back(pane.start_ms);
  return out;
}

std::vector<int64_t> Series::TakeDirtyHours() {
  std::sort(dirty_hours_.begin(), dirty_hours_.end());
  dirty_hours_.erase(std::unique(dirty_hours_.begin(), dirty_hours_.end()), dirty_hours_.end());
  return std::exchange(dirty_hours_, {});
}

std::string Series::RowOf(int64_t hour_ms) const {
  const std::span<const Pane> hours = hours_.panes(), minutes = minutes_.panes();
  const size_t hour = IndexOf(hours, hour_ms, kHourMs);
  if (hour == hours.size() || hours[hour].start_ms != hour_ms) return {};
  const size_t first = IndexOf(minutes, hour_ms, kMinuteMs),
               last = IndexOf(minutes, hour_ms + kHourMs, kMinuteMs);
  std::string row;
  ByteWriter w(row);
  w.Byte(kRowFormat);
  WriteCounts(hours[hour].counts, w);
  w.Varint(last - first);
  for (const Pane& minute : minutes.subspan(first, last - first)) {
    w.Byte(static_cast<uint8_t>((minute.start_ms - hour_ms) / kMinuteMs));
    WriteCounts(minute.counts, w);
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
