// Intake as a function: one raw record and the configuration in, log records or a dead letter out.
//
// decode → validate → strip → locate → route. No clock, no file, no thread: the caller orders the
// raw records (intake/order.h) and supplies the clock. The trust boundary of the system: what is
// not named by the schema does not get past it (contract, Report; domain.md §6).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/dead_letter.h"
#include "base/log_record.h"
#include "base/settings.h"
#include "intake/area_index.h"

namespace lagesbild::intake {

struct Header {
  std::string_view name, value;
};

struct RawRecord {
  Channel channel = Channel::kIncidents;
  std::string_view topic;  // the topic's short name ("incidents", "tips", "incidents-polisen"): for
                           // dead letters and for Source::topic
  int32_t partition = 0;
  int64_t offset = 0;
  int64_t timestamp_ms = 0;  // of the record
  std::string_view key;
  std::string_view value;
  std::span<const Header> headers;
};

struct IntakeOptions {
  const Settings* settings = nullptr;  // borrowed
  const AreaIndex* areas = nullptr;    // borrowed; same area order as settings->areas
  std::string secret;                  // key of the reporter and key hashes
};

// What is to be counted of a report, beside the dead letters.
enum class Note : uint8_t {
  kOutOfArea,     // no area holds it; it counts nowhere
  kImprecise,     // its place is wider than the smallest areas: it counts above them
  kIndoor,        // in a dwelling: it counts in its picture only
  kLateAccepted,  // it lies further back than the shortest window, and was taken
  kLateTooOld,    // further than all windows and the grace, and was refused
};
inline constexpr int kNoteCount = 5;

// What one record gave; the caller empties it.
struct IntakeOutput {
  std::vector<LogRecord> log;  // picture empty: to every log partition; clock set
  std::vector<DeadLetter> dead_letters;
  std::vector<std::pair<Note, int>> notes;  // with the source's index in Settings::sources
};

class Intake {
 public:
  explicit Intake(IntakeOptions options);
  ~Intake();
  // `clock_ms`: the clock of the order when this record was taken; written into each log record.
  void Process(const RawRecord& raw, int64_t clock_ms, IntakeOutput& out);
  // To be called when output of earlier calls was thrown away (an aborted transaction): liveness is
  // sent for the first record in a minute only, and that one may have been lost. Sending it twice
  // changes nothing.
  void ForgetLiveness();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lagesbild::intake
