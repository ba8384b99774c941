#include "app/service/topics_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/time.h"
#include "stream/topics.h"

namespace lagesbild::app {
namespace {

using stream::PartitionRule;
using stream::TopicSpec;
using testing::HasSubstr;

std::vector<TopicSpec> Specs(const TopicsOptions& options = {}) {
  auto specs = ReadTopics(kTopicsYaml, "topics.yaml", options);
  EXPECT_TRUE(specs.ok()) << specs.status();
  return specs.ok() ? *std::move(specs) : std::vector<TopicSpec>();
}

const TopicSpec& Spec(const std::vector<TopicSpec>& specs, const std::string& name) {
  const auto it =
      std::find_if(specs.begin(), specs.end(), [&](const TopicSpec& s) { return s.name == name; });
  EXPECT_NE(it, specs.end()) << name;
  return it == specs.end() ? specs.front() : *it;
}

std::string Config(const TopicSpec& spec, const std::string& property) {
  for (const auto& rule : spec.config) {
    if (rule.name == property) return rule.value;
  }
  return "(none)";
}

TEST(TopicsFile, NamesAreThoseThatTheEngineUses) {
  Settings settings;
  settings.sources.push_back({.org = "polisen", .topic = "incidents-polisen"});
  const stream::Topics topics = stream::MakeTopics("p.", settings, "g");
  const auto specs = Specs({.prefix = "p.", .group = "g", .source_topics = {"incidents-polisen"}});
  std::vector<std::string> names, wanted = {topics.picture_log,  topics.aggregates, topics.alerts,
                                            topics.dead_letters, topics.changelog,  topics.lease};
  for (const auto& raw : topics.raw) wanted.push_back(raw.name);
  for (const TopicSpec& spec : specs) names.push_back(spec.name);
  EXPECT_THAT(names, testing::UnorderedElementsAreArray(wanted));
}

TEST(TopicsFile, RawTopicsAreStampedByTheBrokerButInABacktest) {
  EXPECT_EQ(Config(Spec(Specs(), "safety.tips.v1"), "message.timestamp.type"), "LogAppendTime");
  EXPECT_EQ(Config(Spec(Specs(), "safety.tips.v1"), "retention.ms"), std::to_string(7 * kDayMs));
  const auto backtest = Specs({.clock = ClockMode::kRecords});
  // By the records' own times a broker would throw a recorded year away at once.
  EXPECT_EQ(Config(Spec(backtest, "safety.tips.v1"), "retention.ms"), "-1");
  EXPECT_EQ(Config(Spec(backtest, "safety.tips.v1"), "message.timestamp.type"), "CreateTime");
  EXPECT_EQ(Config(Spec(Specs(), "safety.alerts.v1"), "message.timestamp.type"), "CreateTime");
}

TEST(TopicsFile, TheLogIsKeptAsLongAsAPictureCanNeedIt) {
  const auto specs = Specs({.log_retention_ms = 36 * kDayMs});
  EXPECT_EQ(Config(Spec(specs, "safety.picture-log.v1"), "retention.ms"),
            std::to_string(36 * kDayMs));
}

TEST(TopicsFile, PartitionsComeFromTheFileOrTheFlags) {
  const auto specs = Specs({.log_partitions = 12});
  EXPECT_EQ(Spec(specs, "safety.picture-log.v1").partitions, 12);
  EXPECT_TRUE(Spec(specs, "lagesbild-picture-changelog").partitions_asked);
  EXPECT_EQ(Spec(specs, "lagesbild-picture-changelog").rule, PartitionRule::kLog);
  EXPECT_FALSE(Spec(specs, "safety.incidents.v1").partitions_asked);
  EXPECT_EQ(Spec(specs, "lagesbild-intake-lease").rule, PartitionRule::kFixed);
  EXPECT_EQ(Spec(specs, "lagesbild-intake-lease").partitions, 1);
}

TEST(TopicsFile, AMistakeIsNamedWithItsLine) {
  auto specs = ReadTopics(
      "version: 1\ndefaults: {log_partitions: 1, raw_partitions: 1}\ntopics:\n  a:\n    "
      "of_prefixx: b\n",
      "topics.yaml", {});
  ASSERT_TRUE(absl::IsInvalidArgument(specs.status()));
  EXPECT_THAT(specs.status().ToString(), HasSubstr("topics.yaml:5"));
}

}  // namespace
}  // namespace lagesbild::app
