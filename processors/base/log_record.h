// The picture log's records as values: what intake writes and the picture reads. One order, one
// clock.
//
// Wire form: schemas/safety/v1/log_record.proto, codec in stream/log_codec.h. Times are Unix
// milliseconds, UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "base/kind.h"

namespace lagesbild {

enum class Action : uint8_t { kNew = 1, kCorrect = 2, kWithdraw = 3 };
enum class Verification : uint8_t { kUnconfirmed = 1, kConfirmed = 2, kRefuted = 3 };

// Which raw topic a record came in by. A source's own topic counts as kIncidents.
enum class Channel : uint8_t { kIncidents = 1, kTips = 2, kCommands = 3 };

// How a report is known: no tip can correct a police report.
struct ReportKey {
  bool tip = false;
  std::string org;
  std::string id;
  friend bool operator==(const ReportKey&, const ReportKey&) = default;
  friend auto operator<=>(const ReportKey&, const ReportKey&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const ReportKey& k) {
    return H::combine(std::move(h), k.tip, k.org, k.id);
  }
};

// A validated, stripped, located report. `multi` and `exercise` reports never get this far.
struct Report {
  ReportKey key;
  int64_t revision = 1;
  Action action = Action::kNew;  // never kWithdraw: a withdrawal is a Superseded
  Verification verification = Verification::kUnconfirmed;
  Kind kind = Kind::kUnspecified;
  std::string class_name;
  int64_t occurred_ms = 0;     // occurred_from
  int64_t occurred_to_ms = 0;  // 0: none
  int64_t reported_ms = 0;
  std::string area;  // id of the deepest area it counts in
  bool has_point = false;
  double lat = 0, lon = 0;       // degrees, WGS84
  double precision_m = 0;        // where there is no point: radius of the area that was named
  bool indoor_dwelling = false;  // then `area` is the picture
  std::string reporter;          // keyed hash over local day and reporter, 16 bytes; empty: none
};

// "Whatever was held of this report below `revision` is no more", sent to every log partition.
struct Superseded {
  ReportKey key;
  int64_t revision = 1;
  bool withdrawn = false;  // a withdrawal: nothing takes its place
  bool refuted = false;    // what takes its place is refuted
  std::string picture;     // where `revision` itself counts; empty: nowhere
};

struct Liveness {
  std::string org;
  int64_t minute_ms = 0;  // floor to the minute of the last accepted record
};

enum class CommandType : uint8_t { kAcknowledge = 1, kDismiss = 2, kSilence = 3, kUnsilence = 4 };
struct Command {
  CommandType type = CommandType::kAcknowledge;
  std::string id;
  std::string by;  // a role
  int64_t at_ms = 0;
  std::string alert_id;  // acknowledge, dismiss
  std::string area;      // silence, unsilence
  std::string rule;      // silence, unsilence; empty: all
  std::string reason;    // dismiss, silence: from the contract's lists
  int64_t until_ms = 0;  // silence
};

struct Tick {};

// Settings in force from here on, as stream/settings_codec.h writes them.
struct Configuration {
  int64_t version = 0;
  std::string encoded;
};

// Where a log record came from; for dead letters and audit.
struct RawPosition {
  std::string topic;
  int32_t partition = 0;
  int64_t offset = -1;
};

struct LogRecord {
  int64_t clock_ms = 0;
  std::string picture;  // empty: for all pictures of the partition
  RawPosition raw;
  std::variant<Tick, Report, Superseded, Liveness, Command, Configuration> body;
  std::string traceparent = {};  // a header, not of the wire form; empty: none
};

}  // namespace lagesbild
