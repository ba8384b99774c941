#include "stream/topics.h"

#include <algorithm>
#include <map>

#include "base/time.h"

namespace lagesbild::stream {
namespace {

// Partitions of each, by name. NotFound: one of them does not exist.
StatusOr<std::map<std::string, int32_t>> CountAll(Log& log,
                                                  const std::vector<std::string>& topics) {
  LB_ASSIGN_OR_RETURN(const std::vector<TopicInfo> existing, log.DescribeExisting(topics));
  std::map<std::string, int32_t> counts;
  for (const TopicInfo& info : existing) counts[info.name] = info.partitions;
  for (const std::string& topic : topics) {
    if (counts.contains(topic)) continue;
    return NotFound("topic " + topic + " is missing; `lagesbild topics apply` creates it");
  }
  return counts;
}

}  // namespace

Topics MakeTopics(const std::string& prefix, const Settings& settings, const std::string& group) {
  const auto name = [&](const std::string& short_name) { return prefix + short_name + ".v1"; };
  Topics topics;
  const auto add = [&](const std::string& short_name, Channel channel) {
    const auto same = [&](const RawTopic& t) { return t.short_name == short_name; };
    if (std::any_of(topics.raw.begin(), topics.raw.end(), same)) return;
    topics.raw.push_back({name(short_name), short_name, channel});
  };
  add("incidents", Channel::kIncidents);
  add("tips", Channel::kTips);
  add("commands", Channel::kCommands);
  for (const Source& source : settings.sources) {
    if (!source.topic.empty()) add(source.topic, Channel::kIncidents);
  }
  topics.picture_log = name("picture-log");
  topics.aggregates = name("area-aggregates");
  topics.alerts = name("alerts");
  topics.dead_letters = name("dead-letters");
  topics.changelog = group + "-picture-changelog";
  topics.lease = group + "-intake-lease";
  return topics;
}

StatusOr<PartitionCounts> CountPartitions(Log& log, const Topics& topics) {
  std::vector<std::string> names = {topics.picture_log,  topics.aggregates, topics.alerts,
                                    topics.dead_letters, topics.changelog,  topics.lease};
  for (const RawTopic& raw : topics.raw) names.push_back(raw.name);
  LB_ASSIGN_OR_RETURN(const auto partitions, CountAll(log, names));
  PartitionCounts counts;
  counts.picture_log = partitions.at(topics.picture_log);
  counts.aggregates = partitions.at(topics.aggregates);
  counts.alerts = partitions.at(topics.alerts);
  counts.dead_letters = partitions.at(topics.dead_letters);
  for (const RawTopic& raw : topics.raw) counts.raw.push_back(partitions.at(raw.name));
  const int32_t changelog = partitions.at(topics.changelog), lease = partitions.at(topics.lease);
  if (changelog != counts.picture_log) {
    return FailedPrecondition("topic " + topics.changelog + " has " + std::to_string(changelog) +
                              " partitions, " + topics.picture_log + " has " +
                              std::to_string(counts.picture_log) +
                              "; they must be equal; see `lagesbild topics check`");
  }
  if (lease != 1) {
    return FailedPrecondition("topic " + topics.lease + " must have one partition, it has " +
                              std::to_string(lease) + "; see `lagesbild topics check`");
  }
  return counts;
}

Status CreateMissingTopics(Log& log, const Topics& topics, const NewTopics& options) {
  const auto create = [&](const std::string& name, int32_t partitions, const std::string& policy,
                          int64_t retention_ms) -> Status {
    TopicInfo info;
    info.name = name;
    info.partitions = partitions;
    info.config.emplace_back("cleanup.policy", policy);
    if (retention_ms > 0) info.config.emplace_back("retention.ms", std::to_string(retention_ms));
    const Status status = log.CreateTopic(info);
    return absl::IsAlreadyExists(status) ? absl::OkStatus() : status;
  };
  for (const RawTopic& raw : topics.raw) {
    const int64_t days = raw.channel == Channel::kCommands ? 90 : 7;
    LB_RETURN_IF_ERROR(create(raw.name, options.raw_partitions, "delete", days * kDayMs));
  }
  LB_RETURN_IF_ERROR(
      create(topics.picture_log, options.partitions, "delete", options.picture_log_retention_ms));
  LB_RETURN_IF_ERROR(create(topics.aggregates, options.partitions, "compact", 0));
  LB_RETURN_IF_ERROR(create(topics.alerts, options.partitions, "delete", 90 * kDayMs));
  LB_RETURN_IF_ERROR(create(topics.dead_letters, options.partitions, "delete", 30 * kDayMs));
  LB_RETURN_IF_ERROR(create(topics.changelog, options.partitions, "compact", 0));
  return create(topics.lease, 1, "delete", 0);
}

}  // namespace lagesbild::stream
