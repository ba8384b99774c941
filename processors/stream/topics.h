// The topics of a deployment by their full names, and how many partitions they have
// (design/interfaces.md, Topics).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/log_record.h"
#include "base/settings.h"
#include "stream/ports.h"

namespace lagesbild::stream {

// A topic that partners write to. The short name is what dead letters and sources.yaml say:
// "incidents" for safety.incidents.v1.
struct RawTopic {
  std::string name;
  std::string short_name;
  Channel channel = Channel::kIncidents;
};

struct Topics {
  std::vector<RawTopic> raw;
  std::string picture_log, aggregates, alerts, dead_letters, changelog, lease;
};

// incidents, tips, commands, and the own topics of the sources, each <prefix><short name>.v1;
// changelog and lease behind the group, for two deployments on one cluster must never share them.
// As schemas/topics.yaml says (a test compares).
Topics MakeTopics(const std::string& prefix, const Settings& settings,
                  const std::string& group = "lagesbild");

struct PartitionCounts {
  int32_t picture_log = 0, aggregates = 0, alerts = 0, dead_letters = 0;
  std::vector<int32_t> raw;  // as Topics::raw
};

// Asks the log. NotFound or FailedPrecondition, with the command that mends it: a topic that is
// missing, a changelog that has not as many partitions as the log, a lease that has not one.
StatusOr<PartitionCounts> CountPartitions(Log& log, const Topics& topics);

// Creates the topics that are missing, with their retention; for logs that nobody else looks after
// (the embedded one).
struct NewTopics {
  int32_t partitions = 1;  // of the picture log, the changelog and the outputs
  int32_t raw_partitions = 1;
  int64_t picture_log_retention_ms = 0;  // ≥ longest window + grace + 24 h
};
Status CreateMissingTopics(Log& log, const Topics& topics, const NewTopics& options);

}  // namespace lagesbild::stream
