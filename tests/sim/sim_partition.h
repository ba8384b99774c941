// SimPartition: one partition of a topic as a broker keeps it: records, transaction markers, the
// last stable offset, aborted records, retention and compaction.
//
// Offsets count markers and aborted records; after compaction there are gaps. Thread-compatible.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace lagesbild::sim {

class SimPartition {
 public:
  // 0: a record outside any transaction.
  using TransactionId = int64_t;

  struct Entry {
    int64_t offset = 0;
    TransactionId transaction = 0;
    bool marker = false;
    std::string record;  // io/record_format.h
  };

  void Append(TransactionId transaction, std::string record);
  // As an idempotent producer's requests are known: false if the partition has had this number of
  // this producer (its id and epoch) already. They count from 1.
  bool TakeSequence(const std::string& producer, int64_t sequence);
  // Writes the marker; nothing if the transaction wrote nothing here.
  void End(TransactionId transaction, bool commit);

  int64_t begin() const { return begin_; }
  int64_t end() const { return end_; }
  // Where a read_committed reader stops: before the first record that is undecided.
  int64_t stable_end() const;

  // The next record at or after `offset` that a read_committed reader sees; null: none below
  // stable_end.
  const Entry* Next(int64_t offset) const;

  // Retention: forgets what is below `offset`, never what is undecided.
  void Trim(int64_t offset);
  // Compaction of what is below `offset`: of each key its last record, no aborted ones, no markers;
  // tombstones older than `tombstones_before_ms` go, too. The offsets of what stays do not change.
  void Compact(int64_t offset, int64_t tombstones_before_ms);

 private:
  std::deque<Entry> entries_;              // ascending
  std::map<TransactionId, int64_t> open_;  // undecided → its first offset here
  std::set<TransactionId> aborted_;
  std::map<std::string, int64_t> sequences_;  // producer → its last
  int64_t begin_ = 0, end_ = 0;
};

}  // namespace lagesbild::sim
