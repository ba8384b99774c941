// Validator: the second stage; a RawReport or RawCommand and the settings → checked values, or the
// first problem.
//
// Finds missing-field, bad-value, unknown-org, unknown-class, unknown-area, future, too-old,
// not-allowed, in this order, and among equals in the order of the schema. Pure but for a scratch
// string; thread-compatible. Source of the rule: contract, Report, Command and Dead letter.
// Pointers are relative to the form (Decoder::prefix).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/kind.h"
#include "base/log_record.h"
#include "base/settings.h"
#include "intake/problem.h"
#include "intake/raw_forms.h"

namespace lagesbild::intake {

inline constexpr int64_t kRevisionMax = int64_t{1} << 53;
inline constexpr double kPrecisionMetresMax = 1'000'000;
inline constexpr double kPrecisionMetresDefault = 50;
inline constexpr size_t kReporterBytesMax = 128;

// Where and when a record came in.
struct Arrival {
  Channel channel = Channel::kIncidents;
  std::string_view topic;
  int64_t timestamp_ms = 0;  // of the record
  int64_t clock_ms = 0;      // of the order
};

// A report whose values hold; text is borrowed. Indices are into Settings.
struct CheckedReport {
  bool tip = false;
  std::string_view org, id;
  int64_t revision = 1;
  Action action = Action::kNew;
  Kind kind = Kind::kUnspecified;
  int source = -1;
  // All that follows is not set for a withdrawal.
  int class_id = -1;
  Verification verification = Verification::kUnconfirmed;
  int64_t occurred_ms = 0, occurred_to_ms = 0, reported_ms = 0;
  bool has_point = false;
  double lat = 0, lon = 0, precision_m = 0;
  int area = -1;  // named by the report; -1 where it has a point
  bool indoor_dwelling = false, exercise = false, multi = false;
  std::string_view reporter;

  // False: an earlier revision of it may stand somewhere.
  bool PlainlyNew() const {
    return revision == 1 && action == Action::kNew && verification != Verification::kRefuted;
  }
};

// A command whose values hold; text is borrowed. Indices are into Settings.
struct CheckedCommand {
  RawCommandType type = RawCommandType::kHeartbeat;
  std::string_view id, by;
  int picture = -1;  // none for a heartbeat
  int64_t at_ms = 0;
  std::string_view alert_id, rule, reason;
  int area = -1;  // silence, unsilence
  int64_t until_ms = 0;
  int source = -1;  // heartbeat
};

class Validator {
 public:
  explicit Validator(const Settings& settings);  // borrowed

  // `out` is whole if there is no problem, or the problem is too-old.
  std::optional<Problem> Check(const RawReport& in, const Arrival& arrival, CheckedReport& out);
  std::optional<Problem> Check(const RawCommand& in, CheckedCommand& out);

  // not-allowed: the source may not report by this topic, or a reporter is named outside tips.
  std::optional<Problem> CheckSender(const CheckedReport& report, const Arrival& arrival) const;

 private:
  std::optional<Problem> CheckPlace(const RawPlace& place, CheckedReport& out) const;
  std::optional<Problem> CheckKnown(const RawReport& in, CheckedReport& out);
  std::optional<Problem> CheckTime(const Arrival& arrival, const CheckedReport& report) const;
  int FindSource(std::string_view org);
  int FindArea(std::string_view id);

  const Settings& settings_;
  std::vector<std::string> own_topics_;  // of some source; the common topics are not among them
  std::string scratch_;                  // look-ups take std::string
};

}  // namespace lagesbild::intake
