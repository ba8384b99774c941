// Town: an endless, deterministic stream of raw records from a made-up town, for `demo` and `feed
// town`.
//
// From a seed and a start: partners with the manners of real ones (late, in batches, edited,
// refuted, silent, tipping in hordes), a scripted first evening with its first alert after two
// minutes, then ordinary days and further evenings without end. Same seed and start, same bytes,
// whatever the machine; how fast town time runs is the caller's choice. Out: RawMessages in
// ascending time. Thread-compatible.
#pragma once

#include <cstdint>
#include <memory>

#include "absl/time/time.h"
#include "base/status.h"
#include "feeds/publisher.h"
#include "feeds/town_desk.h"
#include "feeds/town_map.h"

namespace lagesbild::feeds {

class Town {
 public:
  struct Options {
    uint64_t seed = 1;
    int64_t start_ms = 0;  // the first record's time; an evening, for the script to make sense
  };
  // FailedPrecondition: the machine has no data for the time zone Europe/Stockholm.
  static StatusOr<std::unique_ptr<Town>> Create(const Options& options);

  const TownMap& map() const { return map_; }
  int64_t NextMs();  // the time of the record that Next gives
  RawMessage Next();

 private:
  Town(const Options& options, const absl::TimeZone& zone);
  void Prepare();  // until the first of the queue is surely the next
  void Minute();   // what is reported or happens in the minute at minute_ms_
  int LocalHour() const;

  const Options options_;
  const absl::TimeZone zone_;
  const TownMap map_;
  TownDesk desk_;
  int64_t minute_ms_;
};

}  // namespace lagesbild::feeds
