#include "io/memory_log.h"

#include "io/record_format.h"
#include "stream/log_contract.h"
#include "support/manual_clock.h"

namespace lagesbild::io {
namespace {

using stream::LogContract;

class MemoryLogUnderTest : public stream::LogUnderTest {
 public:
  MemoryLogUnderTest() : log_(clock_) {}
  stream::Log& log() override { return log_; }

 private:
  ManualClock clock_;
  MemoryLog log_;
};

stream::LogOrWhy Make() { return {std::make_unique<MemoryLogUnderTest>(), ""}; }

INSTANTIATE_TEST_SUITE_P(Memory, LogContract, testing::Values(&Make));

class MemoryLogTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(log_.CreateTopic({"t", 1, {}}).ok());
    auto sink = log_.OpenSink("id");
    sink_ = *std::move(sink);
    ASSERT_TRUE(sink_->Init().ok());
  }
  void Produce(std::string_view value) {
    ASSERT_TRUE(sink_->Produce(at_, {.key = "k", .value = value}).ok());
  }

  ManualClock clock_;
  MemoryLog log_{clock_};
  std::unique_ptr<stream::TransactionalSink> sink_;
  const stream::TopicPartition at_{"t", 0};
};

TEST_F(MemoryLogTest, AnUndecidedTransactionHoldsBackWhatFollowsIt) {
  ASSERT_TRUE(sink_->Begin().ok());
  Produce("undecided");
  auto second = *log_.OpenSink("second");
  ASSERT_TRUE(second->Init().ok());
  ASSERT_TRUE(second->Begin().ok());
  ASSERT_TRUE(second->Produce(at_, {.key = "k", .value = "decided"}).ok());
  ASSERT_TRUE(second->Commit().ok());

  auto reader = *log_.OpenConsumer({});
  ASSERT_TRUE(reader->Start(at_, 0).ok());
  auto batch = reader->Read(at_, 10);
  ASSERT_TRUE(batch.ok());
  EXPECT_TRUE(batch->records.empty());
  EXPECT_TRUE(batch->drained);  // as far as may be read

  log_.ExpireTransactions();
  batch = reader->Read(at_, 10);
  ASSERT_EQ(batch->records.size(), 1u);
  EXPECT_EQ(batch->records[0].value, "decided");
  EXPECT_TRUE(absl::IsFailedPrecondition(sink_->Commit()));
}

TEST_F(MemoryLogTest, OffsetsOfAnUndecidedTransactionAreUnavailable) {
  ASSERT_TRUE(sink_->Begin().ok());
  const stream::OffsetToCommit offset{at_, 3, ""};
  ASSERT_TRUE(sink_->SendOffsets("g", std::span(&offset, 1), nullptr).ok());
  auto reader = *log_.OpenConsumer({.group = "g"});
  EXPECT_TRUE(absl::IsUnavailable(reader->Committed(std::span(&at_, 1)).status()));
  ASSERT_TRUE(sink_->Commit().ok());
  auto committed = reader->Committed(std::span(&at_, 1));
  ASSERT_TRUE(committed.ok());
  EXPECT_EQ(committed->at(0).offset, 3);
}

TEST_F(MemoryLogTest, ABeginningLaterThanTheStartIsDataLoss) {
  ASSERT_TRUE(sink_->Begin().ok());
  for (int i = 0; i < 5; ++i) Produce("v");
  ASSERT_TRUE(sink_->Commit().ok());
  log_.Trim(at_, 3);
  auto reader = *log_.OpenConsumer({});
  ASSERT_TRUE(reader->Start(at_, 1).ok());
  EXPECT_TRUE(absl::IsDataLoss(reader->Read(at_, 10).status()));
  ASSERT_TRUE(reader->Start(at_, stream::kFromBeginning).ok());
  EXPECT_EQ(reader->Read(at_, 10)->records.size(), 2u);
}

TEST_F(MemoryLogTest, AnExpelledMemberLosesItsPartitionsAndJoinsAgain) {
  auto member = *log_.OpenConsumer({.group = "g"});
  ASSERT_TRUE(member->Subscribe({"t"}).ok());
  ASSERT_EQ(member->Poll(absl::ZeroDuration())->size(), 1u);
  auto membership = member->membership();
  log_.Expel("g");
  ASSERT_TRUE(sink_->Begin().ok());
  const stream::OffsetToCommit offset{at_, 3, ""};
  EXPECT_TRUE(absl::IsAborted(sink_->SendOffsets("g", std::span(&offset, 1), membership.get())));
  auto events = member->Poll(absl::ZeroDuration());
  ASSERT_EQ(events->size(), 1u);
  EXPECT_EQ(events->at(0).type, stream::GroupEvent::Type::kLost);
  member->Released(at_);
  events = member->Poll(absl::ZeroDuration());
  ASSERT_EQ(events->size(), 1u);
  EXPECT_EQ(events->at(0).type, stream::GroupEvent::Type::kAssigned);
}

// Neither a value nor a tombstone: housekeeping and readers must not see different things in it.
TEST(RecordFormat, RefusesAMarkThatIsNeitherValueNorTombstone) {
  std::string encoded = EncodeRecord({"k", std::nullopt, {}, 5}, 0);
  const size_t mark = encoded.size() - 2;
  ASSERT_EQ(encoded[mark], 0);
  encoded[mark] = 2;
  EXPECT_FALSE(ReadHead(encoded).ok());
  BatchBuilder builder;
  builder.Add(0, encoded);
  EXPECT_FALSE(std::move(builder).Build(1, true).ok());
}

}  // namespace
}  // namespace lagesbild::io
