#include "picture/harness.h"

#include <algorithm>
#include <iterator>

#include "base/check.h"
#include "base/time.h"
#include "picture/announce.h"

namespace lagesbild::picture {

Harness::Harness(const Settings& settings) : settings_(settings), fold_(NewFold()) {}

std::unique_ptr<Fold> Harness::NewFold() const {
  return std::make_unique<Fold>(
      [settings = settings_](std::string_view) -> StatusOr<Settings> { return settings; });
}

std::vector<AlertTransition> Harness::Feed(const Moment& moment) {
  Effects effects;
  LB_CHECK(fold_->Instant(moment.clock_ms, moment.records, effects).ok());
  dead_letters += effects.dead_letters.size();
  return std::move(effects.alerts);
}

void Harness::Commit() {
  for (Aggregate& a : fold_->CollectAggregates()) latest[a.area] = std::move(a);
  fold_->CollectRows(++commits_, [this](std::string_view key, const std::string* value) {
    if (value) {
      rows[std::string(key)] = *value;
    } else {
      rows.erase(std::string(key));
    }
  });
}

void Harness::Restart() {
  fold_ = NewFold();
  for (const auto& [key, value] : rows) LB_CHECK(fold_->Restore(key, value).ok());
  LB_CHECK(fold_->FinishRestore().ok());
}

std::string WindowsText(const std::vector<WindowCells>& windows) {
  std::string out;
  for (const WindowCells& w : windows) {
    for (const NamedCell& c : w.cells) {
      out += "  " + FormatDurationMs(w.window_ms) + " " + c.of + " " +
             std::to_string(c.cell.incidents);
      out += " corroborated " + std::to_string(c.cell.corroborated) + " by kind";
      for (uint32_t n : c.cell.reports) out += " " + std::to_string(n);
      out += "\n";
    }
  }
  return out;
}

std::string PictureText(const std::map<std::string, Aggregate>& latest) {
  std::string out;
  for (const auto& [area, a] : latest) {
    const std::string windows = WindowsText(a.windows);
    if (!windows.empty()) out += area + "\n" + windows;
    const std::string unlocated = WindowsText(a.unlocated);
    if (!unlocated.empty()) out += area + " itself\n" + unlocated;
  }
  return out;
}

std::vector<Moment> RecordStream(const Settings& settings, Generator& generator, int moments) {
  Harness harness(settings);
  std::vector<Moment> out;
  std::vector<std::string> ids;
  for (int i = 0; i < moments; ++i) {
    out.push_back(generator.Next(ids));
    for (const AlertTransition& t : harness.Feed(out.back())) ids.push_back(t.alert_id);
  }
  return out;
}

std::vector<std::string> JsonOf(const std::vector<AlertTransition>& transitions) {
  std::vector<std::string> out;
  std::transform(transitions.begin(), transitions.end(), std::back_inserter(out), AlertJson);
  return out;
}

}  // namespace lagesbild::picture
