#include "picture/harness.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>

#include "base/check.h"
#include "base/time.h"
#include "picture/announce.h"
#include "picture/world.h"

namespace lagesbild::picture {

Harness::Harness(const Settings& settings) : settings_({settings}), fold_(NewFold()) {}

std::unique_ptr<Fold> Harness::NewFold() const {
  Shelving shelving{.at_least = 8, .a_shelf = 3, .after_ms = 0, .again_ms = 0};
  shelving.read = [this](const std::string& key) -> StatusOr<std::string> {
    const auto row = rows.find(key);
    if (row == rows.end()) return NotFound("no such row");
    return row->second;
  };
  const auto settings = [this](std::string_view encoded) -> StatusOr<Settings> {
    return settings_[std::stoul(std::string(encoded))];
  };
  return std::make_unique<Fold>(settings, std::move(shelving));
}

std::vector<AlertTransition> Harness::Feed(const Moment& moment) {
  Effects effects;
  LB_CHECK(fold_->Instant(moment.clock_ms, moment.records, effects).ok());
  dead_letters += effects.dead_letters.size();
  return std::move(effects.alerts);
}

void Harness::Commit() {
  for (Aggregate& a : fold_->CollectAggregates()) {
    const auto before = latest.find(a.area);
    sequences_whole &= a.sequence == (before == latest.end() ? 1 : before->second.sequence + 1);
    latest[a.area] = std::move(a);
  }
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

std::string CompletenessText(const std::map<std::string, Aggregate>& latest) {
  std::string out;
  for (const auto& [area, a] : latest) {
    if (a.completeness == Completeness::kComplete) continue;
    out += area + " " + std::string(CompletenessName(a.completeness));
    for (const std::string& org : a.blind_sources) out += " " + org;
    out += "\n";
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

std::string Text(const LogRecord& record) {
  const auto name = [](const ReportKey& key) {
    return (key.tip ? "tip " : "") + key.org + "/" + key.id;
  };
  std::string out = FormatTimeMs(record.clock_ms) + " " + record.picture + ": ";
  if (const auto* r = std::get_if<Report>(&record.body)) {
    out += name(r->key) + Numbered(" revision ", r->revision) + " " + r->class_name + " at " +
           FormatTimeMs(r->occurred_ms) + " in " + r->area;
    if (r->has_point) {
      out += Numbered(" lon*1e6 ", std::llround(r->lon * 1e6)) +
             Numbered(" +-", std::llround(r->precision_m));
    }
    if (r->verification == Verification::kConfirmed) out += " confirmed";
    if (r->verification == Verification::kRefuted) out += " refuted";
    if (!r->reporter.empty()) out += " by " + r->reporter;
  } else if (const auto* s = std::get_if<Superseded>(&record.body)) {
    out += name(s->key) + Numbered(" superseded by revision ", s->revision) + " in " + s->picture;
    if (s->withdrawn) out += " withdrawn";
    if (s->refuted) out += " refuted";
  } else if (const auto* l = std::get_if<Liveness>(&record.body)) {
    out += l->org + " heard at " + FormatTimeMs(l->minute_ms);
  } else if (const auto* c = std::get_if<Command>(&record.body)) {
    out += Numbered("command ", static_cast<int>(c->type)) + " " + c->id + " " + c->alert_id +
           c->area + " " + c->rule;
  }
  return out + "\n";
}

std::string HistoryOf(const Moment& moment, const std::vector<LogRecord>& log) {
  const auto key_of = [](const LogRecord& record) -> const ReportKey* {
    if (const auto* r = std::get_if<Report>(&record.body)) return &r->key;
    if (const auto* s = std::get_if<Superseded>(&record.body)) return &s->key;
    return nullptr;
  };
  std::set<ReportKey> keys;
  for (const LogRecord& record : moment.records) {
    if (const ReportKey* key = key_of(record)) keys.insert(*key);
  }
  std::string out;
  for (const LogRecord& record : log) {
    const ReportKey* key = key_of(record);
    if (key && keys.contains(*key)) out += Text(record);
    if (std::holds_alternative<Command>(record.body) && record.clock_ms == moment.clock_ms)
      out += Text(record);
  }
  return out;
}

testing::AssertionResult SameLines(const std::vector<std::string>& got,
                                   const std::vector<std::string>& want) {
  for (size_t i = 0; i < std::max(got.size(), want.size()); ++i) {
    const std::string g = i < got.size() ? got[i] : "(nothing)",
                      w = i < want.size() ? want[i] : "(nothing)";
    if (g != w)
      return testing::AssertionFailure() << "line " << i << "\n  got  " << g << "\n  want " << w;
  }
  return testing::AssertionSuccess();
}

}  // namespace lagesbild::picture
