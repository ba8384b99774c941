// Report, as a partner sends it: the contract's JSON form, written for RawMessages. Defaults are
// left out. Source of the form: contract, Report; schemas/. What it does not name cannot be sent.
#pragma once

#include <cstdint>
#include <string>

#include "base/log_record.h"
#include "feeds/publisher.h"

namespace lagesbild::feeds {

struct OutgoingReport {
  std::string org, id;
  int64_t revision = 1;
  Action action = Action::kNew;  // kWithdraw: org, id, revision and no more are written
  std::string class_name;
  Verification verification = Verification::kUnconfirmed;
  int64_t occurred_ms = 0;
  int64_t reported_ms = 0;  // 0: left out, the record's timestamp
  std::string area;         // place: an area, or (if empty) a point
  double lat = 0, lon = 0, precision_m = 50;
  bool indoor_dwelling = false, exercise = false, multi = false;
  std::string reporter;  // tips only; opaque
};

// The record for `topic` ("incidents", "tips", a source's own), with key org/id.
RawMessage ReportMessage(const OutgoingReport& report, std::string topic, int64_t timestamp_ms);

// The heartbeat command of a source: alive at `at_ms`. Its id is a function of both, so a repeat is
// taken once.
RawMessage HeartbeatMessage(const std::string& org, int64_t at_ms, int64_t timestamp_ms);

}  // namespace lagesbild::feeds
