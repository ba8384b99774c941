// Replay: raw records in file order through intake and picture, without a log: deterministic, no
// Kafka.
//
// In: RawMessages (feeds/replay_reader.h); out: NDJSON lines of alerts, dead letters and aggregates
// in the same form. The clock is the records' timestamps, never back. The same stages as `run`, so
// the same transitions as a run with `clock: records` over the same records in ascending time.
// Thread-compatible. Source: contract, "Replay".
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "app/config/config.h"
#include "base/status.h"
#include "feeds/publisher.h"
#include "intake/intake.h"
#include "picture/fold.h"
#include "stream/ports.h"

namespace lagesbild::app {

struct ReplayOptions {
  bool alerts = true, dead_letters = true, aggregates = true;  // what is written
  bool every_aggregate = false;  // each change of an area, not only the last
};

struct ReplaySummary {
  int64_t records = 0, log_records = 0, out_of_area = 0, alerts = 0;
  std::array<int64_t, kReasonCount> dead_letters{};
};

class Replay {
 public:
  // `loaded` and `out` are borrowed. `store` may be null: state in memory only.
  Replay(const LoadedConfig& loaded, std::unique_ptr<intake::AreaIndex> areas, std::string secret,
         ReplayOptions options, stream::Store* store, std::ostream& out);
  ~Replay();

  // Takes back the state of the store, if there is one. DataLoss: damaged.
  Status Restore();
  // One record: line `line` of file `file`. InvalidArgument: a topic that is none.
  Status Take(const feeds::RawMessage& message, int32_t file, int64_t line);
  // Runs on to `until_ms` (default: 1 ms after the last record) and writes the last aggregates.
  Status Finish(std::optional<int64_t> until_ms);

  const ReplaySummary& summary() const { return summary_; }
  int64_t clock_ms() const { return clock_ms_; }

 private:
  StatusOr<Channel> ChannelOf(const std::string& topic) const;
  Status CloseInstant();
  void WriteEffects();
  void WriteAggregates();
  void Write(std::string_view topic, int64_t timestamp_ms, std::string_view key,
             std::string_view value);
  Status Save();

  const LoadedConfig& loaded_;
  const std::unique_ptr<intake::AreaIndex> areas_;
  const ReplayOptions options_;
  stream::Store* const store_;
  std::ostream& out_;
  intake::Intake intake_;
  picture::Fold fold_;
  std::vector<std::string> own_topics_;

  int64_t clock_ms_;  // of the instant that is being gathered; the lowest int64 before the first
  std::vector<LogRecord> instant_;
  intake::IntakeOutput intake_out_;
  picture::Effects effects_;
  std::map<std::string, picture::Aggregate> last_aggregates_;  // by area
  ReplaySummary summary_;
  int64_t unsaved_records_ = 0;
  uint64_t commit_ = 0;
  std::string line_;
};

}  // namespace lagesbild::app
