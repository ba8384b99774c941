#include "sim/sim_partition.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "io/record_format.h"

namespace lagesbild::sim {

void SimPartition::Append(TransactionId transaction, std::string record) {
  if (transaction != 0) open_.emplace(transaction, end_);
  entries_.push_back({end_++, transaction, false, std::move(record)});
}

bool SimPartition::TakeSequence(const std::string& producer, int64_t sequence) {
  int64_t& last = sequences_[producer];
  if (sequence <= last) return false;
  last = sequence;
  return true;
}

void SimPartition::End(TransactionId transaction, bool commit) {
  if (open_.erase(transaction) == 0) return;
  if (!commit) aborted_.insert(transaction);
  entries_.push_back({end_++, transaction, true, ""});
}

int64_t SimPartition::stable_end() const {
  int64_t stable = end_;
  for (const auto& [transaction, first] : open_) stable = std::min(stable, first);
  return stable;
}

const SimPartition::Entry* SimPartition::Next(int64_t offset) const {
  const int64_t stable = stable_end();
  auto it = std::lower_bound(entries_.begin(), entries_.end(), offset,
                             [](const Entry& e, int64_t o) { return e.offset < o; });
  for (; it != entries_.end() && it->offset < stable; ++it) {
    if (!it->marker && !aborted_.contains(it->transaction)) return &*it;
  }
  return nullptr;
}

void SimPartition::Trim(int64_t offset) {
  begin_ = std::clamp(offset, begin_, stable_end());
  while (!entries_.empty() && entries_.front().offset < begin_) entries_.pop_front();
}

void SimPartition::Compact(int64_t offset, int64_t tombstones_before_ms) {
  const int64_t limit = std::min(offset, stable_end());
  std::map<std::string, int64_t, std::less<>> last;  // key → offset
  for (const Entry& entry : entries_) {
    if (entry.offset >= limit) break;
    if (entry.marker || aborted_.contains(entry.transaction)) continue;
    last[std::string(io::ReadHead(entry.record)->key)] = entry.offset;
  }
  std::erase_if(entries_, [&](const Entry& entry) {
    if (entry.offset >= limit) return false;
    if (entry.marker || aborted_.contains(entry.transaction)) return true;
    const io::RecordHead head = io::ReadHead(entry.record).value();
    if (last.find(head.key)->second != entry.offset) return true;
    return head.tombstone && head.timestamp_ms < tombstones_before_ms;
  });
}

}  // namespace lagesbild::sim
