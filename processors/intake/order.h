// Order: which raw record is next, over all raw partitions: the one with the lowest time
// (architecture §2, order).
//
// In: of each partition, the timestamp of its next record, or that it is drained or not yet
// fetched. Out: the partition to take from. The time of a record is the larger of its timestamp and
// the time before it in its partition. Ties go by the partitions' numbers here, so add them sorted
// by topic and partition; within one, by offset as they come. A partition whose next record is not
// yet fetched holds the others up, a drained one does not, and one that stays unfetched for longer
// than max_wait is skipped until it has something. A pure function of its calls: the caller brings
// the time. Thread-compatible.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace lagesbild::intake {

class Order {
 public:
  // nullopt: waits for ever (clock: records).
  explicit Order(std::optional<absl::Duration> max_wait) : max_wait_(max_wait) {}

  // Its number, from 0. `time_ms`: the time of the last record taken from it, if there was one. It
  // begins as not yet fetched.
  int AddPartition(std::optional<int64_t> time_ms, absl::Duration now);

  // What is known of a partition that has no next record: replaces what was said before.
  void Offer(int partition, int64_t timestamp_ms);    // its next record has this timestamp
  void Drained(int partition);                        // a fetch found its end
  void Unfetched(int partition, absl::Duration now);  // there may be more; `now` is monotonic

  struct Next {
    int partition = 0;
    int64_t time_ms = 0;
  };
  // The record to take; nullopt: none, or one that must be waited for. What is returned is taken:
  // say next what the partition has then.
  std::optional<Next> Take(absl::Duration now);

  bool has_record(int partition) const { return partitions_[partition].state == State::kOffered; }
  bool drained(int partition) const { return partitions_[partition].state == State::kDrained; }
  bool skipped(int partition) const { return partitions_[partition].state == State::kSkipped; }
  // Every partition is drained, or skipped.
  bool all_drained() const { return offered_ == 0 && unfetched_ == 0; }
  // Partitions skipped since the last call.
  int64_t TakeSkipped() { return std::exchange(skips_, 0); }
  // Time of the last record taken from a partition; nullopt: none yet.
  std::optional<int64_t> time_ms(int partition) const;

 private:
  static constexpr int64_t kNoTime = std::numeric_limits<int64_t>::min();
  enum class State : uint8_t { kOffered, kDrained, kUnfetched, kSkipped };
  struct Partition {
    State state = State::kUnfetched;
    int64_t taken_ms = kNoTime;
    absl::Duration unfetched_since;
  };
  void Move(int partition, State to);
  void SkipOverdue(absl::Duration now);

  const std::optional<absl::Duration> max_wait_;
  std::vector<Partition> partitions_;
  std::vector<std::pair<int64_t, int>> heads_;  // a heap, lowest (time, partition) first
  int offered_ = 0, unfetched_ = 0;
  int64_t skips_ = 0;
};

}  // namespace lagesbild::intake
