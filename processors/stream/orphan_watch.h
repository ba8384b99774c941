// OrphanWatch: notices that a partition is nobody's though its group is at rest, and says who
// begins the rebalance that gives it an owner.
//
// A static member that dies after it was told to give a partition back and before it has said that
// it did, and is back within the session time-out, gets its place without a rebalance: the
// partition is then nobody's until the next one. Every member looks, soon after its group has
// changed and now and then after that; what all see is the same, so they agree on one of them (it
// has the fewest partitions), and that one leaves and joins anew. A rebalance for nothing costs
// little, so being wrong does no harm. Thread-compatible.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "stream/ports.h"

namespace lagesbild::stream {

class OrphanWatch {
 public:
  OrphanWatch(std::string topic, int32_t partitions)
      : topic_(std::move(topic)), partitions_(partitions) {}

  // The group has changed for this member: look soon.
  void Changed(absl::Duration now) { next_look_at_ = now + kAfterChange; }
  // Call it in every round. True: a partition has been nobody's for a while, and this member is the
  // one to join anew.
  bool MustRejoin(Consumer& member, absl::Duration now);
  // What was nobody's when MustRejoin last said so.
  const std::vector<int32_t>& orphans() const { return orphans_; }

 private:
  static constexpr absl::Duration kAfterChange = absl::Seconds(2);
  static constexpr absl::Duration kEvery = absl::Seconds(15);
  static constexpr absl::Duration kAgainAfter = absl::Seconds(1);  // once one was seen
  static constexpr absl::Duration kNobodysFor = absl::Seconds(3);

  std::vector<int32_t> OrphansOf(const GroupView& group) const;

  const std::string topic_;
  const int32_t partitions_;
  std::optional<absl::Duration> next_look_at_;  // nullopt until the first round
  bool asked_ = false;
  std::vector<int32_t> orphans_;
  absl::Duration since_;
};

}  // namespace lagesbild::stream
