// The feed commands onto a real broker.
#include <gmock/gmock.h>

#include <random>

#include "app/folder.h"
#include "app/run_command.h"
#include "base/hash.h"
#include "kafka/kafka_for_test.h"

namespace lagesbild::app {
namespace {

using ::testing::HasSubstr;

class FeedKafkaTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (io::BrokerForTest().empty()) GTEST_SKIP() << io::WhyNoBroker();
    log_ = io::LogForTest(io::BrokerForTest());
    prefix_ = "feed-" + Hex(std::random_device{}()) + ".";
    ASSERT_EQ(RunWords({"feed", "town", "--write-config", folder_.Path("town")}).code, 0);
  }

  void CreateTopics() {
    for (const char* name : {"incidents", "tips", "commands"}) {
      ASSERT_TRUE(log_->CreateTopic({prefix_ + name + ".v1", 2, {}}).ok());
    }
  }

  Ran Feed(std::vector<std::string> words) {
    words.insert(words.end(), {"--config", folder_.Path("town/lagesbild.yaml"), "--set",
                               "kafka.bootstrap.servers=" + io::BrokerForTest(), "--set",
                               "topics.prefix=" + prefix_});
    return RunWords(words);
  }

  // Records in a topic, all partitions.
  int64_t Records(const std::string& name) {
    auto consumer = log_->OpenConsumer({}).value();
    int64_t n = 0;
    for (int32_t p = 0; p < 2; ++p) {
      const auto bounds = consumer->Bounds({prefix_ + name + ".v1", p});
      EXPECT_TRUE(bounds.ok()) << bounds.status();
      if (bounds.ok()) n += bounds->second - bounds->first;
    }
    return n;
  }

  Folder folder_;
  std::unique_ptr<io::KafkaLog> log_;
  std::string prefix_;
};

TEST_F(FeedKafkaTest, TheTownAndItsRecordingGiveTheSameRecords) {
  CreateTopics();
  const std::vector<std::string> evening = {"feed",  "town", "--start", "2024-11-15T18:00:00+01:00",
                                            "--for", "2h",   "--speed", "0"};
  const Ran town = Feed(evening);
  ASSERT_EQ(town.code, 0) << town.err;
  const int64_t incidents = Records("incidents"), tips = Records("tips"),
                commands = Records("commands");
  EXPECT_GT(incidents, 50);
  EXPECT_THAT(town.err, HasSubstr(std::to_string(incidents + tips + commands) + " records"));

  std::vector<std::string> to_file = evening;
  to_file.insert(to_file.end(), {"--to", folder_.Path("evening.ndjson.zst")});
  ASSERT_EQ(RunWords(to_file).code, 0);
  const Ran again = Feed({"feed", "ndjson", folder_.Path("evening.ndjson.zst")});
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(Records("incidents"), 2 * incidents);
  EXPECT_EQ(Records("tips"), 2 * tips);
  EXPECT_EQ(Records("commands"), 2 * commands);
}

TEST_F(FeedKafkaTest, AMissingTopicIsSaidWithTheCommandThatMendsIt) {
  const Ran ran = Feed({"feed", "town", "--for", "1h", "--speed", "0"});
  EXPECT_EQ(ran.code, 78);
  EXPECT_THAT(ran.err, HasSubstr(prefix_ + "incidents.v1 is missing; `lagesbild topics apply`"));
}

}  // namespace
}  // namespace lagesbild::app
