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

// What one record gave; the caller empties it.
struct IntakeOutput {
  std::vector<LogRecord> log;  // picture empty: to every log partition; clock set
  std::vector<DeadLetter> dead_letters;
  int64_t out_of_area = 0;  // reports that no area holds, counted here
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
