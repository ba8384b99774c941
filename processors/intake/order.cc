#include "intake/order.h"

#include <algorithm>
#include <functional>

#include "base/check.h"

namespace lagesbild::intake {

int Order::AddPartition(std::optional<int64_t> time_ms, absl::Duration now) {
  Partition partition;
  partition.taken_ms = time_ms.value_or(kNoTime);
  partition.unfetched_since = now;
  partitions_.push_back(partition);
  ++unfetched_;
  return static_cast<int>(partitions_.size()) - 1;
}

void Order::Move(int number, State to) {
  State& state = partitions_[number].state;
  offered_ += (to == State::kOffered) - (state == State::kOffered);
  unfetched_ += (to == State::kUnfetched) - (state == State::kUnfetched);
  state = to;
}

void Order::Offer(int number, int64_t timestamp_ms) {
  LB_CHECK(!has_record(number));
  Move(number, State::kOffered);
  heads_.emplace_back(std::max(timestamp_ms, partitions_[number].taken_ms), number);
  std::push_heap(heads_.begin(), heads_.end(), std::greater<>());
}

void Order::Drained(int number) {
  LB_CHECK(!has_record(number));
  Move(number, State::kDrained);
}

void Order::Unfetched(int number, absl::Duration now) {
  LB_CHECK(!has_record(number));
  Partition& partition = partitions_[number];
  // Skipped until it has something; waiting for longer is no new wait.
  if (partition.state == State::kSkipped || partition.state == State::kUnfetched) return;
  Move(number, State::kUnfetched);
  partition.unfetched_since = now;
}

void Order::SkipOverdue(absl::Duration now) {
  if (!max_wait_) return;
  for (int p = 0; p < static_cast<int>(partitions_.size()); ++p) {
    const Partition& partition = partitions_[p];
    if (partition.state != State::kUnfetched) continue;
    if (now - partition.unfetched_since < *max_wait_) continue;
    Move(p, State::kSkipped);
    ++skips_;
  }
}

std::optional<Order::Next> Order::Take(absl::Duration now) {
  if (unfetched_ > 0) SkipOverdue(now);
  if (unfetched_ > 0 || heads_.empty()) return std::nullopt;
  std::pop_heap(heads_.begin(), heads_.end(), std::greater<>());
  const auto [time_ms, number] = heads_.back();
  heads_.pop_back();
  partitions_[number].taken_ms = time_ms;
  Move(number, State::kUnfetched);
  partitions_[number].unfetched_since = now;
  return Next{number, time_ms};
}

std::optional<int64_t> Order::time_ms(int number) const {
  const int64_t time = partitions_[number].taken_ms;
  return time == kNoTime ? std::nullopt : std::optional(time);
}

}  // namespace lagesbild::intake
