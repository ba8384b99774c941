#include "picture/silences.h"

#include <algorithm>
#include <tuple>

#include "base/bytes.h"
#include "picture/series.h"

namespace lagesbild::picture {
namespace {
constexpr uint8_t kRowFormat = 1;
}

void Silences::Silence(const std::string& area_id, const std::string& rule, int64_t until_ms) {
  Unsilence(area_id, rule);
  const auto at = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) {
    return std::tie(e.area_id, e.rule) > std::tie(area_id, rule);
  });
  entries_.insert(at, Entry{area_id, rule, until_ms});
}

void Silences::Unsilence(const std::string& area_id, const std::string& rule) {
  std::erase_if(entries_, [&](const Entry& e) { return e.area_id == area_id && e.rule == rule; });
}

bool Silences::Expire(int64_t clock_ms) {
  return std::erase_if(entries_, [&](const Entry& e) { return e.until_ms <= clock_ms; }) > 0;
}

int64_t Silences::next_due_ms() const {
  int64_t due_ms = kNever;
  for (const Entry& e : entries_) due_ms = std::min(due_ms, e.until_ms);
  return due_ms;
}

bool Silences::Covers(const Settings& settings, int area, const std::string& rule) const {
  for (const Entry& e : entries_) {
    if (!e.rule.empty() && e.rule != rule) continue;
    for (int a = area; a >= 0; a = settings.areas[a].parent) {
      if (settings.areas[a].id == e.area_id) return true;
    }
  }
  return false;
}

std::string Silences::Encode() const {
  std::string row;
  if (entries_.empty()) return row;
  ByteWriter w(row);
  w.Byte(kRowFormat);
  w.Varint(entries_.size());
  for (const Entry& e : entries_) {
    w.String(e.area_id);
    w.String(e.rule);
    w.Signed(e.until_ms);
  }
  return row;
}

Status Silences::Restore(std::string_view row) {
  ByteReader r(row);
  if (r.Byte() != kRowFormat) return DataLoss("silences row: unknown format");
  for (uint64_t n = r.Varint(); n > 0 && r.ok(); --n) {
    std::string area_id = r.String(), rule = r.String();
    const int64_t until_ms = r.TimeMs();
    entries_.push_back(Entry{std::move(area_id), std::move(rule), until_ms});
  }
  return r.ok() && r.done() ? absl::OkStatus() : DataLoss("silences row: cut or too long");
}

}  // namespace lagesbild::picture
