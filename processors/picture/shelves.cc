#include "picture/shelves.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/check.h"
#include "base/hash.h"
#include "picture/reports.h"
#include "picture/tip_limit.h"

namespace lagesbild::picture {
namespace {

constexpr uint8_t kFormat = 1;
constexpr uint64_t kReportsMax = 1 << 24;

// Where nothing is, no time is near.
bool IsNear(int64_t oldest_ms, int64_t newest_ms, int64_t at_ms, int64_t reach_ms) {
  return oldest_ms <= newest_ms && at_ms >= oldest_ms - reach_ms && at_ms <= newest_ms + reach_ms;
}

}  // namespace

void Shelf::Put(HeldReport* report) {
  oldest_ms = std::min(oldest_ms, report->occurred_ms);
  newest_ms = std::max(newest_ms, report->occurred_ms);
  if (TipLimit::Counts(*report)) {
    oldest_tip_ms = std::min(oldest_tip_ms, report->occurred_ms);
    newest_tip_ms = std::max(newest_tip_ms, report->occurred_ms);
  }
  keep_until_ms = std::max(keep_until_ms, report->keep_until_ms);
  fingerprints.push_back(Shelves::FingerprintOf(report->key));
  reports.push_back(report);
}

// Head: format, class, parts, span, kept until, a byte (1: tips, 2: linked), the span of the tips
// if there are any, number of reports, their fingerprints.
std::string EncodeShelf(const Shelf& shelf, std::string_view class_name) {
  std::string row;
  ByteWriter w(row);
  w.Byte(kFormat);
  w.String(class_name);
  w.Varint(static_cast<uint64_t>(shelf.parts));
  w.Signed(shelf.oldest_ms);
  w.Signed(shelf.newest_ms);
  w.Signed(shelf.keep_until_ms);
  const bool tips = shelf.oldest_tip_ms <= shelf.newest_tip_ms;
  w.Byte(static_cast<uint8_t>((tips ? 1 : 0) | (shelf.linked ? 2 : 0)));
  if (tips) {
    w.Signed(shelf.oldest_tip_ms);
    w.Signed(shelf.newest_tip_ms);
  }
  w.Varint(shelf.fingerprints.size());
  for (const uint64_t fingerprint : shelf.fingerprints) w.BigEndian64(fingerprint);
  return row;
}

Status DecodeShelf(std::string_view row, Shelf& shelf, std::string& class_name) {
  ByteReader r(row);
  if (r.Byte() != kFormat) return DataLoss("shelf: unknown format");
  class_name = r.String();
  const uint64_t parts = r.Varint();
  shelf.oldest_ms = r.TimeMs();
  shelf.newest_ms = r.TimeMs();
  shelf.keep_until_ms = r.TimeMs();
  const uint8_t flags = r.Byte();
  shelf.linked = flags & 2;
  if (flags & 1) {
    shelf.oldest_tip_ms = r.TimeMs();
    shelf.newest_tip_ms = r.TimeMs();
  }
  const uint64_t reports = r.Varint();
  if (!r.ok() || parts == 0 || parts > reports || reports > kReportsMax ||
      row.size() < 8 * reports) {
    return DataLoss("shelf: cut, or numbers that no shelf has");
  }
  shelf.parts = static_cast<int>(parts);
  shelf.fingerprints.reserve(reports);
  for (uint64_t i = 0; i < reports; ++i) shelf.fingerprints.push_back(r.BigEndian64());
  return r.ok() && r.done() ? absl::OkStatus() : DataLoss("shelf: cut or too long");
}

uint64_t Shelves::FingerprintOf(const ReportKey& key) {
  return StableHash({key.tip ? "tip" : "incident", key.org, key.id});
}

Shelf* Shelves::Find(const ReportKey& key) const {
  if (empty()) return nullptr;
  const auto it = reports_.find(FingerprintOf(key));
  return it == reports_.end() ? nullptr : it->second;
}

Shelf* Shelves::Near(int class_id, int64_t occurred_ms, int64_t reach_ms) const {
  for (const auto& shelf : by_class_[static_cast<size_t>(class_id + 1)]) {
    if (IsNear(shelf->oldest_ms, shelf->newest_ms, occurred_ms, reach_ms)) return shelf.get();
  }
  return nullptr;
}

Shelf* Shelves::NearTips(int64_t occurred_ms, int64_t reach_ms) const {
  for (const auto& shelves : by_class_) {
    for (const auto& shelf : shelves) {
      if (IsNear(shelf->oldest_tip_ms, shelf->newest_tip_ms, occurred_ms, reach_ms))
        return shelf.get();
    }
  }
  return nullptr;
}

Shelf* Shelves::Any() const {
  for (const auto& shelves : by_class_) {
    if (!shelves.empty()) return shelves.front().get();
  }
  return nullptr;
}

Shelf* Shelves::Linked(int class_id) const {
  for (const auto& shelf : by_class_[static_cast<size_t>(class_id + 1)]) {
    if (shelf->linked) return shelf.get();
  }
  return nullptr;
}

Shelf* Shelves::EndingAfter(int class_id, int64_t occurred_ms) const {
  for (const auto& shelf : by_class_[static_cast<size_t>(class_id + 1)]) {
    if (shelf->newest_ms >= occurred_ms) return shelf.get();
  }
  return nullptr;
}

Shelf* Shelves::Expired(int64_t clock_ms) const {
  if (next_due_ms_ > clock_ms) return nullptr;
  for (const auto& shelves : by_class_) {
    for (const auto& shelf : shelves) {
      if (ExpiryHourMs(shelf->keep_until_ms) <= clock_ms) return shelf.get();
    }
  }
  return nullptr;
}

bool Shelves::Add(std::unique_ptr<Shelf> shelf) {
  const auto known = [&](uint64_t fingerprint) { return reports_.contains(fingerprint); };
  if (std::any_of(shelf->fingerprints.begin(), shelf->fingerprints.end(), known)) return false;
  for (const uint64_t fingerprint : shelf->fingerprints) reports_.emplace(fingerprint, shelf.get());
  next_due_ms_ = std::min(next_due_ms_, ExpiryHourMs(shelf->keep_until_ms));
  by_class_[static_cast<size_t>(shelf->class_id + 1)].push_back(std::move(shelf));
  return true;
}

std::unique_ptr<Shelf> Shelves::Take(Shelf* shelf) {
  for (const uint64_t fingerprint : shelf->fingerprints) reports_.erase(fingerprint);
  auto& shelves = by_class_[static_cast<size_t>(shelf->class_id + 1)];
  const auto at = std::find_if(shelves.begin(), shelves.end(),
                               [&](const auto& other) { return other.get() == shelf; });
  LB_CHECK(at != shelves.end());
  std::unique_ptr<Shelf> taken = std::move(*at);
  shelves.erase(at);
  next_due_ms_ = kNever;
  for (const auto& of_class : by_class_) {
    for (const auto& other : of_class)
      next_due_ms_ = std::min(next_due_ms_, ExpiryHourMs(other->keep_until_ms));
  }
  return taken;
}

std::vector<Shelf*> Shelves::InMemory() const {
  std::vector<Shelf*> out;
  for (const auto& shelves : by_class_) {
    for (const auto& shelf : shelves) {
      if (!shelf->reports.empty()) out.push_back(shelf.get());
    }
  }
  return out;
}

int64_t Shelves::part_count() const {
  int64_t parts = 0;
  for (const auto& shelves : by_class_) {
    for (const auto& shelf : shelves) parts += shelf->parts;
  }
  return parts;
}

}  // namespace lagesbild::picture
