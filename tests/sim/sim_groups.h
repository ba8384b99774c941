// SimGroups: the broker's group coordinator: members, generations, session time-outs, static
// members, cooperative rebalancing.
//
// A rebalance begins when somebody joins, leaves or times out, and is over when every member has
// joined it: then the generation rises, and offsets of an older generation are refused. Partitions
// stay where they are as far as shares allow; one that has to move is given to nobody until its
// owner has joined again without it. A static member that comes back within the session time-out
// gets its partitions without a rebalance, and the one before it is fenced. Thread-compatible.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sim/sim_process.h"

namespace lagesbild::sim {

class SimGroups {
 public:
  using MemberId = int64_t;  // never reused; 0 is none
  using Partitions = std::set<stream::TopicPartition>;

  struct Options {
    absl::Duration session_timeout = absl::Seconds(6);
  };
  SimGroups(Options options, const SimTime& time) : options_(options), time_(time) {}

  MemberId Join(const std::string& group, const std::string& instance_id, const Partitions& wanted);

  enum class Standing { kMember, kUnknown, kFenced };
  // A sign of life; joins a rebalance that is on, with what the member owns, if it `may`.
  Standing Heartbeat(const std::string& group, MemberId member, const Partitions& owned, bool may);
  // What the member gave back is free: it joins again.
  void Rejoin(const std::string& group, MemberId member, const Partitions& owned);

  // The generation and what is assigned in it, once the member has joined and all others have;
  // nullptr: not yet.
  struct Assignment {
    int64_t generation = 0;
    Partitions partitions;
  };
  const Assignment* Sync(const std::string& group, MemberId member) const;

  // What offsets are checked against. Aborted: not a member now, or of another generation.
  // FailedPrecondition: fenced by one with the same instance id.
  Status Check(const std::string& group, MemberId member, int64_t generation) const;

  // A dynamic member goes at once; a static one keeps its place until the session time-out.
  void Leave(const std::string& group, MemberId member);
  // Gives its place up at once, a static one too.
  void LeaveForGood(const std::string& group, MemberId member);
  // Who has what; `self` is that member.
  stream::GroupView View(const std::string& group, MemberId self) const;
  // As a session time-out does it, to a member that is well. Which: of all that there are.
  void Expel(uint64_t which);
  // Begins a rebalance for no reason.
  void Rebalance(const std::string& group);
  // The coordinator has moved: sessions begin anew.
  void Moved();

  void Tick();  // session time-outs

  // "group: member (instance) → partitions", for a person.
  std::vector<std::string> Describe() const;

 private:
  struct Member {
    std::string instance_id;
    Partitions wanted, claimed;
    bool joined = true;  // the rebalance that is on
    Assignment assignment;
    absl::Duration seen_at;
  };
  struct Group {
    int64_t generation = 0;
    bool rebalancing = false;
    std::map<MemberId, Member> members;
    std::map<std::string, MemberId> instances;
    std::set<MemberId> fenced;
  };
  void Begin(Group& group);
  void CompleteIfAllJoined(Group& group);
  void Remove(Group& group, MemberId member);
  static void Assign(Group& group);

  const Options options_;
  const SimTime& time_;
  std::map<std::string, Group> groups_;
  MemberId last_member_ = 0;
};

}  // namespace lagesbild::sim
