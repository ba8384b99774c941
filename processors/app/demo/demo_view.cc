#include "app/demo/demo_view.h"

#include <simdjson.h>

#include <algorithm>

#include "absl/time/civil_time.h"

namespace lagesbild::app {
namespace {

constexpr size_t kSparkLength = 24;

// Cuts at a character, not inside one; `columns` of what a terminal shows.
std::string Fit(const std::string& text, size_t columns) {
  size_t shown = 0, at = 0;
  while (at < text.size() && shown < columns) {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
    ++shown;
  }
  return text.substr(0, at);
}

size_t Columns(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::string Pad(const std::string& text, size_t columns) {
  const std::string fitted = Fit(text, columns);
  return fitted + std::string(columns - std::min(columns, Columns(fitted)), ' ');
}

std::string Spark(const std::deque<int64_t>& values) {
  static constexpr std::string_view kBars[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  int64_t most = 8;
  for (int64_t v : values) most = std::max(most, v);
  std::string out;
  for (int64_t v : values) out += kBars[v * 8 / most];
  return out;
}

// A sentence over as many lines as it needs.
std::vector<std::string> Wrap(const std::string& text, size_t columns) {
  std::vector<std::string> lines(1);
  size_t at = 0;
  while (at < text.size()) {
    const size_t space = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, space - at);
    if (!lines.back().empty() && Columns(lines.back()) + 1 + Columns(word) > columns)
      lines.emplace_back();
    lines.back() += (lines.back().empty() ? "" : " ") + word;
    at = space + 1;
  }
  return lines;
}

int Rank(const AlertRecord& alert) {
  return alert.severity == "severe" || alert.severity == "extreme" ? 0 : 1;
}

}  // namespace

class DemoView::Parser {
 public:
  simdjson::dom::parser json;
};

DemoView::DemoView(const Settings* settings, DemoViewOptions options)
    : settings_(settings), options_(options), parser_(std::make_unique<Parser>()) {
  if (!absl::LoadTimeZone(settings->time_zone, &zone_)) zone_ = absl::UTCTimeZone();
  for (const Area& area : settings->areas) {
    if (area.leaf) districts_[area.id];
  }
}

DemoView::~DemoView() = default;

Status DemoView::TakeAlert(std::string_view json) {
  AlertRecord alert;
  LB_RETURN_IF_ERROR(alert_parser_.Parse(json, alert));
  last_alert_ = alert.id;
  ++transitions_;
  alerts_[last_alert_] = std::move(alert);
  return absl::OkStatus();
}

Status DemoView::TakeAggregate(std::string_view json) {
  simdjson::dom::element aggregate;
  std::string_view area, completeness;
  if (parser_->json.parse(json.data(), json.size()).get(aggregate) || aggregate["area"].get(area) ||
      aggregate["completeness"].get(completeness)) {
    return InvalidArgument("aggregate: not of the contract's form");
  }
  const auto it = districts_.find(std::string(area));
  if (it == districts_.end()) return absl::OkStatus();
  const auto count = [&](std::string_view window) {
    int64_t n = 0;
    return aggregate["windows"][window]["all"]["incidents"].get(n) == simdjson::SUCCESS ? n : 0;
  };
  it->second.day = count("24h");
  it->second.hour = count("1h");
  it->second.completeness = completeness;
  return absl::OkStatus();
}

void DemoView::Step() {
  for (auto& [area, district] : districts_) {
    district.spark.push_back(district.hour);
    if (district.spark.size() > kSparkLength) district.spark.pop_front();
  }
}

std::string DemoView::Time(int64_t ms) const {
  return absl::FormatTime("%Y-%m-%d %H:%M", absl::FromUnixMillis(ms), zone_);
}

std::string DemoView::Tint(const AlertRecord& alert, const std::string& text) const {
  if (!options_.color) return text;
  return std::string(Rank(alert) == 0 ? "\x1b[1;31m" : "\x1b[1;33m") + text + "\x1b[0m";
}

void DemoView::AppendDistricts(std::vector<std::string>& lines) const {
  lines.push_back(Bold(Pad(options_.swedish ? "Område" : "District", 24) +
                       Pad(options_.swedish ? "  1 tim" : "   1 h", 8) +
                       Pad(options_.swedish ? " 24 tim" : "  24 h", 8) + "  " +
                       (options_.swedish ? "senaste timmarna" : "the last hours")));
  for (const Area& area : settings_->areas) {
    const auto it = districts_.find(area.id);
    if (it == districts_.end()) continue;
    const District& d = it->second;
    std::string hour = std::to_string(d.hour), day = std::to_string(d.day);
    hour.insert(0, 6 - std::min<size_t>(6, hour.size()), ' ');
    day.insert(0, 6 - std::min<size_t>(6, day.size()), ' ');
    lines.push_back(Pad(area.name, 24) + Pad(hour, 8) + Pad(day, 8) + "  " +
                    Pad(Spark(d.spark), kSparkLength) +
                    (d.completeness == "complete" ? "" : "  " + d.completeness));
  }
}

void DemoView::AppendAlerts(std::vector<std::string>& lines) const {
  std::vector<const AlertRecord*> open;
  for (const auto& [id, alert] : alerts_) {
    if (alert.is_open()) open.push_back(&alert);
  }
  std::sort(open.begin(), open.end(), [](const AlertRecord* a, const AlertRecord* b) {
    if (Rank(*a) != Rank(*b)) return Rank(*a) < Rank(*b);
    return a->since_ms != b->since_ms ? a->since_ms > b->since_ms : a->id < b->id;
  });
  lines.push_back(Bold(options_.swedish ? "Öppna larm: " : "Open alerts: ") +
                  std::to_string(open.size()));
  for (const AlertRecord* alert : open) {
    const std::string mark = alert->severity + ", " + alert->certainty;
    bool first = true;
    for (const std::string& line :
         Wrap(Sentence(*alert), static_cast<size_t>(options_.width) - 4)) {
      lines.push_back((first ? Tint(*alert, "● ") : "  ") + line);
      first = false;
    }
    lines.push_back("  " + mark + ", " + alert->rule + ", " + alert->id);
  }
}

std::string DemoView::Screen(int64_t now_ms) const {
  std::vector<std::string> lines;
  lines.push_back(Bold("Lägesbild") + "  " + Time(now_ms) + "  " + std::to_string(reports_) +
                  (options_.swedish ? " rapporter, " : " reports, ") +
                  std::to_string(transitions_) +
                  (options_.swedish ? " larmhändelser" : " alert transitions"));
  lines.emplace_back();
  AppendDistricts(lines);
  lines.emplace_back();
  AppendAlerts(lines);
  const size_t height = static_cast<size_t>(std::max(options_.height, 5)) - 1;
  if (lines.size() > height) {
    lines.resize(height - 1);
    lines.emplace_back("…");
  }
  std::string screen;
  for (const std::string& line : lines) screen += line + "\n";
  return screen;
}

std::string DemoView::LastLine() const {
  const auto it = alerts_.find(last_alert_);
  if (it == alerts_.end()) return {};
  const AlertRecord& alert = it->second;
  return Time(alert.at_ms) + "  " + Pad(alert.state, 9) + " " + Sentence(alert);
}

}  // namespace lagesbild::app
