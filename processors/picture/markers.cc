#include "picture/markers.h"

#include "base/bytes.h"

namespace lagesbild::picture {
namespace {

constexpr uint8_t kFormat = 1;

// Key: t or i, organisation, NUL, id. Row: format, revision, withdrawn, kept until.
std::string KeyOf(const ReportKey& key) { return (key.tip ? "t" : "i") + key.org + '\0' + key.id; }

std::string RowOf(const Marker& marker) {
  std::string row;
  ByteWriter w(row);
  w.Byte(kFormat);
  w.Signed(marker.revision);
  w.Byte(marker.withdrawn ? 1 : 0);
  w.Signed(marker.keep_until_ms);
  return row;
}

}  // namespace

StatusOr<Marker> DecodeMarker(std::string_view row) {
  ByteReader r(row);
  if (r.Byte() != kFormat) return DataLoss("marker row: unknown format");
  Marker marker;
  marker.revision = r.Signed();
  marker.withdrawn = r.Byte() != 0;
  marker.keep_until_ms = r.TimeMs();
  if (!r.ok() || !r.done()) return DataLoss("marker row: cut or too long");
  return marker;
}

void Markers::Mark(const Superseded& superseded, int64_t keep_until_ms) {
  Marker& marker = markers_[superseded.key];
  if (marker.revision >= superseded.revision) return;
  if (marker.revision > 0) by_expiry_.erase({marker.keep_until_ms, superseded.key});
  marker = {superseded.revision, superseded.withdrawn, keep_until_ms};
  by_expiry_.insert({keep_until_ms, superseded.key});
  dirty_.insert(superseded.key);
}

bool Markers::Refuses(const ReportKey& key, int64_t revision) const {
  const auto it = markers_.find(key);
  if (it == markers_.end()) return false;
  return it->second.revision > revision ||
         (it->second.revision == revision && it->second.withdrawn);
}

void Markers::Expire(int64_t clock_ms) {
  while (!by_expiry_.empty() && by_expiry_.begin()->first <= clock_ms) {
    const ReportKey key = by_expiry_.begin()->second;
    by_expiry_.erase(by_expiry_.begin());
    markers_.erase(key);
    dirty_.insert(key);
  }
}

void Markers::CollectRows(const std::function<void(std::string, std::string)>& sink) {
  for (const ReportKey& key : dirty_) {
    std::string row;
    if (const auto it = markers_.find(key); it != markers_.end()) {
      row = RowOf(it->second);
    }
    sink(KeyOf(key), std::move(row));
  }
  dirty_.clear();
}

void Markers::AllRows(const std::function<void(std::string, std::string)>& sink) const {
  for (const auto& [key, marker] : markers_) sink(KeyOf(key), RowOf(marker));
}

Status Markers::Restore(std::string_view key, std::string_view row) {
  const size_t nul = key.find('\0');
  if (key.empty() || nul == std::string_view::npos) return DataLoss("marker row: bad key");
  LB_ASSIGN_OR_RETURN(const Marker marker, DecodeMarker(row));
  const ReportKey report{key[0] == 't', std::string(key.substr(1, nul - 1)),
                         std::string(key.substr(nul + 1))};
  by_expiry_.insert({marker.keep_until_ms, report});
  markers_[report] = marker;
  return absl::OkStatus();
}

}  // namespace lagesbild::picture
