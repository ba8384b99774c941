#include "picture/alerts.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/bytes.h"
#include "base/check.h"

namespace lagesbild::picture {
namespace {

constexpr uint8_t kRowFormat = 1;
constexpr int64_t kCountMax = int64_t{1} << 30;  // of generations and transitions of one alert

template <typename T>
bool Within(T value, int64_t low, int64_t high) {
  return std::cmp_greater_equal(value, low) && std::cmp_less_equal(value, high);
}

std::string PendingName(const std::string& rule, const std::string& area_id) {
  return "pending/" + rule + "/" + area_id;
}

void WriteKey(const ReportKey& key, ByteWriter& w) {
  w.Byte(key.tip ? 1 : 0);
  w.String(key.org);
  w.String(key.id);
}

ReportKey ReadKey(ByteReader& r) {
  ReportKey key;
  key.tip = r.Byte() != 0;
  key.org = r.String();
  key.id = r.String();
  return key;
}

std::string EncodePending(const PendingCount& pending) {
  std::string row;
  ByteWriter w(row);
  w.Byte(kRowFormat);
  w.String(pending.rule);
  w.String(pending.area_id);
  w.Signed(pending.due_ms);
  return row;
}

std::vector<std::string> ReadStrings(ByteReader& r) {
  std::vector<std::string> out;
  for (uint64_t n = r.Varint(); n > 0 && r.ok(); --n) out.push_back(r.String());
  return out;
}

void WriteStrings(const std::vector<std::string>& strings, ByteWriter& w) {
  w.Varint(strings.size());
  for (const std::string& s : strings) w.String(s);
}

}  // namespace

// Row: format, then the fields in the order of the struct; bit flags in one byte (bit 0 must_fall,
// 1 was_confirmed, 2 acknowledged, 3 silenced, 4 proven).
std::string EncodeAlert(const Alert& a) {
  std::string row;
  ByteWriter w(row);
  w.Byte(kRowFormat);
  for (const std::string* s : {&a.id, &a.rule, &a.area_id, &a.of}) w.String(*s);
  w.Byte(static_cast<uint8_t>(a.phase));
  w.Varint(static_cast<uint64_t>(a.generation));
  for (int64_t v : {a.sequence, a.first_opened_ms, a.opened_ms, a.ended_ms, a.held_since_ms})
    w.Signed(v);
  w.Byte(static_cast<uint8_t>(a.must_fall | a.was_confirmed << 1 | a.acknowledged << 2 |
                              a.silenced << 3 | a.proven << 4));
  w.Byte(static_cast<uint8_t>(a.severity));
  w.Byte(static_cast<uint8_t>(a.completeness));
  WriteStrings(a.blind_sources, w);
  w.String(a.incident_id);
  WriteStrings(a.orgs, w);
  w.Varint(a.reports.size());
  for (const ReportKey& key : a.reports) WriteKey(key, w);
  w.BigEndian64(a.shape);
  w.Varint(a.past.size());
  for (const auto& [enters, leaves] : a.past) {
    w.Signed(enters);
    w.Signed(leaves);
  }
  return row;
}

StatusOr<Alert> DecodeAlert(std::string_view row) {
  ByteReader r(row);
  if (r.Byte() != kRowFormat) return DataLoss("alert row: unknown format");
  Alert a;
  for (std::string* s : {&a.id, &a.rule, &a.area_id, &a.of}) *s = r.String();
  const uint8_t phase = r.Byte();
  a.phase = static_cast<Alert::Phase>(phase);
  const uint64_t generation = r.Varint();
  a.generation = static_cast<int>(generation);
  a.sequence = r.Signed();
  for (int64_t* v : {&a.first_opened_ms, &a.opened_ms, &a.ended_ms}) *v = r.TimeMs();
  a.held_since_ms = r.Signed();
  const uint8_t flags = r.Byte();
  a.must_fall = flags & 1;
  a.was_confirmed = flags & 2;
  a.acknowledged = flags & 4;
  a.silenced = flags & 8;
  a.proven = flags & 16;
  const uint8_t severity = r.Byte(), completeness = r.Byte();
  a.severity = static_cast<Severity>(severity);
  a.completeness = static_cast<Completeness>(completeness);
  a.blind_sources = ReadStrings(r);
  a.incident_id = r.String();
  a.orgs = ReadStrings(r);
  for (uint64_t n = r.Varint(); n > 0 && r.ok(); --n) a.reports.push_back(ReadKey(r));
  a.shape = r.BigEndian64();
  for (uint64_t n = r.Varint(); n > 0 && r.ok(); --n) {
    const int64_t enters = r.TimeMs();
    a.past.emplace_back(enters, r.TimeMs());
  }
  if (!r.ok() || !r.done()) return DataLoss("alert row: cut or too long");
  if (!Within(phase, 1, 3) || !Within(severity, 1, 4) || !Within(completeness, 1, 3) ||
      !Within(generation, 1, kCountMax) || !Within(a.sequence, 0, kCountMax) ||
      !(a.held_since_ms == kNever || IsTimeMs(a.held_since_ms))) {
    return DataLoss("alert row: a value that no alert has");
  }
  return a;
}

StatusOr<PendingCount> DecodePending(std::string_view row) {
  ByteReader r(row);
  if (r.Byte() != kRowFormat) return DataLoss("pending row: unknown format");
  PendingCount pending;
  pending.rule = r.String();
  pending.area_id = r.String();
  pending.due_ms = r.TimeMs();
  if (!r.ok() || !r.done()) return DataLoss("pending row: cut or too long");
  return pending;
}

Alert* AlertBook::Find(const std::string& id) {
  const auto it = by_id_.find(id);
  return it == by_id_.end() ? nullptr : it->second.get();
}

Alert* AlertBook::Latest(const std::string& rule, const std::string& area_id) {
  const auto areas = latest_.find(rule);
  if (areas == latest_.end()) return nullptr;
  const auto it = areas->second.find(area_id);
  return it == areas->second.end() ? nullptr : it->second;
}

Alert& AlertBook::Add(Alert alert) {
  auto owned = std::make_unique<Alert>(std::move(alert));
  Alert& added = *owned;
  by_id_[added.id] = std::move(owned);
  Alert*& latest = latest_[added.rule][added.area_id];
  if (latest == nullptr || latest->first_opened_ms <= added.first_opened_ms) latest = &added;
  return added;
}

const PendingCount* AlertBook::Pending(const std::string& rule, const std::string& area_id) const {
  if (pending_.empty()) return nullptr;
  const auto it = pending_.find({rule, area_id});
  return it == pending_.end() ? nullptr : &it->second;
}

void AlertBook::Wait(PendingCount pending) {
  dirty_.insert(PendingName(pending.rule, pending.area_id));
  pending_[{pending.rule, pending.area_id}] = std::move(pending);
}

void AlertBook::StopWaiting(const std::string& rule, const std::string& area_id) {
  if (pending_.empty()) return;
  if (pending_.erase({rule, area_id}) > 0) dirty_.insert(PendingName(rule, area_id));
}

std::vector<PendingCount> AlertBook::TakePendingDue(int64_t clock_ms) {
  std::vector<PendingCount> due;
  for (auto& [key, pending] : pending_) {
    if (pending.came_due || pending.due_ms > clock_ms) continue;
    pending.came_due = true;
    due.push_back(pending);
  }
  return due;
}

std::vector<std::string> AlertBook::PendingNames() const {
  std::vector<std::string> names;
  for (const auto& [key, pending] : pending_)
    names.push_back(PendingName(pending.rule, pending.area_id));
  return names;
}

void AlertBook::SetDue(Alert& alert, int64_t due_ms) {
  if (alert.due_ms == due_ms) return;
  if (alert.due_ms != kNever) timers_.erase({alert.due_ms, &alert});
  alert.due_ms = due_ms;
  if (due_ms != kNever) timers_.insert({due_ms, &alert});
}

int64_t AlertBook::next_due_ms() const {
  int64_t due_ms = timers_.empty() ? kNever : timers_.begin()->first;
  for (const auto& [key, pending] : pending_) {
    if (!pending.came_due) due_ms = std::min(due_ms, pending.due_ms);
  }
  return due_ms;
}

std::vector<Alert*> AlertBook::TakeDue(int64_t clock_ms) {
  std::vector<Alert*> due;
  while (!timers_.empty() && timers_.begin()->first <= clock_ms) {
    Alert* alert = timers_.begin()->second;
    SetDue(*alert, kNever);
    due.push_back(alert);
  }
  return due;
}

void AlertBook::MarkDirty(Alert& alert) { dirty_.insert(alert.id); }

std::vector<std::pair<std::string, std::string>> AlertBook::TakeRows() {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const std::string& name : std::set<std::string>(dirty_.begin(), dirty_.end())) {
    const auto it = by_id_.find(name);
    rows.emplace_back(name, it == by_id_.end() ? std::string() : EncodeAlert(*it->second));
  }
  for (const auto& [key, pending] : pending_) {
    const std::string name = PendingName(pending.rule, pending.area_id);
    if (!dirty_.contains(name)) continue;
    const auto at = std::lower_bound(rows.begin(), rows.end(), std::make_pair(name, std::string()));
    at->second = EncodePending(pending);
  }
  dirty_.clear();
  return rows;
}

std::map<std::string, std::string> AlertBook::AllRows() const {
  std::map<std::string, std::string> rows;
  for (const auto& [id, alert] : by_id_) rows[id] = EncodeAlert(*alert);
  for (const auto& [key, pending] : pending_) {
    rows[PendingName(pending.rule, pending.area_id)] = EncodePending(pending);
  }
  return rows;
}

Status AlertBook::Restore(std::string_view name, std::string_view row) {
  if (name.substr(0, 8) != "pending/") {
    LB_ASSIGN_OR_RETURN(Alert alert, DecodeAlert(row));
    if (alert.id != name) return DataLoss("alert row: under another's key");
    Add(std::move(alert));
    return absl::OkStatus();
  }
  LB_ASSIGN_OR_RETURN(PendingCount pending, DecodePending(row));
  if (PendingName(pending.rule, pending.area_id) != name)
    return DataLoss("pending row: under another's key");
  pending_[{pending.rule, pending.area_id}] = std::move(pending);
  return absl::OkStatus();
}

void AlertBook::DropEndedBefore(int64_t before_ms, const std::function<void(Alert&)>& dropping) {
  for (auto it = by_id_.begin(); it != by_id_.end();) {
    Alert& alert = *it->second;
    // One that was dismissed and whose count has not fallen since keeps the next one from opening.
    if (alert.phase == Alert::Phase::kOpen || alert.must_fall || alert.ended_ms >= before_ms) {
      ++it;
      continue;
    }
    dropping(alert);
    SetDue(alert, kNever);
    if (Latest(alert.rule, alert.area_id) == &alert) latest_[alert.rule].erase(alert.area_id);
    dirty_.insert(alert.id);
    it = by_id_.erase(it);
  }
}

}  // namespace lagesbild::picture
