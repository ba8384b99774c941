#include "io/kafka_producer.h"

#include <map>
#include <random>

#include "base/hash.h"
#include "kafka/kafka_for_test.h"

namespace lagesbild::io {
namespace {

class KafkaProducerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (BrokerForTest().empty()) GTEST_SKIP() << WhyNoBroker();
    config_.bootstrap_servers = BrokerForTest();
    log_ = LogForTest(BrokerForTest());
    topic_ = "producer-" + Hex(std::random_device{}());
    ASSERT_TRUE(log_->CreateTopic({topic_, 3, {}}).ok());
  }

  KafkaConfig config_;
  std::unique_ptr<KafkaLog> log_;
  std::string topic_;
};

TEST_F(KafkaProducerTest, WritesEachRecordOnceToThePartitionOfItsKey) {
  auto producer = KafkaProducer::Make(config_).value();
  const stream::HeaderView header{"content-type", "application/json"};
  for (int i = 0; i < 5000; ++i) {
    const std::string key = "org/" + std::to_string(i % 50), value = std::to_string(i);
    ASSERT_TRUE(producer->Produce({topic_, key, value, {&header, 1}, 1'700'000'000'000 + i}).ok());
  }
  ASSERT_TRUE(producer->Flush(absl::Seconds(20)).ok());

  auto consumer = log_->OpenConsumer({}).value();
  std::map<std::string, int> last;  // of each key
  int read = 0;
  for (int32_t p = 0; p < 3; ++p) {
    ASSERT_TRUE(consumer->Start({topic_, p}, 0).ok());
    for (bool drained = false; !drained;) {
      ASSERT_TRUE(consumer->Poll(absl::Seconds(5)).ok());
      const auto batch = consumer->Read({topic_, p}, 1000);
      ASSERT_TRUE(batch.ok()) << batch.status();
      for (const stream::RecordView& record : batch->records) {
        ++read;
        EXPECT_EQ(PartitionOf(record.key, 3), p);
        const int i = std::stoi(std::string(*record.value));
        EXPECT_EQ(record.timestamp_ms, 1'700'000'000'000 + i);
        ASSERT_EQ(record.headers.size(), 1U);
        EXPECT_EQ(record.headers[0].value, "application/json");
        int& before = last.try_emplace(std::string(record.key), -1).first->second;
        EXPECT_GT(i, before);
        before = i;
      }
      drained = batch->drained;
    }
  }
  EXPECT_EQ(read, 5000);
}

TEST_F(KafkaProducerTest, AMissingTopicIsNamedAndNothingElseIsTaken) {
  config_.common = {{"topic.metadata.propagation.max.ms", "500"}};  // how long it may still appear
  auto producer = KafkaProducer::Make(config_).value();
  const Status produced = producer->Produce({topic_ + "-none", "k", "v", {}, 0});
  const Status status = produced.ok() ? producer->Flush(absl::Seconds(60)) : produced;
  EXPECT_EQ(status.code(), StatusCode::kNotFound) << status;
  EXPECT_NE(Message(status).find(topic_ + "-none"), std::string::npos) << status;
}

TEST(KafkaProducerWithoutABroker, KeepsTheRecordAndSaysNotYet) {
  auto producer = KafkaProducer::Make({.bootstrap_servers = "127.0.0.1:1"}, [](auto) {}).value();
  ASSERT_TRUE(producer->Produce({"t", "k", "v", {}, 0}).ok());
  EXPECT_EQ(producer->Flush(absl::Milliseconds(50)).code(), StatusCode::kUnavailable);
  EXPECT_EQ(producer->Flush(absl::Milliseconds(50)).code(), StatusCode::kUnavailable);
}

}  // namespace
}  // namespace lagesbild::io
