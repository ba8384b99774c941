// Reset: has the picture of a group begin anew from its log.
//
// It is an ordinary commit of the protocol (architecture §4): in one transaction every row of the
// changelog is deleted, META says the next commit number with no rows and the log's beginning as
// its next offset, and the group's offsets say the same. So group, changelog and every store, on
// this machine and on any other, agree after it, whatever dies on the way: a store is at an earlier
// commit, and the next start brings it forward as after any restart. Where the log no longer begins
// with a configuration, the one in force and the sources stay.
//
//   Plan (reads) ─▶ Carry: join the group, all its partitions or none ─▶ one transaction
// Never touched: the topics that partners write to, the picture log, intake's offsets, alerts,
// aggregates, dead letters. Thread-compatible.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "app/config/config.h"
#include "io/kafka_log.h"
#include "stream/meta.h"
#include "stream/ports.h"
#include "stream/topics.h"

namespace lagesbild::app {

struct ResetPartition {
  int32_t partition = 0;
  int64_t committed_offset = stream::kFromBeginning;
  std::string committed_metadata;
  uint64_t group_seq = 0, changelog_seq = 0, store_seq = 0;
  bool store_here = false;
  int64_t log_begin = 0, log_end = 0;
  std::map<std::string, std::string> rows;  // of the changelog
  std::map<std::string, std::string> seed;  // of these, what stays
  // Later than any that a store, the changelog or the group knows.
  uint64_t next_seq() const;
};

struct ResetPlan {
  std::vector<std::string> members;  // of the group, as the broker knows them
  std::vector<ResetPartition> partitions;
};

class Reset {
 public:
  // Borrowed; `kafka` null: an embedded log, which nobody else has while we hold it.
  Reset(const Config& config, stream::Log& log, io::KafkaLog* kafka);

  // Reads only.
  StatusOr<ResetPlan> Plan();
  // FailedPrecondition: the group has members, or has moved on since the plan.
  Status Carry(const ResetPlan& plan);

 private:
  Status PlanPartition(ResetPartition& at);
  StatusOr<std::vector<stream::CommittedOffset>> Committed(stream::Consumer& consumer) const;
  Status JoinAlone(stream::Consumer& member) const;
  Status Write(const ResetPlan& plan, stream::Consumer& member, stream::TransactionalSink& sink);

  const Config& config_;
  stream::Log& log_;
  io::KafkaLog* const kafka_;
  const stream::Topics topics_;
  std::vector<stream::TopicPartition> at_;  // of the picture log
};

}  // namespace lagesbild::app
