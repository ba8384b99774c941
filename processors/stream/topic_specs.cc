#include "stream/topic_specs.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <string_view>

namespace lagesbild::stream {
namespace {

std::set<std::string> Members(std::string_view list) {
  std::set<std::string> members;
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    std::string_view member = list.substr(0, comma);
    while (member.starts_with(' ')) member.remove_prefix(1);
    while (member.ends_with(' ')) member.remove_suffix(1);
    if (!member.empty()) members.emplace(member);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return members;
}

std::optional<int64_t> Number(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool Holds(const ConfigRule& rule, const std::string& value) {
  switch (rule.must) {
    case ConfigRule::Must::kCreate:
      return true;
    case ConfigRule::Must::kEqual:
      return Members(rule.value) == Members(value);
    case ConfigRule::Must::kAtLeast: {
      const std::optional<int64_t> least = Number(rule.value), is = Number(value);
      return is == -1 || (is.has_value() && least.has_value() && least != -1 && *is >= *least);
    }
  }
  return false;
}

using Described = std::map<std::string, TopicInfo>;

StatusOr<Described> DescribeAll(Log& log, const std::vector<TopicSpec>& specs) {
  std::vector<std::string> names;
  for (const TopicSpec& spec : specs) names.push_back(spec.name);
  LB_ASSIGN_OR_RETURN(std::vector<TopicInfo> existing, log.DescribeExisting(names));
  Described all;
  for (TopicInfo& info : existing) all.emplace(info.name, std::move(info));
  return all;
}

// How many partitions the log has: what the first topic of that rule has that is there, else what
// is asked for.
int32_t LogPartitions(const std::vector<TopicSpec>& specs, const Described& described) {
  int32_t asked = 1;
  for (const TopicSpec& spec : specs) {
    if (spec.rule != PartitionRule::kLog) continue;
    if (auto it = described.find(spec.name); it != described.end()) return it->second.partitions;
    asked = spec.partitions;
  }
  return asked;
}

std::string Partitions(int32_t count) {
  return std::to_string(count) + (count == 1 ? " partition" : " partitions");
}

void ComparePartitions(const TopicSpec& spec, const TopicInfo& info, int32_t log_partitions,
                       TopicPlan& plan) {
  const std::string has = "has " + Partitions(info.partitions);
  if (spec.rule == PartitionRule::kAny) {
    if (spec.partitions_asked && info.partitions != spec.partitions) {
      plan.problems.push_back(
          {spec.name, has + ", asked for are " + std::to_string(spec.partitions),
           "leave the flag out, or change the topic with the broker's own tools"});
    }
    return;
  }
  if (spec.rule == PartitionRule::kLog && spec.partitions_asked &&
      log_partitions != spec.partitions) {
    plan.problems.push_back({spec.name, has + ", asked for are " + std::to_string(spec.partitions),
                             "the count is fixed once chosen; leave the flag out, or begin anew "
                             "with another topics.prefix"});
    return;
  }
  const int32_t wanted = spec.rule == PartitionRule::kLog ? log_partitions : spec.partitions;
  if (info.partitions == wanted) return;
  plan.problems.push_back({spec.name, has + ", must have " + std::to_string(wanted),
                           spec.rule == PartitionRule::kLog
                               ? "a count cannot be changed without losing the order; delete the "
                                 "topic if nothing in it is needed, then "
                                 "`lagesbild topics apply`"
                               : "delete the topic, it is empty, then `lagesbild topics apply`"});
}

void CompareConfig(const TopicSpec& spec, const TopicInfo& info, TopicPlan& plan) {
  if (info.config.empty()) return;
  for (const ConfigRule& rule : spec.config) {
    const auto it = std::find_if(info.config.begin(), info.config.end(),
                                 [&](const auto& each) { return each.first == rule.name; });
    const std::string value = it == info.config.end() ? "" : it->second;
    if (!Holds(rule, value)) plan.configure.push_back({spec.name, rule.name, value, rule.value});
  }
}

}  // namespace

StatusOr<TopicPlan> PlanTopics(Log& log, const std::vector<TopicSpec>& specs) {
  LB_ASSIGN_OR_RETURN(const Described described, DescribeAll(log, specs));
  const int32_t log_partitions = LogPartitions(specs, described);
  TopicPlan plan;
  for (const TopicSpec& spec : specs) {
    const auto it = described.find(spec.name);
    if (it != described.end()) {
      ComparePartitions(spec, it->second, log_partitions, plan);
      CompareConfig(spec, it->second, plan);
      continue;
    }
    TopicInfo info;
    info.name = spec.name;
    info.partitions = spec.rule == PartitionRule::kLog ? log_partitions : spec.partitions;
    for (const ConfigRule& rule : spec.config) info.config.emplace_back(rule.name, rule.value);
    plan.create.push_back(std::move(info));
  }
  return plan;
}

std::vector<std::string> PlanSentences(const TopicPlan& plan) {
  std::vector<std::string> sentences;
  for (const TopicInfo& topic : plan.create) {
    sentences.push_back("topic " + topic.name + " is missing; `lagesbild topics apply` creates it");
  }
  for (const TopicChange& change : plan.configure) {
    sentences.push_back("topic " + change.topic + ": " + change.property + " is " +
                        (change.from.empty() ? "not set" : change.from) + ", must be " + change.to +
                        "; `lagesbild topics apply` sets it");
  }
  for (const TopicProblem& problem : plan.problems) {
    sentences.push_back("topic " + problem.topic + " " + problem.what + "; " + problem.mend);
  }
  return sentences;
}

StatusOr<std::vector<std::string>> CheckTopics(Log& log, const std::vector<TopicSpec>& specs) {
  LB_ASSIGN_OR_RETURN(const TopicPlan plan, PlanTopics(log, specs));
  return PlanSentences(plan);
}

}  // namespace lagesbild::stream
