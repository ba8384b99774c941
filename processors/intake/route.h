// Router: the last stage; checked and located values → log records, each with its picture (empty:
// to all partitions).
//
// Holds one thing: the minute for which each source was last said to be alive, so that it is said
// once a minute. Thread-compatible. Source of the rule: architecture §2, route.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/log_record.h"
#include "base/settings.h"
#include "intake/intake.h"
#include "intake/validate.h"

namespace lagesbild::intake {

class Router {
 public:
  explicit Router(const Settings& settings);  // borrowed

  // The report itself, in the picture of `area`.
  void Add(const CheckedReport& report, int area, std::string reporter_hash, const RawRecord& raw,
           int64_t clock_ms, std::vector<LogRecord>& out) const;
  // What becomes of earlier revisions; `area` is where this one counts, -1: nowhere.
  void AddSuperseded(const CheckedReport& report, int area, const RawRecord& raw, int64_t clock_ms,
                     std::vector<LogRecord>& out) const;
  // Not a heartbeat.
  void Add(const CheckedCommand& command, const RawRecord& raw, int64_t clock_ms,
           std::vector<LogRecord>& out) const;
  // That a source is alive, if this minute has not said so yet.
  void AddLiveness(int source, const RawRecord& raw, int64_t clock_ms, std::vector<LogRecord>& out);
  void ForgetLiveness();

 private:
  const std::string& PictureOf(int area) const;

  const Settings& settings_;
  std::vector<int64_t> alive_minute_ms_;  // by source
};

}  // namespace lagesbild::intake
