#include "app/service/topics_file.h"

#include <algorithm>

#include "app/config/diagnostics.h"
#include "app/config/yaml.h"
#include "app/config/yaml_reader.h"
#include "base/time.h"

namespace lagesbild::app {
namespace {

using stream::ConfigRule;
using stream::PartitionRule;
using stream::TopicSpec;

constexpr int64_t kPartitionsMax = 10'000;
constexpr std::string_view kLogRetention = "at-least-the-log";

// "7d" as the broker's milliseconds; other values as they are.
std::string ConfigValue(const std::string& text) {
  const std::optional<int64_t> duration = ParseDurationMs(text);
  return duration.has_value() ? std::to_string(*duration) : text;
}

class TopicsReader {
 public:
  TopicsReader(const TopicsOptions& options, const std::string& name, Diagnostics& diagnostics)
      : options_(options), name_(name), diagnostics_(diagnostics) {}

  std::vector<TopicSpec> Read(const Yaml& root) {
    MapReader reader(root, name_, diagnostics_);
    reader.Integer("version", 1, 1, 1);
    if (const Yaml* defaults = reader.Required("defaults")) ReadDefaults(*defaults);
    std::vector<TopicSpec> specs;
    const Yaml* topics = reader.Required("topics");
    for (size_t i = 0; topics != nullptr && i < topics->children.size(); ++i) {
      specs.push_back(ReadTopic(topics->children[i]));
    }
    reader.Finish();
    return specs;
  }

 private:
  void ReadDefaults(const Yaml& map) {
    MapReader reader(map, name_, diagnostics_);
    log_partitions_ = static_cast<int32_t>(reader.Integer("log_partitions", 1, 1, kPartitionsMax));
    raw_partitions_ = static_cast<int32_t>(reader.Integer("raw_partitions", 1, 1, kPartitionsMax));
    reader.Finish();
  }

  TopicSpec ReadTopic(const Yaml& map) {
    MapReader reader(map, name_, diagnostics_);
    TopicSpec spec;
    spec.role = map.key;
    const std::string of_prefix = reader.Text("of_prefix"), of_group = reader.Text("of_group");
    if (of_prefix.empty() == of_group.empty())
      reader.Error(nullptr, "of_prefix or of_group is needed, not both");
    spec.name = of_group.empty() ? options_.prefix + of_prefix : options_.group + of_group;
    // For readers of the file and for asyncapi.yaml.
    for (const char* key : {"use", "summary", "key", "message"}) reader.RequiredText(key);
    reader.Take("formats");
    ReadPartitions(reader, spec);
    spec.config.push_back(
        {.name = "cleanup.policy",
         .value = reader.Choice("cleanup", {"delete", "compact", "compact,delete"}, "delete")});
    const bool append = reader.Choice("timestamps", {"append", "record"}, "record") == "append";
    const bool backtest = append && options_.clock == ClockMode::kRecords;
    spec.config.push_back({.name = "message.timestamp.type",
                           .value = append && !backtest ? "LogAppendTime" : "CreateTime"});
    ReadRetention(reader, backtest, spec);
    if (const Yaml* config = reader.Take("config")) {
      for (const Yaml& each : config->children) {
        spec.config.push_back(
            {.name = each.key, .value = ConfigValue(each.text), .must = ConfigRule::Must::kCreate});
      }
    }
    reader.Finish();
    return spec;
  }

  void ReadPartitions(MapReader& reader, TopicSpec& spec) {
    const std::string text = reader.RequiredText("partitions");
    if (text == "any") {
      spec.rule = PartitionRule::kAny;
      spec.partitions = options_.raw_partitions > 0 ? options_.raw_partitions : raw_partitions_;
      spec.partitions_asked = options_.raw_partitions > 0;
    } else if (text == "log") {
      spec.rule = PartitionRule::kLog;
      spec.partitions = options_.log_partitions > 0 ? options_.log_partitions : log_partitions_;
      spec.partitions_asked = options_.log_partitions > 0;
    } else {
      spec.rule = PartitionRule::kFixed;
      spec.partitions = static_cast<int32_t>(reader.Integer("partitions", 1, 1, kPartitionsMax));
    }
  }

  void ReadRetention(MapReader& reader, bool backtest, TopicSpec& spec) {
    if (!reader.Has("retention")) return;
    const bool of_log = reader.Text("retention") == kLogRetention;
    if (backtest) {
      // The broker counts from the records' own times: a recorded year would be gone in minutes.
      spec.config.push_back(
          {.name = "retention.ms", .value = "-1", .must = ConfigRule::Must::kAtLeast});
      return;
    }
    if (of_log) {
      spec.config.push_back({.name = "retention.ms",
                             .value = std::to_string(options_.log_retention_ms),
                             .must = ConfigRule::Must::kAtLeast});
      return;
    }
    spec.config.push_back({.name = "retention.ms",
                           .value = std::to_string(reader.DurationMs("retention", 0)),
                           .must = ConfigRule::Must::kCreate});
  }

  const TopicsOptions& options_;
  const std::string& name_;
  Diagnostics& diagnostics_;
  int32_t log_partitions_ = 1, raw_partitions_ = 1;
};

// A source's own topic is made and judged as incidents are.
void AddSourceTopics(const TopicsOptions& options, std::vector<TopicSpec>& specs) {
  const auto incidents = std::find_if(
      specs.begin(), specs.end(), [](const TopicSpec& spec) { return spec.role == "incidents"; });
  if (incidents == specs.end()) return;
  const TopicSpec like = *incidents;
  for (const std::string& short_name : options.source_topics) {
    TopicSpec spec = like;
    spec.name = options.prefix + short_name + ".v1";
    const bool there = std::any_of(specs.begin(), specs.end(),
                                   [&](const TopicSpec& each) { return each.name == spec.name; });
    if (!there) specs.push_back(std::move(spec));
  }
}

}  // namespace

TopicsOptions TopicsOptionsOf(const LoadedConfig& loaded) {
  TopicsOptions options;
  options.prefix = loaded.config.topics_prefix;
  options.group = loaded.config.group;
  options.clock = loaded.config.clock;
  options.log_retention_ms =
      loaded.settings.longest_window_ms() + loaded.settings.grace_ms + kDayMs;
  for (const Source& source : loaded.settings.sources) {
    if (!source.topic.empty()) options.source_topics.push_back(source.topic);
  }
  return options;
}

StatusOr<std::vector<TopicSpec>> ReadTopics(std::string_view text, const std::string& name,
                                            const TopicsOptions& options) {
  LB_ASSIGN_OR_RETURN(const Yaml root, ParseYaml(text, name));
  Diagnostics diagnostics;
  std::vector<TopicSpec> specs = TopicsReader(options, name, diagnostics).Read(root);
  LB_RETURN_IF_ERROR(diagnostics.ToStatus());
  AddSourceTopics(options, specs);
  return specs;
}

}  // namespace lagesbild::app
