// RawReader: all raw partitions as one stream, lowest time first.
//
// From a consumer without a group to the record that is next (intake/order.h says which). Knows of
// each partition how far it was taken, for the offsets to commit. Thread-compatible.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "intake/order.h"
#include "stream/lease.h"
#include "stream/ports.h"
#include "stream/topics.h"

namespace lagesbild::stream {

class RawReader {
 public:
  struct Options {
    std::optional<absl::Duration> max_wait;  // nullopt: waits for ever (clock: records)
    std::optional<int64_t> max_future_ms;    // nullopt: timestamps are believed
  };

  RawReader(Options options, Clock& clock, std::unique_ptr<Consumer> consumer);
  ~RawReader();

  // `committed`: what the group has; offset -1: read from the beginning there is.
  Status Add(const TopicPartition& at, const RawTopic& topic, const CommittedOffset& committed);

  // Waits up to `timeout` for something to read; not at all while there is.
  Status Wait(absl::Duration timeout);
  // Fetches for the partitions that have no record at hand.
  Status Fill();

  struct Taken {
    const RawTopic* topic = nullptr;
    int32_t partition = 0;
    const RecordView* record = nullptr;  // until the next call
    int64_t time_ms = 0;
  };
  // The next record over all partitions; nullopt: none, or it must be waited for.
  StatusOr<std::optional<Taken>> Take();

  bool all_drained() const { return order_.all_drained(); }
  // Each partition was drained once since it was added, or is skipped now: what there was at the
  // beginning is taken.
  bool reached_ends() const;
  // Asks the log where the partitions end that have records. Unavailable: it does not say now.
  Status LookAtEnds();
  // How many records each partition is behind its end, in the order of Add; -1: not known yet.
  std::vector<int64_t> Lags() const;
  int64_t TakeSkipped() { return order_.TakeSkipped(); }
  int64_t TakeFuture() { return std::exchange(future_, 0); }

  // Offsets that moved since the last call of Committed, or all.
  std::vector<OffsetToCommit> Offsets(bool all) const;
  void Committed();
  // For LeaseState::known.
  std::map<std::string, int32_t> Known() const;

 private:
  struct Partition {
    TopicPartition at;
    const RawTopic* topic = nullptr;
    Batch batch;
    size_t index = 0;         // of the record at hand
    int64_t next_offset = 0;  // past the last record taken
    int64_t committed_offset = -1;
    int64_t end = -1;          // as last asked; -1: never
    bool reached_end = false;  // once
  };
  Status Fetch(int number);
  void Offer(int number);
  void Drained(int number);

  const Options options_;
  Clock& clock_;
  std::unique_ptr<Consumer> consumer_;
  intake::Order order_;
  std::vector<Partition> partitions_;
  std::optional<int> taken_;  // to be moved on before the next Take
  absl::Duration now_;
  int64_t wall_ms_ = 0;
  int64_t future_ = 0;
};

}  // namespace lagesbild::stream
