#include "stream/orphan_watch.h"

#include <algorithm>
#include <tuple>

namespace lagesbild::stream {
namespace {

// The same one in the eyes of all members.
bool SelfIsToMove(const GroupView& group) {
  const auto fewest = std::min_element(
      group.members.begin(), group.members.end(), [](const auto& a, const auto& b) {
        return std::tuple(a.partitions.size(), a.id) < std::tuple(b.partitions.size(), b.id);
      });
  return fewest != group.members.end() && fewest->self;
}

}  // namespace

std::vector<int32_t> OrphanWatch::OrphansOf(const GroupView& group) const {
  std::vector<bool> owned(static_cast<size_t>(partitions_), false);
  for (const GroupView::Member& member : group.members) {
    for (const TopicPartition& at : member.partitions) {
      if (at.topic == topic_ && at.partition >= 0 && at.partition < partitions_) {
        owned[static_cast<size_t>(at.partition)] = true;
      }
    }
  }
  std::vector<int32_t> orphans;
  for (int32_t p = 0; p < partitions_; ++p) {
    if (!owned[static_cast<size_t>(p)]) orphans.push_back(p);
  }
  return orphans;
}

bool OrphanWatch::MustRejoin(Consumer& member, absl::Duration now) {
  if (!next_look_at_) Changed(now);
  if (!asked_ && now < *next_look_at_) return false;
  const std::optional<GroupView> group = member.LookAtGroup();
  asked_ = !group;
  if (!group) return false;
  std::vector<int32_t> orphans;
  // Not known to be a member: another's view, or none.
  const bool known = std::any_of(group->members.begin(), group->members.end(),
                                 [](const auto& each) { return each.self; });
  if (group->stable && known) orphans = OrphansOf(*group);
  if (orphans.empty() || orphans != orphans_) since_ = now;
  orphans_ = std::move(orphans);
  next_look_at_ = now + (orphans_.empty() ? kEvery : kAgainAfter);
  if (orphans_.empty() || now - since_ < kNobodysFor || !SelfIsToMove(*group)) return false;
  since_ = now;
  return true;
}

}  // namespace lagesbild::stream
