// What the topics of a deployment must be like, and what is wrong with those that a log has.
//
//   schemas/topics.yaml ─▶ app/topics_file ─▶ TopicSpec… ─┐
//   Log::DescribeExisting ────────────────────────────────┴▶ PlanTopics ─▶ create, configure,
//   problems
// `lagesbild topics` prints and carries out the plan; start-up refuses while CheckTopics finds
// anything. Nothing here changes a log. Thread-compatible.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "stream/ports.h"

namespace lagesbild::stream {

enum class PartitionRule : uint8_t {
  kAny,    // any count; `partitions` where it has to be made
  kLog,    // as the picture log; `partitions` where none of those is there yet
  kFixed,  // `partitions`
};

// A property that a topic must have, by the broker's name for it.
struct ConfigRule {
  enum class Must : uint8_t {
    kEqual,    // or, of a list ("compact,delete"), have the same members
    kAtLeast,  // a number, -1 for without end
    kCreate,   // is set where the topic is made; later it is the operator's
  };
  std::string name, value;
  Must must = Must::kEqual;
};

struct TopicSpec {
  std::string role;  // its key in topics.yaml: "incidents", "picture-log"; a source's own topic:
                     // "incidents"
  std::string name;  // in full
  PartitionRule rule = PartitionRule::kAny;
  int32_t partitions = 1;
  bool partitions_asked =
      false;  // by a flag: another count is a problem, even where the rule would allow it
  std::vector<ConfigRule> config;
};

struct TopicChange {
  std::string topic, property, from, to;
};

// Something that `topics apply` cannot mend.
struct TopicProblem {
  std::string topic, what, mend;
};

struct TopicPlan {
  std::vector<TopicInfo> create;
  std::vector<TopicChange> configure;
  std::vector<TopicProblem> problems;
  bool nothing_to_do() const { return create.empty() && configure.empty() && problems.empty(); }
};

// Compares; in the order of `specs`. Errors are those of Log::DescribeExisting. A log that
// tells no configuration (in memory, embedded) is held to the partition counts only.
StatusOr<TopicPlan> PlanTopics(Log& log, const std::vector<TopicSpec>& specs);

// One sentence each, naming the topic and what mends it; empty: the topics are as they must be.
std::vector<std::string> PlanSentences(const TopicPlan& plan);
StatusOr<std::vector<std::string>> CheckTopics(Log& log, const std::vector<TopicSpec>& specs);

}  // namespace lagesbild::stream
