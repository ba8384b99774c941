// AlertRecord: one alert transition as a reader has it: the published JSON, parsed.
//
// In: the value of a record of the topic alerts, or a line of replay output; out: a plain struct.
// Names stay words, as a newer writer may know more of them than this reader; fields that are not
// known are passed over. The published text itself is kept for --json. Times are Unix
// milliseconds, UTC. Thread-compatible. Form: contract, "Alert transition";
// schemas/json/alert.schema.json.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace lagesbild::app {

struct AlertIncident {
  std::string id, class_name, verification;
  int64_t occurred_ms = 0;
  int64_t reports = 0;
};

struct AlertRecord {
  std::string id;
  int64_t generation = 1, sequence = 1;
  std::string state;  // "open", "updated", "resolved", "cancelled"
  int64_t at_ms = 0, since_ms = 0;
  std::string rule, rule_set, severity, certainty, picture, area, area_name, of;
  std::optional<int64_t> window_ms, enter, exit;  // nullopt: null, does not apply
  int64_t observed = 0;
  int64_t incident_count = 0, report_count = 0;
  std::vector<std::pair<std::string, int64_t>> by_kind;  // in the order of the record
  std::vector<AlertIncident> incidents;
  int64_t incidents_omitted = 0;
  std::string completeness;
  std::vector<std::string> blind_sources;
  std::string reason;  // empty: null
  bool silenced = false, acknowledged = false;
  std::string text_sv, text_en;
  std::string json;  // as published, without white space

  bool is_open() const { return state == "open" || state == "updated"; }
};

class AlertParser {
 public:
  AlertParser();
  ~AlertParser();

  // The value of a record of the topic alerts. InvalidArgument: not JSON, or a field of the
  // contract is missing or has another type (the message names the field).
  Status Parse(std::string_view json, AlertRecord& out);

  // A line of replay output, or a bare alert. False: a record of another topic.
  StatusOr<bool> ParseLine(std::string_view line, AlertRecord& out);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lagesbild::app
