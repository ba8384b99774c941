#include "io/embedded_log.h"

#include <fstream>
#include <thread>

#include "base/time.h"
#include "stream/log_contract.h"
#include "support/manual_clock.h"
#include "support/temp_dir.h"

namespace lagesbild::io {
namespace {

using stream::LogContract;
using stream::TopicPartition;

class EmbeddedLogUnderTest : public stream::LogUnderTest {
 public:
  EmbeddedLogUnderTest() : log_(*EmbeddedLog::Open(dir_.path(), memory_, clock_)) {}
  stream::Log& log() override { return *log_; }

 private:
  TempDir dir_;
  RocksMemory memory_{8 << 20};
  ManualClock clock_;
  std::unique_ptr<EmbeddedLog> log_;
};

stream::LogOrWhy Make() { return {std::make_unique<EmbeddedLogUnderTest>(), ""}; }

INSTANTIATE_TEST_SUITE_P(Embedded, LogContract, testing::Values(&Make));

class EmbeddedLogTest : public testing::Test {
 protected:
  void SetUp() override { Reopen(); }

  void Reopen() {
    sink_.reset();
    log_.reset();
    auto log = EmbeddedLog::Open(dir_.path(), memory_, clock_);
    ASSERT_TRUE(log.ok()) << log.status();
    log_ = *std::move(log);
    sink_ = *log_->OpenSink("id");
    ASSERT_TRUE(sink_->Init().ok());
  }

  void Topic(const std::string& name, std::vector<std::pair<std::string, std::string>> config) {
    ASSERT_TRUE(log_->CreateTopic({name, 1, std::move(config)}).ok());
  }

  void Put(const std::string& topic, const std::string& key, std::optional<std::string> value) {
    ASSERT_TRUE(sink_->Begin().ok());
    stream::OutRecord record{.key = key};
    if (value) record.value = *value;
    ASSERT_TRUE(sink_->Produce({topic, 0}, record).ok());
    ASSERT_TRUE(sink_->Commit().ok());
  }

  std::vector<std::string> Read(const std::string& topic) {
    auto reader = *log_->OpenConsumer({});
    const TopicPartition at{topic, 0};
    EXPECT_TRUE(reader->Start(at, stream::kFromBeginning).ok());
    std::vector<std::string> out;
    for (;;) {
      auto batch = reader->Read(at, 1000);
      EXPECT_TRUE(batch.ok()) << batch.status();
      if (!batch.ok()) return out;
      for (const auto& r : batch->records) {
        out.push_back(std::string(r.key) + "=" + std::string(r.value.value_or("(none)")));
      }
      if (batch->drained) return out;
    }
  }

  TempDir dir_;
  RocksMemory memory_{8 << 20};
  ManualClock clock_;
  std::unique_ptr<EmbeddedLog> log_;
  std::unique_ptr<stream::TransactionalSink> sink_;
};

TEST_F(EmbeddedLogTest, RecordsTopicsAndOffsetsOutliveTheProcess) {
  Topic("t", {{"retention.ms", "1000"}});
  Put("t", "a", "1");
  stream::OffsetToCommit offset;
  offset.at.topic = "t";
  offset.offset = 1;
  offset.metadata = "seq=1";
  ASSERT_TRUE(sink_->Begin().ok());
  ASSERT_TRUE(sink_->SendOffsets("g", std::span(&offset, 1), nullptr).ok());
  ASSERT_TRUE(sink_->Commit().ok());
  ASSERT_TRUE(sink_->Begin().ok());
  ASSERT_TRUE(sink_->Produce({"t", 0}, {.key = "lost", .value = "uncommitted"}).ok());

  Reopen();
  EXPECT_EQ(Read("t"), (std::vector<std::string>{"a=1"}));
  EXPECT_EQ(log_->Describe("t")->config.at(0).second, "1000");
  auto reader = *log_->OpenConsumer({.group = "g"});
  const TopicPartition at{"t", 0};
  auto committed = reader->Committed(std::span(&at, 1));
  EXPECT_EQ(committed->at(0).offset, 1);
  EXPECT_EQ(committed->at(0).metadata, "seq=1");
}

TEST_F(EmbeddedLogTest, ASecondOpeningIsRefusedAtOnce) {
  EXPECT_TRUE(absl::IsFailedPrecondition(EmbeddedLog::Open(dir_.path(), memory_, clock_).status()));
}

TEST_F(EmbeddedLogTest, RecordsOlderThanTheTopicKeepsAreTrimmedAndReadersBehindAreTold) {
  Topic("t", {{"cleanup.policy", "delete"}, {"retention.ms", std::to_string(kHourMs)}});
  Put("t", "a", "1");
  clock_.Advance(absl::Minutes(59));
  Put("t", "b", "2");
  EXPECT_EQ(Read("t").size(), 2u);
  clock_.Advance(absl::Minutes(2));
  ASSERT_TRUE(log_->Clean().ok());
  EXPECT_EQ(Read("t"), (std::vector<std::string>{"b=2"}));
  auto reader = *log_->OpenConsumer({});
  ASSERT_TRUE(reader->Start({"t", 0}, 0).ok());
  EXPECT_TRUE(absl::IsDataLoss(reader->Read({"t", 0}, 1).status()));
  EXPECT_EQ(reader->Bounds({"t", 0})->first, 1);
  reader.reset();
  Reopen();
  EXPECT_EQ(Read("t"), (std::vector<std::string>{"b=2"}));
}

TEST_F(EmbeddedLogTest, ATopicIsTrimmedToItsSize) {
  Topic("t", {{"retention.bytes", "5000"}});
  for (int i = 0; i < 10; ++i) Put("t", std::to_string(i), std::string(1000, 'x'));
  ASSERT_TRUE(log_->Clean().ok());
  EXPECT_EQ(Read("t").size(), 4u);
}

TEST_F(EmbeddedLogTest, CompactionKeepsTheLastOfEachKeyAndTheOffsets) {
  Topic("t", {{"cleanup.policy", "compact"}});
  Put("t", "gone", "x");
  Put("t", "gone", std::nullopt);
  clock_.Advance(absl::Hours(25));
  ASSERT_TRUE(sink_->Begin().ok());
  for (int i = 0; i < 20'000; ++i) {
    const std::string key = std::to_string(i % 5), value = std::to_string(i);
    ASSERT_TRUE(sink_->Produce({"t", 0}, {.key = key, .value = value}).ok());
  }
  ASSERT_TRUE(sink_->Commit().ok());
  ASSERT_TRUE(log_->Clean().ok());
  EXPECT_EQ(Read("t"),
            (std::vector<std::string>{"0=19995", "1=19996", "2=19997", "3=19998", "4=19999"}));
  EXPECT_EQ(log_->OpenConsumer({}).value()->Bounds({"t", 0})->second, 20'002);
}

TEST_F(EmbeddedLogTest, PollWakesWhenAnotherThreadCommits) {
  Topic("t", {});
  auto reader = *log_->OpenConsumer({});
  ASSERT_TRUE(reader->Start({"t", 0}, 0).ok());
  std::thread writer([&] { Put("t", "a", "1"); });
  ASSERT_TRUE(reader->Poll(absl::Seconds(60)).ok());
  EXPECT_EQ(reader->Read({"t", 0}, 10)->records.size(), 1u);
  writer.join();
}

TEST_F(EmbeddedLogTest, AForeignFolderIsRefused) {
  TempDir other;
  std::ofstream(other / "000004.log") << "not a log";
  EXPECT_TRUE(absl::IsDataLoss(EmbeddedLog::Open(other.path(), memory_, clock_).status()));
}

}  // namespace
}  // namespace lagesbild::io
