#include "io/group_coordinator.h"

#include <algorithm>
#include <utility>

namespace lagesbild::io {

using stream::GroupEvent;
using stream::TopicPartition;

GroupCoordinator::MemberId GroupCoordinator::Join(const std::string& group_name,
                                                  const std::string& instance_id,
                                                  const std::vector<TopicPartition>& partitions) {
  Group& group = groups_[group_name];
  const MemberId id = ++last_member_;
  Member member;
  member.instance_id = instance_id;
  member.wanted.insert(partitions.begin(), partitions.end());
  if (!instance_id.empty()) {
    if (auto it = group.instances.find(instance_id); it != group.instances.end()) {
      auto earlier = group.members.find(it->second);
      member.owned = std::move(earlier->second.owned);
      member.to_assign.assign(member.owned.begin(), member.owned.end());
      group.fenced.insert(it->second);
      group.members.erase(earlier);
    }
    group.instances[instance_id] = id;
  }
  group.members.emplace(id, std::move(member));
  Rebalance(group);
  return id;
}

void GroupCoordinator::Leave(const std::string& group_name, MemberId member) {
  Group& group = groups_[group_name];
  auto it = group.members.find(member);
  if (it == group.members.end()) return;
  if (!it->second.instance_id.empty()) group.instances.erase(it->second.instance_id);
  group.members.erase(it);
  Rebalance(group);
}

void GroupCoordinator::ExpelAll(const std::string& group_name) {
  groups_[group_name].members.clear();
  groups_[group_name].instances.clear();
}

GroupCoordinator::Standing GroupCoordinator::StandingOf(const std::string& group_name,
                                                        MemberId member) const {
  auto group = groups_.find(group_name);
  if (group == groups_.end()) return Standing::kExpelled;
  if (group->second.members.contains(member)) return Standing::kMember;
  return group->second.fenced.contains(member) ? Standing::kFenced : Standing::kExpelled;
}

bool GroupCoordinator::HasEvents(const std::string& group_name, MemberId member) const {
  auto group = groups_.find(group_name);
  if (group == groups_.end()) return false;
  auto it = group->second.members.find(member);
  return it == group->second.members.end() || !it->second.to_assign.empty() ||
         !it->second.to_revoke.empty();
}

std::vector<GroupEvent> GroupCoordinator::TakeEvents(const std::string& group_name,
                                                     MemberId member) {
  std::vector<GroupEvent> events;
  Group& group = groups_[group_name];
  auto it = group.members.find(member);
  if (it == group.members.end()) return events;
  Member& m = it->second;
  if (!m.to_revoke.empty()) {
    events.push_back({GroupEvent::Type::kRevoked, std::exchange(m.to_revoke, {})});
  }
  if (!m.to_assign.empty()) {
    events.push_back({GroupEvent::Type::kAssigned, std::exchange(m.to_assign, {})});
  }
  return events;
}

void GroupCoordinator::Released(const std::string& group_name, MemberId member,
                                const TopicPartition& at) {
  Group& group = groups_[group_name];
  auto it = group.members.find(member);
  if (it == group.members.end() || it->second.revoking.erase(at) == 0) return;
  it->second.owned.erase(at);
  Rebalance(group);
}

size_t GroupCoordinator::Member::kept() const { return owned.size() - revoking.size(); }

// Asks back what is over the member's share; what it was not yet told of is taken without a word.
void GroupCoordinator::ShrinkTo(size_t share, Member& member, std::set<TopicPartition>& taken) {
  const std::vector<TopicPartition> owned(member.owned.begin(), member.owned.end());
  for (auto it = owned.rbegin(); it != owned.rend() && member.kept() > share; ++it) {
    if (member.revoking.contains(*it)) continue;
    auto untold = std::find(member.to_assign.begin(), member.to_assign.end(), *it);
    if (untold == member.to_assign.end()) {
      member.revoking.insert(*it);
      member.to_revoke.push_back(*it);
    } else {
      member.to_assign.erase(untold);
      member.owned.erase(*it);
      taken.erase(*it);
    }
  }
}

// Every partition goes to a member that wants it. Members keep what they own up to their share; of
// the rest, what is nobody's goes to the member with the fewest.
void GroupCoordinator::Rebalance(Group& group) {
  if (group.members.empty()) return;
  std::set<TopicPartition> all, taken;
  std::vector<Member*> members;
  for (auto& [id, member] : group.members) {
    all.insert(member.wanted.begin(), member.wanted.end());
    taken.insert(member.owned.begin(), member.owned.end());
    members.push_back(&member);
  }
  // Those that own most keep the extra ones, so that the fewest move. Ties by id: the same every
  // time.
  std::stable_sort(members.begin(), members.end(), [](const Member* a, const Member* b) {
    return a->owned.size() > b->owned.size();
  });
  size_t extra = all.size() % members.size();
  for (Member* member : members) {
    ShrinkTo(all.size() / members.size() + (extra > 0 ? 1 : 0), *member, taken);
    if (extra > 0) --extra;
  }
  for (const TopicPartition& at : all) {
    if (taken.contains(at)) continue;
    Member* fewest = nullptr;
    for (auto& [id, member] : group.members) {
      if (!member.wanted.contains(at)) continue;
      if (fewest == nullptr || member.kept() < fewest->kept()) fewest = &member;
    }
    if (fewest == nullptr) continue;
    fewest->owned.insert(at);
    fewest->to_assign.push_back(at);
  }
}

}  // namespace lagesbild::io
