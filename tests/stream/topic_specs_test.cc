#include "stream/topic_specs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace lagesbild::stream {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// A log that has topics and nothing else.
class TopicsOnly : public Log {
 public:
  void Has(const std::string& name, int32_t partitions,
           std::vector<std::pair<std::string, std::string>> config = {
               {"cleanup.policy", "delete"}}) {
    topics_[name] = {.name = name, .partitions = partitions, .config = std::move(config)};
  }
  void GoAway() { away_ = true; }

  StatusOr<TopicInfo> Describe(const std::string& topic) override {
    if (away_) return Unavailable("away");
    auto it = topics_.find(topic);
    if (it == topics_.end()) return NotFound(topic);
    return it->second;
  }
  Status CreateTopic(const TopicInfo&) override { return Internal("a plan changes nothing"); }
  StatusOr<std::unique_ptr<Consumer>> OpenConsumer(const ConsumerOptions&) override {
    return Internal("no");
  }
  StatusOr<std::unique_ptr<TransactionalSink>> OpenSink(const std::string&) override {
    return Internal("no");
  }

 private:
  std::map<std::string, TopicInfo> topics_;
  bool away_ = false;
};

TopicSpec Raw(const std::string& name) {
  return {.role = "incidents",
          .name = name,
          .rule = PartitionRule::kAny,
          .partitions = 4,
          .config = {{.name = "cleanup.policy", .value = "delete"}}};
}

TopicSpec OfLog(const std::string& name, int32_t partitions = 6) {
  TopicSpec spec = Raw(name);
  spec.rule = PartitionRule::kLog;
  spec.partitions = partitions;
  return spec;
}

TopicPlan Plan(Log& log, const std::vector<TopicSpec>& specs) {
  auto plan = PlanTopics(log, specs);
  EXPECT_TRUE(plan.ok()) << plan.status();
  return *std::move(plan);
}

TEST(TopicSpecs, FromNothingAllIsCreatedWithItsConfiguration) {
  TopicsOnly log;
  const TopicPlan plan = Plan(log, {Raw("in"), OfLog("log"), OfLog("changelog")});
  ASSERT_THAT(plan.create, SizeIs(3));
  EXPECT_EQ(plan.create[0].partitions, 4);
  EXPECT_EQ(plan.create[1].partitions, 6);
  EXPECT_THAT(plan.create[1].config, ElementsAre(testing::Pair("cleanup.policy", "delete")));
  EXPECT_FALSE(plan.nothing_to_do());
  EXPECT_THAT(PlanSentences(plan)[0], HasSubstr("`lagesbild topics apply`"));
}

TEST(TopicSpecs, WhatIsThereAndRightIsLeftAlone) {
  TopicsOnly log;
  log.Has("in", 9);
  log.Has("log", 3);
  log.Has("changelog", 3);
  EXPECT_TRUE(Plan(log, {Raw("in"), OfLog("log"), OfLog("changelog")}).nothing_to_do());
}

TEST(TopicSpecs, AMissingTopicOfTheLogIsMadeAsLargeAsTheLogIs) {
  TopicsOnly log;
  log.Has("log", 3);
  const TopicPlan plan = Plan(log, {OfLog("log"), OfLog("changelog")});
  ASSERT_THAT(plan.create, SizeIs(1));
  EXPECT_EQ(plan.create[0].partitions, 3);
}

TEST(TopicSpecs, AChangelogThatDiffersFromTheLogIsAProblemThatNothingMends) {
  TopicsOnly log;
  log.Has("log", 3);
  log.Has("changelog", 4);
  const TopicPlan plan = Plan(log, {OfLog("log"), OfLog("changelog")});
  ASSERT_THAT(plan.problems, SizeIs(1));
  EXPECT_EQ(plan.problems[0].topic, "changelog");
  EXPECT_THAT(plan.problems[0].what, HasSubstr("must have 3"));
}

TEST(TopicSpecs, AskingForAnotherCountThanWasChosenIsRefused) {
  TopicsOnly log;
  log.Has("log", 3);
  log.Has("in", 4);
  TopicSpec asked = OfLog("log", 8), raw = Raw("in");
  asked.partitions_asked = true;
  raw.partitions_asked = true;
  const TopicPlan plan = Plan(log, {raw, asked});
  ASSERT_THAT(plan.problems, SizeIs(1));
  EXPECT_EQ(plan.problems[0].topic, "log");
  EXPECT_THAT(plan.problems[0].mend, HasSubstr("fixed once chosen"));
}

TEST(TopicSpecs, AFixedCountIsHeld) {
  TopicsOnly log;
  log.Has("lease", 2);
  TopicSpec lease = Raw("lease");
  lease.rule = PartitionRule::kFixed;
  lease.partitions = 1;
  EXPECT_THAT(Plan(log, {lease}).problems, SizeIs(1));
}

TEST(TopicSpecs, AnotherCleanupPolicyIsChangedAndItsListHasNoOrder) {
  TopicsOnly log;
  log.Has("a", 1, {{"cleanup.policy", "delete,compact"}});
  log.Has("b", 1, {{"cleanup.policy", "compact"}});
  TopicSpec a = Raw("a"), b = Raw("b");
  a.config[0].value = b.config[0].value = "compact,delete";
  const TopicPlan plan = Plan(log, {a, b});
  ASSERT_THAT(plan.configure, SizeIs(1));
  EXPECT_EQ(plan.configure[0].topic, "b");
  EXPECT_EQ(plan.configure[0].from, "compact");
  EXPECT_EQ(plan.configure[0].to, "compact,delete");
}

TEST(TopicSpecs, ALeastRetentionMayBeMoreOrWithoutEnd) {
  TopicsOnly log;
  log.Has("short", 1, {{"retention.ms", "99"}});
  log.Has("long", 1, {{"retention.ms", "101"}});
  log.Has("endless", 1, {{"retention.ms", "-1"}});
  std::vector<TopicSpec> specs = {Raw("short"), Raw("long"), Raw("endless")};
  for (TopicSpec& spec : specs) {
    spec.config = {{.name = "retention.ms", .value = "100", .must = ConfigRule::Must::kAtLeast}};
  }
  const TopicPlan plan = Plan(log, specs);
  ASSERT_THAT(plan.configure, SizeIs(1));
  EXPECT_EQ(plan.configure[0].topic, "short");
}

TEST(TopicSpecs, WhatIsSetAtCreationIsTheOperatorsAfterwards) {
  TopicsOnly log;
  log.Has("in", 1, {{"retention.ms", "1"}});
  TopicSpec spec = Raw("in");
  spec.config = {{.name = "retention.ms", .value = "100", .must = ConfigRule::Must::kCreate}};
  EXPECT_TRUE(Plan(log, {spec}).nothing_to_do());
}

TEST(TopicSpecs, ALogWithoutConfigurationIsHeldToItsPartitions) {
  TopicsOnly log;
  log.Has("in", 1, {});
  EXPECT_TRUE(Plan(log, {Raw("in")}).nothing_to_do());
}

TEST(TopicSpecs, ABrokerThatIsAwayIsNoMissingTopic) {
  TopicsOnly log;
  log.GoAway();
  EXPECT_TRUE(absl::IsUnavailable(CheckTopics(log, {Raw("in")}).status()));
}

}  // namespace
}  // namespace lagesbild::stream
