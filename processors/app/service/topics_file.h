// The topics of a deployment as schemas/topics.yaml says they must be, with the deployment's own
// words put in: prefix, group, clock, retention of the log, the sources' own topics.
//
// The file is built into the program; partners and operators read the copy in schemas/. In: the
// text and TopicsOptions. Out: one stream::TopicSpec a topic, in the order of the file. Rule of
// each key: schemas/topics.yaml.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "app/config/config.h"
#include "stream/topic_specs.h"

namespace lagesbild::app {

extern const std::string_view kTopicsYaml;  // schemas/topics.yaml, generated at build time

struct TopicsOptions {
  std::string prefix = "safety.";
  std::string group = "lagesbild";
  ClockMode clock = ClockMode::kWall;
  int64_t log_retention_ms = 0;  // longest window + grace + 24 h
  std::vector<std::string>
      source_topics;           // short names of sources' own topics: "incidents-polisen"
  int32_t log_partitions = 0;  // 0: as the file says
  int32_t raw_partitions = 0;
};
TopicsOptions TopicsOptionsOf(const LoadedConfig& loaded);

// InvalidArgument: `name:line: what`, for a file that somebody has edited.
StatusOr<std::vector<stream::TopicSpec>> ReadTopics(std::string_view text, const std::string& name,
                                                    const TopicsOptions& options);

}  // namespace lagesbild::app
