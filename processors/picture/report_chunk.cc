#include "picture/report_chunk.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/bytes.h"

namespace lagesbild::picture {
namespace {

constexpr uint8_t kChunkFormat = 1;
// A row is a record of the changelog, and brokers take a megabyte at most unless told otherwise.
constexpr size_t kChunkBytes = 256 * 1024;

// Entry of a chunk: key, kept until, 0 (gone) or 1 and the report.
void WriteKey(const ReportKey& key, ByteWriter& w) {
  w.Byte(key.tip ? 1 : 0);
  w.String(key.org);
  w.String(key.id);
}

void WriteReport(const HeldReport& r, ByteWriter& w) {
  w.Signed(r.revision);
  w.Byte(static_cast<uint8_t>(r.refuted | r.confirmed << 1 | r.has_point << 2 | r.over_limit << 3));
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
  report.over_limit = flags & 8;
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

}  // namespace

void ChunkWriter::Write(const ReportKey& key, int64_t until_ms, const HeldReport* report) {
  ByteWriter w(row_);
  if (row_.empty()) w.Byte(kChunkFormat);
  keep_until_ms_ = std::max(keep_until_ms_, until_ms);
  WriteKey(key, w);
  w.Signed(until_ms);
  w.Byte(report != nullptr ? 1 : 0);
  if (report != nullptr) WriteReport(*report, w);
  if (row_.size() >= kChunkBytes) Finish();
}

void ChunkWriter::Finish() {
  if (row_.empty()) return;
  put_(chunk_++, std::exchange(keep_until_ms_, 0), std::exchange(row_, {}));
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

}  // namespace lagesbild::picture
