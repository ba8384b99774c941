#include "app/oncall/audit_state.h"

#include <utility>
#include <vector>

#include "base/time.h"
#include "picture/alerts.h"
#include "picture/reports.h"
#include "picture/row_text.h"
#include "stream/settings_codec.h"

namespace lagesbild::app {
namespace {

using Items = std::map<std::string, std::string>;  // name → JSON

bool LeftOut(std::string_view key) {
  return picture::RowName(key).find("/sequence/") != std::string::npos;
}

// Of a log that begins later only what lies within windows and retention is whole.
bool Recomputed(const std::string& name) {
  return name.find("/series/") != std::string::npos || name.find("/report/") != std::string::npos;
}

// A report chunk told as its reports; those accepted before `from_ms` are not the log's to tell.
Status TakeItems(const std::string& key, const std::string& value, const CompareOptions& options,
                 Items& items) {
  const std::string name = picture::RowName(key);
  if (options.partial && name.find("/reports/") != std::string::npos) {
    Items of_chunk;
    std::vector<bool> ours;
    LB_RETURN_IF_ERROR(picture::ReadReportChunk(value, [&](picture::StoredReport&& stored) {
      ours.push_back(stored.held && stored.report->first_accepted_ms >= options.accepted_from_ms);
    }));
    size_t n = 0;
    return picture::ForEachItem(key, value, [&](std::string report, std::string json) {
      if (ours[n++]) items[std::move(report)] = std::move(json);
    });
  }
  return picture::ForEachItem(key, value, [&](std::string item, std::string json) {
    if (!options.partial || Recomputed(item)) items[std::move(item)] = std::move(json);
  });
}

// An alert without what depends on when reports too old to be held were dropped; nothing of one
// that itself is as old and only waits to be dropped, which a restart may bring forward.
StatusOr<std::string> WithoutPast(std::string_view row, int64_t held_from_ms) {
  LB_ASSIGN_OR_RETURN(picture::Alert alert, picture::DecodeAlert(row));
  const bool open = alert.phase == picture::Alert::Phase::kOpen;
  if (!open && !alert.must_fall && alert.ended_ms < held_from_ms) return std::string();
  alert.past.clear();
  alert.proven = false;
  return picture::EncodeAlert(alert);
}

bool IsAlert(const std::string& name) {
  return name.find("/alert/") != std::string::npos &&
         name.find("/alert/pending/") == std::string::npos;
}

}  // namespace

StatusOr<Rows> CanonicalRows(const Rows& rows) {
  picture::Fold fold(&stream::DecodeSettings);
  for (const auto& [key, value] : rows) LB_RETURN_IF_ERROR(fold.Restore(key, value));
  LB_RETURN_IF_ERROR(fold.FinishRestore());
  Rows out;
  fold.AllRows([&](std::string_view key, const std::string* value) {
    if (!LeftOut(key)) out[std::string(key)] = *value;
  });
  if (fold.settings() == nullptr) return out;
  const int64_t held_from_ms = fold.clock_ms() - fold.settings()->retention_ms();
  for (auto it = out.begin(); it != out.end();) {
    const bool alert = IsAlert(picture::RowName(it->first));
    if (alert) {
      LB_ASSIGN_OR_RETURN(it->second, WithoutPast(it->second, held_from_ms));
    }
    it = alert && it->second.empty() ? out.erase(it) : std::next(it);
  }
  return out;
}

StatusOr<Rows> CanonicalRows(const picture::Fold& fold) {
  Rows rows;
  fold.AllRows(
      [&](std::string_view key, const std::string* value) { rows[std::string(key)] = *value; });
  return CanonicalRows(rows);
}

Status CompareRows(const Rows& stored, const Rows& wanted, const CompareOptions& options,
                   Findings& findings) {
  Items got, want;
  for (const auto& [key, value] : stored) {
    const auto it = wanted.find(key);
    if (it != wanted.end() && it->second == value) continue;
    LB_RETURN_IF_ERROR(TakeItems(key, value, options, got));
  }
  for (const auto& [key, value] : wanted) {
    const auto it = stored.find(key);
    if (it != stored.end() && it->second == value) continue;
    LB_RETURN_IF_ERROR(TakeItems(key, value, options, want));
  }
  for (const auto& [name, json] : got) {
    const auto it = want.find(name);
    if (it == want.end()) {
      findings.Add(Findings::kRow,
                   options.where + ": " + name + " is " + json + "; the log gives no such row");
    } else if (it->second != json) {
      findings.Add(Findings::kRow,
                   options.where + ": " + name + " is " + json + "; the log gives " + it->second);
    }
  }
  for (const auto& [name, json] : want) {
    if (got.contains(name)) continue;
    findings.Add(Findings::kRow,
                 options.where + ": " + name + " is missing; the log gives " + json);
  }
  return absl::OkStatus();
}

StatusOr<std::map<std::string, StoredAlert>> AlertsOf(const Rows& rows) {
  std::map<std::string, StoredAlert> alerts;
  for (const auto& [key, value] : rows) {
    if (!IsAlert(picture::RowName(key))) continue;
    LB_ASSIGN_OR_RETURN(const picture::Alert alert, picture::DecodeAlert(value));
    alerts[alert.id] = {alert.sequence, alert.phase == picture::Alert::Phase::kOpen};
  }
  return alerts;
}

}  // namespace lagesbild::app
