// DemoView: what a person sees of a running picture in a terminal: districts with their counts and
// a spark line, open alerts with their sentence, the latest reports by number.
//
// In: aggregates and alert transitions as published (JSON); out: a screen as text, or one line a
// transition where there is no terminal. It keeps what it needs to draw and nothing else.
// Thread-compatible.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "app/alerts/alert_record.h"
#include "base/settings.h"

namespace lagesbild::app {

struct DemoViewOptions {
  bool swedish = false;
  bool color = false;
  int width = 100, height = 30;  // of the terminal
};

class DemoView {
 public:
  // `settings` is borrowed: names and levels of the areas.
  DemoView(const Settings* settings, DemoViewOptions options);
  ~DemoView();

  Status TakeAlert(std::string_view json);
  Status TakeAggregate(std::string_view json);
  void TakeReport(int64_t timestamp_ms) {
    ++reports_;
    last_report_ms_ = timestamp_ms;
  }
  // One step of the spark lines: call it at even distances of the demo's time.
  void Step();

  // The whole screen, without control sequences but for colour.
  std::string Screen(int64_t now_ms) const;
  // One line for the transition last taken.
  std::string LastLine() const;

  int64_t reports() const { return reports_; }
  int64_t transitions() const { return transitions_; }
  bool any_alert() const { return transitions_ > 0; }

 private:
  struct District {
    int64_t day = 0, hour = 0;  // incidents of all classes in 24 h and in 1 h
    std::deque<int64_t> spark;  // of the hour
    std::string completeness = "complete";
  };
  class Parser;

  std::string Time(int64_t ms) const;
  std::string Bold(const std::string& text) const {
    return options_.color ? "\x1b[1m" + text + "\x1b[0m" : text;
  }
  std::string Tint(const AlertRecord& alert, const std::string& text) const;
  void AppendDistricts(std::vector<std::string>& lines) const;
  void AppendAlerts(std::vector<std::string>& lines) const;
  const std::string& Sentence(const AlertRecord& a) const {
    return options_.swedish ? a.text_sv : a.text_en;
  }

  const Settings* settings_;
  const DemoViewOptions options_;
  absl::TimeZone zone_;
  std::unique_ptr<Parser> parser_;
  AlertParser alert_parser_;
  std::map<std::string, District> districts_;  // by area id
  std::map<std::string, AlertRecord> alerts_;  // latest, by id
  std::string last_alert_;
  int64_t reports_ = 0, transitions_ = 0, last_report_ms_ = 0;
};

}  // namespace lagesbild::app
