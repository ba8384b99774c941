#include "sim/sim_outputs.h"

#include <algorithm>
#include <memory>
#include <span>

#include "base/check.h"
#include "picture/announce.h"
#include "stream/settings_codec.h"

namespace lagesbild::sim {

std::string Windows(std::string_view aggregate_json) {
  return std::string(aggregate_json.substr(aggregate_json.find("\"windows\"")));
}

void Outputs::Add(const Outputs& other) {
  for (const auto& [id, sequence] : other.alerts) {
    std::vector<std::string>& to = alerts[id];
    to.insert(to.end(), sequence.begin(), sequence.end());
  }
  for (const auto& [area, windows] : other.aggregates) aggregates[area] = windows;
  dead_letters.insert(other.dead_letters.begin(), other.dead_letters.end());
}

std::vector<std::string> Difference(const std::string& what, const Outputs& want,
                                    const Outputs& got) {
  std::vector<std::string> out;
  std::set<std::string> ids, areas;
  for (const auto& [id, sequence] : want.alerts) ids.insert(id);
  for (const auto& [id, sequence] : got.alerts) ids.insert(id);
  for (const std::string& id : ids) {
    static const std::vector<std::string> kNone;
    const auto w = want.alerts.find(id), g = got.alerts.find(id);
    const auto& ws = w == want.alerts.end() ? kNone : w->second;
    const auto& gs = g == got.alerts.end() ? kNone : g->second;
    if (ws == gs) continue;
    size_t same = 0;
    while (same < ws.size() && same < gs.size() && ws[same] == gs[same]) ++same;
    out.push_back(what + ": alert " + id + ": " + std::to_string(ws.size()) +
                  " transitions wanted, " + std::to_string(gs.size()) + " came, the first " +
                  std::to_string(same) + " equal; then wanted " +
                  (same < ws.size() ? ws[same] : "nothing") + ", came " +
                  (same < gs.size() ? gs[same] : "nothing"));
  }
  for (const auto& [area, windows] : want.aggregates) areas.insert(area);
  for (const auto& [area, windows] : got.aggregates) areas.insert(area);
  for (const std::string& area : areas) {
    const auto w = want.aggregates.find(area), g = got.aggregates.find(area);
    const std::string wanted = w == want.aggregates.end() ? "nothing" : w->second;
    const std::string came = g == got.aggregates.end() ? "nothing" : g->second;
    if (wanted != came) {
      out.push_back(what + ": aggregate of " + area + ": wanted " + wanted + ", came " + came);
    }
  }
  const auto missing = [&](const auto& from, const auto& in, const char* word) {
    std::vector<std::string> only;
    std::set_difference(from.begin(), from.end(), in.begin(), in.end(), std::back_inserter(only));
    for (const std::string& letter : only) {
      out.push_back(what + ": dead letter " + word + ": " + letter);
    }
  };
  missing(want.dead_letters, got.dead_letters, "lost");
  missing(got.dead_letters, want.dead_letters, "too many");
  return out;
}

void JudgeInto(picture::Fold& fold, int64_t clock_ms, std::span<const LogRecord> records,
               Outputs& out) {
  picture::Effects effects;
  LB_CHECK(fold.Instant(clock_ms, records, effects).ok());
  for (const picture::AlertTransition& t : effects.alerts) {
    out.alerts[t.alert_id].push_back(picture::AlertJson(t));
  }
  for (const DeadLetter& letter : effects.dead_letters) {
    out.dead_letters.insert(DeadLetterJson(letter));
  }
}

void CollectAggregatesInto(picture::Fold& fold, Outputs& out) {
  for (const picture::Aggregate& aggregate : fold.CollectAggregates()) {
    out.aggregates[aggregate.area] = Windows(picture::AggregateJson(aggregate));
  }
}

LogFold::LogFold() : fold_(std::make_unique<picture::Fold>(&stream::DecodeSettings)) {}

void LogFold::Take(const LogRecord& record) {
  if (!open_.empty() && record.clock_ms > open_.front().clock_ms) {
    JudgeInto(*fold_, open_.front().clock_ms, open_, out_);
    open_.clear();
  }
  open_.push_back(record);
}

Outputs LogFold::TakeOutputs() {
  CollectAggregatesInto(*fold_, out_);
  return std::move(out_);
}

}  // namespace lagesbild::sim
