#include "sim/sim_groups.h"

#include <algorithm>
#include <utility>

namespace lagesbild::sim {

using stream::TopicPartition;

SimGroups::MemberId SimGroups::Join(const std::string& group_name, const std::string& instance_id,
                                    const Partitions& wanted) {
  Group& group = groups_[group_name];
  const MemberId id = ++last_member_;
  Member member;
  member.instance_id = instance_id;
  member.wanted = wanted;
  member.seen_at = time_.now();
  bool takes_its_place = false;
  if (!instance_id.empty()) {
    if (auto it = group.instances.find(instance_id); it != group.instances.end()) {
      Member& earlier = group.members.at(it->second);
      takes_its_place = !group.rebalancing && earlier.wanted == wanted;
      member.assignment = std::move(earlier.assignment);
      group.fenced.insert(it->second);
      group.members.erase(it->second);
    }
    group.instances[instance_id] = id;
  }
  group.members.emplace(id, std::move(member));
  if (!takes_its_place) Begin(group);
  group.members.at(id).joined = true;
  CompleteIfAllJoined(group);
  return id;
}

// Everybody has to say again what it owns.
void SimGroups::Begin(Group& group) {
  if (group.rebalancing) return;
  group.rebalancing = true;
  for (auto& [id, member] : group.members) member.joined = false;
}

SimGroups::Standing SimGroups::Heartbeat(const std::string& group_name, MemberId id,
                                         const Partitions& owned, bool may) {
  Group& group = groups_[group_name];
  auto it = group.members.find(id);
  if (it == group.members.end()) {
    return group.fenced.contains(id) ? Standing::kFenced : Standing::kUnknown;
  }
  it->second.seen_at = time_.now();
  if (may && group.rebalancing && !it->second.joined) {
    it->second.joined = true;
    it->second.claimed = owned;
    CompleteIfAllJoined(group);
  }
  return Standing::kMember;
}

void SimGroups::Rejoin(const std::string& group_name, MemberId id, const Partitions& owned) {
  Group& group = groups_[group_name];
  auto it = group.members.find(id);
  if (it == group.members.end()) return;
  Begin(group);
  it->second.joined = true;
  it->second.claimed = owned;
  CompleteIfAllJoined(group);
}

const SimGroups::Assignment* SimGroups::Sync(const std::string& group_name, MemberId id) const {
  auto group = groups_.find(group_name);
  if (group == groups_.end() || group->second.rebalancing) return nullptr;
  auto it = group->second.members.find(id);
  return it == group->second.members.end() ? nullptr : &it->second.assignment;
}

Status SimGroups::Check(const std::string& group_name, MemberId id, int64_t generation) const {
  auto group = groups_.find(group_name);
  if (group == groups_.end()) return Aborted("unknown member");
  if (group->second.fenced.contains(id)) {
    return FailedPrecondition("fenced: another has this instance id");
  }
  if (!group->second.members.contains(id)) return Aborted("unknown member");
  if (group->second.generation != generation) return Aborted("illegal generation");
  return absl::OkStatus();
}

void SimGroups::Leave(const std::string& group_name, MemberId id) {
  Group& group = groups_[group_name];
  auto it = group.members.find(id);
  if (it != group.members.end() && it->second.instance_id.empty()) Remove(group, id);
}

void SimGroups::LeaveForGood(const std::string& group_name, MemberId id) {
  Group& group = groups_[group_name];
  if (group.members.contains(id)) Remove(group, id);
}

stream::GroupView SimGroups::View(const std::string& group_name, MemberId self) const {
  stream::GroupView view;
  auto group = groups_.find(group_name);
  if (group == groups_.end()) return view;
  view.stable = !group->second.rebalancing;
  for (const auto& [id, member] : group->second.members) {
    const Partitions& has = member.assignment.partitions;
    view.members.push_back(
        {.id = std::to_string(id), .self = id == self, .partitions = {has.begin(), has.end()}});
  }
  return view;
}

void SimGroups::Remove(Group& group, MemberId id) {
  auto it = group.members.find(id);
  if (!it->second.instance_id.empty()) group.instances.erase(it->second.instance_id);
  group.members.erase(it);
  if (group.members.empty()) {
    group.rebalancing = false;
    return;
  }
  Begin(group);
  CompleteIfAllJoined(group);
}

void SimGroups::Expel(uint64_t which) {
  std::vector<std::pair<Group*, MemberId>> all;
  for (auto& [name, group] : groups_) {
    for (auto& [id, member] : group.members) all.emplace_back(&group, id);
  }
  if (all.empty()) return;
  const auto& [group, id] = all[which % all.size()];
  Remove(*group, id);
}

void SimGroups::Rebalance(const std::string& group) { Begin(groups_[group]); }

void SimGroups::Moved() {
  for (auto& [name, group] : groups_) {
    for (auto& [id, member] : group.members) member.seen_at = time_.now();
  }
}

void SimGroups::Tick() {
  for (auto& [name, group] : groups_) {
    std::vector<MemberId> silent;
    for (const auto& [id, member] : group.members) {
      if (time_.now() - member.seen_at >= options_.session_timeout) silent.push_back(id);
    }
    for (MemberId id : silent) Remove(group, id);
  }
}

std::vector<std::string> SimGroups::Describe() const {
  std::vector<std::string> out;
  for (const auto& [name, group] : groups_) {
    for (const auto& [id, member] : group.members) {
      out.push_back(name + (group.rebalancing ? ", rebalancing" : "") + ": member " +
                    std::to_string(id) + " (" + member.instance_id + ", generation " +
                    std::to_string(member.assignment.generation) + ") has");
      for (const TopicPartition& at : member.assignment.partitions) {
        out.back() += " " + at.topic + "/" + std::to_string(at.partition);
      }
    }
  }
  return out;
}

void SimGroups::CompleteIfAllJoined(Group& group) {
  if (!group.rebalancing || group.members.empty()) return;
  for (const auto& [id, member] : group.members) {
    if (!member.joined) return;
  }
  group.rebalancing = false;
  ++group.generation;
  Assign(group);
}

void SimGroups::Assign(Group& group) {
  Partitions all, claimed;
  std::vector<Member*> members;
  for (auto& [id, member] : group.members) {
    all.insert(member.wanted.begin(), member.wanted.end());
    claimed.insert(member.claimed.begin(), member.claimed.end());
    members.push_back(&member);
  }
  // Those that own most keep the odd ones, so that the fewest move. Ties by id.
  std::stable_sort(members.begin(), members.end(), [](const Member* a, const Member* b) {
    return a->claimed.size() > b->claimed.size();
  });
  const size_t share = all.size() / members.size();
  size_t odd = all.size() % members.size();
  for (Member* member : members) {
    const size_t most = share + (odd > 0 ? 1 : 0);
    if (odd > 0) --odd;
    member->assignment = {group.generation, {}};
    for (const TopicPartition& at : member->claimed) {
      if (member->assignment.partitions.size() < most) member->assignment.partitions.insert(at);
    }
    member->claimed.clear();
  }
  for (const TopicPartition& at : all) {
    if (claimed.contains(at)) continue;  // its owner keeps it, or must give it back first
    Member* fewest = nullptr;
    for (Member* member : members) {
      if (!member->wanted.contains(at)) continue;
      if (fewest == nullptr ||
          member->assignment.partitions.size() < fewest->assignment.partitions.size()) {
        fewest = member;
      }
    }
    if (fewest != nullptr) fewest->assignment.partitions.insert(at);
  }
}

}  // namespace lagesbild::sim
