#include "picture/reports.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/bytes.h"
#include "base/check.h"
#include "base/time.h"

namespace lagesbild::picture {
namespace {

constexpr uint8_t kChunkFormat = 1;
// A row is a record of the changelog, and brokers take a megabyte at most unless told otherwise.
constexpr size_t kChunkBytes = 256 * 1024;
constexpr int kChunkBits = 16;  // chunks of a commit are numbered in these
// Reports of one incident may go at different times; what is stored outlives them all by this much.
constexpr int64_t kSlackMs = 2 * kDayMs;

// Entry of a chunk: key, kept until, 0 (gone) or 1 and the report.
void WriteKey(const ReportKey& key, ByteWriter& w) {
  w.Byte(key.tip ? 1 : 0);
  w.String(key.org);
  w.String(key.id);
}

void WriteReport(const HeldReport& r, ByteWriter& w) {
  w.Signed(r.revision);
  w.Byte(static_cast<uint8_t>(r.refuted | r.confirmed << 1 | r.has_point << 2));
  w.Byte(static_cast<uint8_t>(r.kind));
  w.String(r.class_name);
  w.String(r.area_id);
  w.Signed(r.occurred_ms);
  if (r.has_point) {
    w.Double(r.lat);
    w.Double(r.lon);
    w.Double(r.precision_m);
  }
  w.String(r.reporter);
  w.Signed(r.first_accepted_ms);
  w.Signed(r.accepted_ms - r.first_accepted_ms);
}

// False: a value that no report has.
bool ReadReport(ByteReader& r, HeldReport& report) {
  report.revision = r.Signed();
  const uint8_t flags = r.Byte();
  report.refuted = flags & 1;
  report.confirmed = flags & 2;
  report.has_point = flags & 4;
  const uint8_t kind = r.Byte();
  report.kind = static_cast<Kind>(kind);
  report.class_name = r.String();
  report.area_id = r.String();
  report.occurred_ms = r.TimeMs();
  if (report.has_point) {
    report.lat = r.Double();
    report.lon = r.Double();
    report.precision_m = r.Double();
  }
  report.reporter = r.String();
  report.first_accepted_ms = r.TimeMs();
  report.accepted_ms = report.first_accepted_ms + r.TimeMs();
  return kind > 0 && kind < kKindCount && std::abs(report.lat) <= 90 &&
         std::abs(report.lon) <= 180 && report.precision_m >= 0 && report.precision_m < 1e9;
}

// Cuts entries into chunks.
class ChunkWriter {
 public:
  using Put = std::function<void(uint64_t chunk, int64_t keep_until_ms, std::string row)>;
  ChunkWriter(uint64_t first, Put put) : chunk_(first), put_(std::move(put)) {}

  void Write(const ReportKey& key, int64_t until_ms, const HeldReport* report) {
    ByteWriter w(row_);
    if (row_.empty()) w.Byte(kChunkFormat);
    keep_until_ms_ = std::max(keep_until_ms_, until_ms);
    WriteKey(key, w);
    w.Signed(until_ms);
    w.Byte(report != nullptr ? 1 : 0);
    if (report != nullptr) WriteReport(*report, w);
    if (row_.size() >= kChunkBytes) Finish();
  }
  void Finish() {
    if (row_.empty()) return;
    put_(chunk_++, std::exchange(keep_until_ms_, 0), std::exchange(row_, {}));
  }

 private:
  uint64_t chunk_;
  const Put put_;
  std::string row_;
  int64_t keep_until_ms_ = 0;
};

int64_t ExpiryHour(int64_t keep_until_ms) { return FloorTo(keep_until_ms, kHourMs) + kHourMs; }

}  // namespace

HeldReport* Reports::Find(const ReportKey& key) const {
  const auto it = by_key_.find(key);
  return it == by_key_.end() ? nullptr : it->get();
}

HeldReport& Reports::Add(std::unique_ptr<HeldReport> report) {
  HeldReport& added = *report;
  removed_.erase(added.key);
  by_expiry_.emplace(ExpiryHour(added.keep_until_ms), &added);
  const bool is_new = by_key_.insert(std::move(report)).second;
  LB_CHECK(is_new);
  return added;
}

std::unique_ptr<HeldReport> Reports::Remove(HeldReport* report) {
  removed_[report->key] = report->keep_until_ms;
  return Drop(report);
}

std::unique_ptr<HeldReport> Reports::Drop(HeldReport* report) {
  by_expiry_.erase({ExpiryHour(report->keep_until_ms), report});
  dirty_.erase(report);
  return std::move(by_key_.extract(report->key).value());
}

void Reports::KeepUntil(HeldReport* report, int64_t keep_until_ms) {
  by_expiry_.erase({ExpiryHour(report->keep_until_ms), report});
  report->keep_until_ms = keep_until_ms;
  by_expiry_.emplace(ExpiryHour(keep_until_ms), report);
}

int64_t Reports::next_due_ms() const {
  return by_expiry_.empty() ? kNever : by_expiry_.begin()->first;
}

HeldReport* Reports::TakeExpired(int64_t clock_ms) {
  if (next_due_ms() > clock_ms) return nullptr;
  HeldReport* expired = by_expiry_.begin()->second;
  by_expiry_.erase(by_expiry_.begin());
  return expired;
}

void Reports::ForEach(const std::function<void(HeldReport*)>& f) const {
  for (const auto& report : by_key_) f(report.get());
}

std::vector<std::unique_ptr<HeldReport>> Reports::TakeAll() {
  std::vector<std::unique_ptr<HeldReport>> out;
  out.reserve(by_key_.size());
  for (auto it = by_key_.begin(); it != by_key_.end();)
    out.push_back(std::move(by_key_.extract(it++).value()));
  by_expiry_.clear();
  dirty_.clear();
  removed_.clear();
  return out;
}

void Reports::CollectRows(uint64_t commit, int64_t clock_ms, const RowSink& sink) {
  for (auto it = chunks_.begin(); it != chunks_.end();) {
    if (it->second + kSlackMs > clock_ms) {
      ++it;
      continue;
    }
    sink(it->first, {});
    it = chunks_.erase(it);
  }
  ChunkWriter chunks(commit << kChunkBits,
                     [&](uint64_t chunk, int64_t keep_until_ms, std::string row) {
                       chunks_[chunk] = keep_until_ms;
                       sink(chunk, std::move(row));
                     });
  std::vector<const HeldReport*> changed(dirty_.begin(), dirty_.end());
  std::sort(changed.begin(), changed.end(),
            [](const HeldReport* x, const HeldReport* y) { return x->key < y->key; });
  for (const HeldReport* report : changed) chunks.Write(report->key, report->keep_until_ms, report);
  for (const auto& [key, until_ms] : removed_) chunks.Write(key, until_ms, nullptr);
  chunks.Finish();
  dirty_.clear();
  removed_.clear();
}

Status ReadReportChunk(std::string_view row, absl::FunctionRef<void(StoredReport&&)> take) {
  ByteReader r(row);
  if (r.Byte() != kChunkFormat) return DataLoss("report chunk: unknown format");
  while (r.ok() && !r.done()) {
    StoredReport stored{std::make_unique<HeldReport>()};
    HeldReport& report = *stored.report;
    report.key.tip = r.Byte() != 0;
    report.key.org = r.String();
    report.key.id = r.String();
    report.keep_until_ms = r.TimeMs();
    stored.held = r.Byte() == 1;
    const bool good = !stored.held || ReadReport(r, report);
    if (!r.ok()) break;
    if (!good) return DataLoss("report chunk: a value that no report has");
    take(std::move(stored));
  }
  return r.ok() ? absl::OkStatus() : DataLoss("report chunk: cut");
}

Status Reports::Restore(uint64_t chunk, std::string_view row, int64_t clock_ms) {
  int64_t chunk_until_ms = 0;
  const Status read = ReadReportChunk(row, [&](StoredReport&& stored) {
    std::unique_ptr<HeldReport>& report = stored.report;
    chunk_until_ms = std::max(chunk_until_ms, report->keep_until_ms);
    // What is this old may have outlived, in its chunk, the later word that it is gone.
    if (report->keep_until_ms + kSlackMs <= clock_ms) return;
    if (HeldReport* before = Find(report->key)) Drop(before);
    if (stored.held) Add(std::move(report));
  });
  chunks_[chunk] = chunk_until_ms;
  return read;
}

std::vector<uint64_t> Reports::chunks() const {
  std::vector<uint64_t> out;
  for (const auto& [commit, until_ms] : chunks_) out.push_back(commit);
  return out;
}

void Reports::AllRows(const RowSink& sink) const {
  std::vector<const HeldReport*> ordered;
  for (const auto& report : by_key_) ordered.push_back(report.get());
  std::sort(ordered.begin(), ordered.end(),
            [](const HeldReport* a, const HeldReport* b) { return a->key < b->key; });
  ChunkWriter chunks(
      0, [&](uint64_t chunk, int64_t, std::string row) { sink(chunk, std::move(row)); });
  for (const HeldReport* report : ordered) {
    chunks.Write(report->key, report->keep_until_ms, report);
  }
  chunks.Finish();
}

}  // namespace lagesbild::picture
