#include "app/alerts/alert_table.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace lagesbild::app {
namespace {

constexpr size_t kColumns = 9;
using Row = std::array<std::string, kColumns>;

// Characters of UTF-8 text; each stands in one column (letters, digits, Å, Ä, Ö).
size_t Width(const std::string& text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string Padded(const std::string& text, size_t width) {
  return text + std::string(width - std::min(width, Width(text)), ' ');
}

std::string Flags(const AlertRecord& a, const Voice& v) {
  std::string flags;
  const auto add = [&flags](const std::string& word) {
    flags += (flags.empty() ? "" : ",") + word;
  };
  if (a.silenced) add(v.Pick("tystad", "silenced"));
  if (a.acknowledged) add(v.Pick("kvitterad", "ack"));
  if (a.completeness != "complete") add(v.Completeness(a.completeness));
  if (!a.reason.empty()) add(a.reason);
  return flags.empty() ? "-" : flags;
}

Row RowOf(const AlertRecord& a, const Voice& v) {
  const std::string limit = a.enter ? "/" + std::to_string(*a.enter) : "";
  return {a.is_open() ? v.Pick("öppet", "open") : v.State(a.state),
          v.Severity(a.severity),
          v.Time(a.since_ms),
          a.area_name,
          a.rule,
          std::to_string(a.observed) + limit,
          v.Certainty(a.certainty),
          Flags(a, v),
          a.id};
}

Row Heading(const Voice& v) {
  if (v.swedish())
    return {"LÄGE", "ALLVAR", "SEDAN", "OMRÅDE", "REGEL", "ANTAL", "SÄKERHET", "MÄRKT", "ID"};
  return {"STATE", "SEVERITY", "SINCE", "AREA", "RULE", "COUNT", "CERTAINTY", "FLAGS", "ID"};
}

void WriteRow(const Row& row, const std::array<size_t, kColumns>& widths, std::ostream& out) {
  std::string line;
  for (size_t c = 0; c + 1 < kColumns; ++c) line += Padded(row[c], widths[c]) + "  ";
  out << line << row.back();
}

}  // namespace

void LatestAlerts::Take(AlertRecord&& alert) {
  AlertRecord& latest = by_id_[alert.id];
  if (latest.id.empty() || alert.sequence >= latest.sequence) latest = std::move(alert);
}

std::vector<const AlertRecord*> LatestAlerts::Ordered() const {
  std::vector<const AlertRecord*> ordered;
  for (const auto& [id, alert] : by_id_) ordered.push_back(&alert);
  const auto rank = [](const AlertRecord* a) {
    return std::make_tuple(!a->is_open(), SeverityRank(a->severity), -a->since_ms);
  };
  std::stable_sort(ordered.begin(), ordered.end(),
                   [&](const auto* a, const auto* b) { return rank(a) < rank(b); });
  return ordered;
}

void WriteAlertTable(const std::vector<const AlertRecord*>& alerts, const Voice& voice, bool color,
                     std::ostream& out) {
  std::vector<Row> rows = {Heading(voice)};
  for (const AlertRecord* alert : alerts) rows.push_back(RowOf(*alert, voice));
  std::array<size_t, kColumns> widths{};
  for (const Row& row : rows) {
    for (size_t c = 0; c < kColumns; ++c) widths[c] = std::max(widths[c], Width(row[c]));
  }
  for (size_t i = 0; i < rows.size(); ++i) {
    const bool bold = color && i > 0 && alerts[i - 1]->is_open();
    if (bold) out << "\x1b[1m";
    WriteRow(rows[i], widths, out);
    out << (bold ? "\x1b[0m\n" : "\n");
  }
}

std::string AlertLine(const AlertRecord& alert, const Voice& voice) {
  return voice.Time(alert.at_ms) + "  " + Padded(voice.State(alert.state), 10) + "  " +
         Padded(voice.Severity(alert.severity), 9) + "  " +
         (voice.swedish() ? alert.text_sv : alert.text_en) + "  " + alert.id;
}

}  // namespace lagesbild::app
