// RawLedger: whether the picture log holds each raw record exactly once, or a dead letter of it.
//
// In: where intake stands, every record of the picture log, the dead letters, then the raw records
// themselves as far as their topics reach back. A raw record of which nothing is found is given to
// intake's own stages, with the configuration at hand: only what they would have made something of
// is missing (one outside all areas leaves nothing). A byte a raw record. Thread-compatible.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/oncall/findings.h"
#include "base/log_record.h"
#include "intake/intake.h"
#include "stream/ports.h"
#include "stream/topics.h"

namespace lagesbild::app {

class RawLedger {
 public:
  // Raw records of [begin, end) of this partition are to be accounted for; `end`: where intake
  // stands.
  void Expect(const std::string& short_topic, int32_t partition, int64_t begin, int64_t end);
  // A record of the picture log, in the order of its partition.
  void TakeLogRecord(int32_t log_partition, int64_t offset, const LogRecord& record,
                     Findings& findings);
  void TakeDeadLetter(const std::string& short_topic, int32_t partition, int64_t offset,
                      std::string_view stage);
  // A raw record; what is missing of it, or twice.
  void TakeRaw(const stream::RawTopic& topic, int32_t partition, const stream::RecordView& record,
               intake::Intake& intake, Findings& findings);

  int64_t expected() const;

 private:
  using At = std::pair<std::string, int32_t>;
  struct Partition {
    int64_t begin = 0;
    std::vector<uint8_t> found;  // bits
  };
  // In one log partition, in all of them, a dead letter; any of these more than once.
  static constexpr uint8_t kInOne = 1, kInAll = 2, kDead = 4, kTwice = 8;
  uint8_t* Find(const std::string& short_topic, int32_t partition, int64_t offset);

  std::map<At, Partition> partitions_;
  // Log partition → raw partition → the last of it there: offset, and what was said of it (a bit a
  // kind of log record).
  std::map<int32_t, std::map<At, std::pair<int64_t, uint32_t>>> last_;
};

}  // namespace lagesbild::app
