// lagesbild topics on a real broker: from nothing to right, and what is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "app/exit_code.h"
#include "app/run_command.h"
#include "kafka/kafka_for_test.h"

namespace lagesbild::app {
namespace {

using testing::HasSubstr;
using testing::Not;

class TopicsCommand : public testing::Test {
 protected:
  void SetUp() override {
    if (io::BrokerForTest().empty()) GTEST_SKIP() << io::WhyNoBroker();
    name_ = "topics-" + std::to_string(std::random_device{}());
  }

  Ran Run(const std::string& command, std::vector<std::string> more = {}, std::string broker = "") {
    if (broker.empty()) broker = io::BrokerForTest();
    std::vector<std::string> words = {"topics", command, "--config",
                                      LAGESBILD_SOURCE_DIR "/deploy/example/lagesbild.yaml"};
    for (const std::string& set :
         {"kafka.bootstrap.servers=" + broker, "topics.prefix=" + name_ + ".", "group=" + name_}) {
      words.push_back("--set");
      words.push_back(set);
    }
    words.insert(words.end(), more.begin(), more.end());
    return RunWords(words);
  }

  std::string name_;  // of a deployment of this test's own
};

TEST_F(TopicsCommand, FromNothingToRight) {
  const Ran before = Run("check");
  EXPECT_EQ(before.code, kExitProblems);
  EXPECT_THAT(before.out,
              HasSubstr(name_ + ".picture-log.v1 is missing; `lagesbild topics apply`"));

  const Ran plan = Run("plan", {"--partitions", "3"});
  EXPECT_EQ(plan.code, kExitOk) << plan.err;
  EXPECT_THAT(plan.out, HasSubstr("create     " + name_ + ".picture-log.v1  3 partitions"));
  EXPECT_EQ(Run("check").code, kExitProblems) << "a plan changes nothing";

  const Ran applied = Run("apply", {"--partitions", "3", "--raw-partitions", "2"});
  EXPECT_EQ(applied.code, kExitOk) << applied.err;
  const Ran after = Run("check");
  EXPECT_EQ(after.code, kExitOk) << after.out << after.err;
  EXPECT_THAT(after.out, HasSubstr("as they must be"));
  EXPECT_EQ(Run("apply").code, kExitOk) << "again changes nothing";

  auto log = io::LogForTest(io::BrokerForTest());
  EXPECT_EQ(log->Describe(name_ + ".incidents.v1")->partitions, 2);
  EXPECT_EQ(log->Describe(name_ + "-picture-changelog")->partitions, 3);
}

TEST_F(TopicsCommand, WhatDiffersIsSetAndAPartitionCountNever) {
  auto log = io::LogForTest(io::BrokerForTest());
  ASSERT_TRUE(log->CreateTopic({.name = name_ + ".tips.v1", .partitions = 1}).ok());  // CreateTime
  ASSERT_EQ(Run("apply", {"--partitions", "2"}).code, kExitOk);
  ASSERT_TRUE(
      log->ConfigureTopic(name_ + "-picture-changelog", {{"cleanup.policy", "delete"}}).ok());

  const Ran wrong = Run("check");
  EXPECT_EQ(wrong.code, kExitProblems);
  EXPECT_THAT(wrong.out,
              HasSubstr(name_ + "-picture-changelog: cleanup.policy is delete, must be compact"));
  EXPECT_EQ(Run("apply").code, kExitOk);
  EXPECT_EQ(Run("check").code, kExitOk);

  const Ran refused = Run("apply", {"--partitions", "5"});
  EXPECT_EQ(refused.code, kExitProblems);
  EXPECT_THAT(refused.out, HasSubstr("fixed once chosen"));
  EXPECT_EQ(log->Describe(name_ + ".picture-log.v1")->partitions, 2);
  const Ran json = Run("check", {"--json"});
  EXPECT_THAT(json.out, HasSubstr("\"ok\":true"));
}

TEST_F(TopicsCommand, NobodyAnswers) {
  const Ran ran = Run("check", {}, "127.0.0.1:1");
  EXPECT_EQ(ran.code, kExitUnavailable);
  EXPECT_THAT(ran.err, HasSubstr("127.0.0.1:1"));
  EXPECT_THAT(ran.out, testing::IsEmpty());
}

}  // namespace
}  // namespace lagesbild::app
