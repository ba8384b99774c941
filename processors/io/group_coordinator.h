// GroupCoordinator: consumer groups of a log that lives in this process, as a broker's coordinator
// would run them.
//
// Members join over a list of partitions; partitions are spread evenly and stay where they are when
// they can (cooperative-sticky). One that has to move is asked back first (kRevoked) and given away
// when its owner has Released it. Used by io/memory_log and io/embedded_log. Thread-compatible: the
// log locks it.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "stream/ports.h"

namespace lagesbild::io {

class GroupCoordinator {
 public:
  using MemberId = int64_t;  // never reused; 0 is none

  // A member with the instance id of an earlier one takes its place and its partitions at once; the
  // earlier one is fenced.
  MemberId Join(const std::string& group, const std::string& instance_id,
                const std::vector<stream::TopicPartition>& partitions);
  void Leave(const std::string& group, MemberId member);
  void ExpelAll(const std::string& group);

  enum class Standing { kMember, kExpelled, kFenced };
  Standing StandingOf(const std::string& group, MemberId member) const;

  // What the member must be told now; told once.
  std::vector<stream::GroupEvent> TakeEvents(const std::string& group, MemberId member);
  bool HasEvents(const std::string& group, MemberId member) const;
  void Released(const std::string& group, MemberId member, const stream::TopicPartition& at);

 private:
  struct Member {
    std::string instance_id;
    std::set<stream::TopicPartition> wanted;                   // what it subscribed to
    std::set<stream::TopicPartition> owned;                    // told or not
    std::set<stream::TopicPartition> revoking;                 // part of owned: asked back
    std::vector<stream::TopicPartition> to_assign, to_revoke;  // not yet told
    size_t kept() const;                                       // owned and not asked back
  };
  struct Group {
    std::map<MemberId, Member> members;
    std::map<std::string, MemberId> instances;
    std::set<MemberId> fenced;
  };
  static void ShrinkTo(size_t share, Member& member, std::set<stream::TopicPartition>& taken);
  static void Rebalance(Group& group);

  std::map<std::string, Group> groups_;
  MemberId last_member_ = 0;
};

}  // namespace lagesbild::io
