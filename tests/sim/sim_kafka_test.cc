// What the simulated Kafka does beyond the contract of the log ports: time, and what may go wrong.
#include "sim/sim_kafka.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lagesbild::sim {
namespace {

using stream::GroupEvent;
using stream::OffsetToCommit;
using stream::TopicPartition;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class ByHand : public SimNetwork {
 public:
  RequestFate Fate(SimProcess&, std::string_view operation) override {
    if (operation != operation_) return {};
    operation_.clear();
    return fate_;
  }
  void Done(SimProcess&, std::string_view) override {}
  // Of the next such request.
  void Next(std::string operation, RequestFate fate) {
    operation_ = std::move(operation);
    fate_ = fate;
  }

 private:
  std::string operation_;
  RequestFate fate_;
};

class SimKafkaTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(log_.CreateTopic({"t", 2, {}}).ok());
    sink_ = NewSink("id");
  }
  std::unique_ptr<stream::TransactionalSink> NewSink(const std::string& id) {
    auto sink = *log_.OpenSink(id);
    EXPECT_TRUE(sink->Init().ok());
    return sink;
  }
  static Status Put(stream::TransactionalSink& sink, const TopicPartition& to, std::string_view key,
                    std::optional<std::string_view> value) {
    return sink.Produce(to, {.key = key, .value = value});
  }
  std::vector<std::string> Values(const TopicPartition& at) {
    std::vector<std::string> out;
    for (const SimKafka::Seen& seen : kafka_->ReadCommitted(at)) {
      out.push_back(seen.key + "=" + seen.value.value_or("(none)"));
    }
    return out;
  }
  void Pass(absl::Duration by) {
    time_.Advance(by);
    kafka_->Tick();
  }

  SimTime time_;
  ByHand network_;
  std::unique_ptr<SimKafka> kafka_ = std::make_unique<SimKafka>(
      SimKafka::Options{.marker_delay = absl::Milliseconds(500)}, time_, network_);
  SimProcess process_{"one", time_};
  SimLog log_{*kafka_, process_};
  std::unique_ptr<stream::TransactionalSink> sink_;
  const TopicPartition first_{"t", 0}, second_{"t", 1};
};

TEST_F(SimKafkaTest, ACommitIsDecidedAtOnceAndSeenWhenItsMarkersCome) {
  ASSERT_TRUE(sink_->Begin().ok());
  ASSERT_TRUE(Put(*sink_, first_, "k", "v").ok());
  const OffsetToCommit offset{first_, 3, "seq=1"};
  ASSERT_TRUE(sink_->SendOffsets("g", std::span(&offset, 1), nullptr).ok());
  ASSERT_TRUE(sink_->Commit().ok());
  auto reader = *log_.OpenConsumer({.group = "g"});
  EXPECT_THAT(Values(first_), IsEmpty());
  EXPECT_TRUE(absl::IsUnavailable(reader->Committed(std::span(&first_, 1)).status()));
  Pass(absl::Milliseconds(500));
  EXPECT_THAT(Values(first_), ElementsAre("k=v"));
  EXPECT_EQ(reader->Committed(std::span(&first_, 1))->at(0).offset, 3);
  EXPECT_TRUE(kafka_->quiet());
}

TEST_F(SimKafkaTest, AnOpenTransactionHoldsReadersBackUntilItTimesOut) {
  ASSERT_TRUE(sink_->Begin().ok());
  ASSERT_TRUE(Put(*sink_, first_, "k", "undecided").ok());
  auto other = NewSink("other");
  ASSERT_TRUE(other->Begin().ok());
  ASSERT_TRUE(Put(*other, first_, "k", "decided").ok());
  ASSERT_TRUE(other->Commit().ok());
  Pass(absl::Seconds(1));
  EXPECT_THAT(Values(first_), IsEmpty());
  Pass(absl::Seconds(10));
  Pass(absl::Seconds(1));
  EXPECT_THAT(Values(first_), ElementsAre("k=decided"));
  EXPECT_TRUE(absl::IsFailedPrecondition(sink_->Commit()));
}

TEST_F(SimKafkaTest, ALateCopyOfAnEndEndsTheNextTransactionUnlessTheEpochHasRisen) {
  for (const bool anew : {false, true}) {
    ASSERT_TRUE(sink_->Begin().ok());
    ASSERT_TRUE(Put(*sink_, first_, "a", "whole").ok());
    network_.Next("commit",
                  {.done = true, .reply = Unavailable("lost"), .copy_after = absl::Seconds(1)});
    ASSERT_TRUE(absl::IsUnavailable(sink_->Commit()));
    if (anew) sink_ = NewSink("id");
    ASSERT_TRUE(sink_->Begin().ok());
    ASSERT_TRUE(Put(*sink_, second_, anew ? "c" : "b", "half").ok());
    Pass(absl::Seconds(1));
    Pass(absl::Seconds(1));
    EXPECT_TRUE(sink_->Abort().ok());
    Pass(absl::Seconds(1));
  }
  EXPECT_THAT(Values(second_), ElementsAre("b=half"));  // the hazard: committed, though aborted
}

TEST_F(SimKafkaTest, AProducerWhoseConnectionBrokeBeginsNoOther) {
  ASSERT_TRUE(sink_->Begin().ok());
  ASSERT_TRUE(Put(*sink_, first_, "k", "v").ok());
  network_.Next("commit", {.copy_after = absl::Seconds(1)});
  ASSERT_TRUE(sink_->Commit().ok());
  EXPECT_TRUE(absl::IsUnavailable(sink_->Begin()));
}

TEST_F(SimKafkaTest, ACopyOfAProduceRequestIsKnownByItsSequence) {
  for (const char* key : {"a", "b"}) {
    ASSERT_TRUE(sink_->Begin().ok());
    network_.Next("produce", {.copy_after = absl::ZeroDuration(), .copy_among = 1});
    ASSERT_TRUE(Put(*sink_, first_, key, "1").ok());
    ASSERT_TRUE(Put(*sink_, first_, key, "2").ok());
    ASSERT_TRUE(sink_->Commit().ok());
    sink_ = NewSink("id");
  }
  EXPECT_THAT(Values(first_), ElementsAre("a=1", "a=2", "b=1", "b=2"));
}

TEST_F(SimKafkaTest, ALateCopyOfOffsetsGoesIntoTheNextTransactionUnlessTheEpochHasRisen) {
  auto reader = *log_.OpenConsumer({.group = "g"});
  for (const bool anew : {false, true}) {
    for (const int64_t at : {1, 2}) {
      const OffsetToCommit offset{first_, at, ""};
      ASSERT_TRUE(sink_->Begin().ok());
      if (at == 1) {
        network_.Next("offsets", {.done = false,
                                  .reply = Unavailable("timed out"),
                                  .copy_after = absl::ZeroDuration(),
                                  .copy_among = anew ? 4 : 3});
      }
      const Status sent = sink_->SendOffsets("g", std::span(&offset, 1), nullptr);
      EXPECT_EQ(sent.ok(), at == 2);
      if (at == 2) break;
      ASSERT_TRUE(sink_->Abort().ok());
      if (anew) sink_ = NewSink("id");
    }
    ASSERT_TRUE(sink_->Commit().ok());
    Pass(absl::Seconds(1));
    EXPECT_EQ(reader->Committed(std::span(&first_, 1))->at(0).offset, anew ? 2 : 1);
  }
}

TEST_F(SimKafkaTest, AFetchThatComesInAfterAStartIsDiscarded) {
  kafka_ = nullptr;
  SimKafka::Options options;
  options.fetch_late_percent = 100;
  options.fetch_delay = absl::Seconds(1);
  SimKafka kafka(options, time_, network_);
  SimLog log(kafka, process_);
  ASSERT_TRUE(log.CreateTopic({"t", 1, {}}).ok());
  for (const char* value : {"0", "1", "2"}) kafka.Append(first_, {.key = "k", .value = value});
  auto reader = *log.OpenConsumer({});
  ASSERT_TRUE(reader->Start(first_, 0).ok());
  EXPECT_THAT(reader->Read(first_, 1)->records, IsEmpty());
  ASSERT_TRUE(reader->Start(first_, 2).ok());
  time_.Advance(absl::Seconds(1));
  EXPECT_THAT(reader->Read(first_, 1)->records, IsEmpty());  // the next is on its way
  time_.Advance(absl::Seconds(1));
  const auto batch = reader->Read(first_, 1);
  ASSERT_THAT(batch->records, SizeIs(1));
  EXPECT_EQ(batch->records[0].offset, 2);
}

TEST_F(SimKafkaTest, AMemberMayHearOfAGenerationThatIsOverAlready) {
  SimKafka::Options options;
  options.group_delay = absl::Seconds(5);
  SimKafka kafka(options, time_, network_);
  SimLog log(kafka, process_);
  ASSERT_TRUE(log.CreateTopic({"t", 2, {}}).ok());
  auto member = *log.OpenConsumer({.group = "g"});
  ASSERT_TRUE(member->Subscribe({"t"}).ok());
  EXPECT_THAT(*member->Poll(absl::ZeroDuration()), IsEmpty());
  kafka.Rebalance("g");
  time_.Advance(absl::Seconds(5));
  ASSERT_THAT(*member->Poll(absl::ZeroDuration()), SizeIs(1));
  auto sink = *log.OpenSink("id");
  ASSERT_TRUE(sink->Init().ok() && sink->Begin().ok());
  EXPECT_THAT(*member->Poll(absl::ZeroDuration()), IsEmpty());  // joins the next one
  const OffsetToCommit offset{first_, 3, ""};
  EXPECT_TRUE(
      absl::IsAborted(sink->SendOffsets("g", std::span(&offset, 1), member->membership().get())));
}

TEST_F(SimKafkaTest, CompactionKeepsOffsetsLastValuesAndYoungTombstones) {
  const auto put_all = [&](std::vector<std::pair<const char*, const char*>> rows) {
    ASSERT_TRUE(sink_->Begin().ok());
    for (const auto& [key, value] : rows) {
      std::optional<std::string_view> v;
      if (value != nullptr) v = value;
      ASSERT_TRUE(Put(*sink_, first_, key, v).ok());
    }
    ASSERT_TRUE(sink_->Commit().ok());
    Pass(absl::Seconds(1));
  };
  put_all({{"a", "1"}, {"b", "1"}, {"c", "1"}});
  put_all({{"a", "2"}, {"b", nullptr}});
  kafka_->Compact(first_);
  EXPECT_THAT(Values(first_), ElementsAre("c=1", "a=2", "b=(none)"));
  EXPECT_EQ(kafka_->ReadCommitted(first_).back().offset, 5);  // 3 records, a marker, "a", "b"
  Pass(absl::Hours(25));
  kafka_->Compact(first_);
  EXPECT_THAT(Values(first_), ElementsAre("c=1", "a=2"));
  EXPECT_EQ(kafka_->EndOf(first_), 7);
}

TEST_F(SimKafkaTest, ASilentMemberLosesItsPlaceAndItsOffsetsAreRefused) {
  auto silent = *log_.OpenConsumer({.group = "g", .instance_id = "one"});
  auto other = *log_.OpenConsumer({.group = "g", .instance_id = "two"});
  ASSERT_TRUE(silent->Subscribe({"t"}).ok());
  ASSERT_THAT(*silent->Poll(absl::ZeroDuration()), SizeIs(1));
  auto membership = silent->membership();
  ASSERT_TRUE(other->Subscribe({"t"}).ok());
  EXPECT_THAT(*other->Poll(absl::ZeroDuration()), IsEmpty());
  Pass(absl::Seconds(3));
  EXPECT_THAT(*other->Poll(absl::ZeroDuration()), IsEmpty());
  Pass(absl::Seconds(3));
  auto events = other->Poll(absl::ZeroDuration());
  ASSERT_THAT(*events, SizeIs(1));
  EXPECT_THAT(events->at(0).partitions, ElementsAre(first_, second_));
  ASSERT_TRUE(sink_->Begin().ok());
  const OffsetToCommit offset{first_, 3, ""};
  EXPECT_TRUE(absl::IsAborted(sink_->SendOffsets("g", std::span(&offset, 1), membership.get())));
  events = silent->Poll(absl::ZeroDuration());
  ASSERT_THAT(*events, SizeIs(1));
  EXPECT_EQ(events->at(0).type, GroupEvent::Type::kLost);
}

TEST_F(SimKafkaTest, AStaticMemberThatDiesWhileItGivesBackAndReturnsLeavesAPartitionToNobody) {
  SimProcess dying{"dying", time_};
  SimLog dying_log{*kafka_, dying};
  auto one = *dying_log.OpenConsumer({.group = "g", .instance_id = "one"});
  auto two = *log_.OpenConsumer({.group = "g", .instance_id = "two"});
  ASSERT_TRUE(one->Subscribe({"t"}).ok());
  ASSERT_THAT(*one->Poll(absl::ZeroDuration()), SizeIs(1));
  ASSERT_TRUE(two->Subscribe({"t"}).ok());
  auto events = one->Poll(absl::ZeroDuration());
  ASSERT_THAT(*events, SizeIs(1));
  ASSERT_EQ(events->at(0).type, GroupEvent::Type::kRevoked);
  dying.alive = false;
  one = *log_.OpenConsumer({.group = "g", .instance_id = "one"});
  ASSERT_TRUE(one->Subscribe({"t"}).ok());
  events = one->Poll(absl::ZeroDuration());
  ASSERT_THAT(*events, SizeIs(1));
  EXPECT_THAT(events->at(0).partitions, SizeIs(1));
  EXPECT_THAT(*two->Poll(absl::ZeroDuration()), IsEmpty());
  const auto view = two->LookAtGroup();
  EXPECT_TRUE(view->stable);
  ASSERT_THAT(view->members, SizeIs(2));
  EXPECT_EQ(view->members[0].partitions.size() + view->members[1].partitions.size(), 1);
  // Until one joins anew.
  ASSERT_TRUE(two->Rejoin().ok());
  EXPECT_THAT(*two->Poll(absl::ZeroDuration()), IsEmpty());
  EXPECT_THAT(*one->Poll(absl::ZeroDuration()), IsEmpty());
  events = two->Poll(absl::ZeroDuration());
  ASSERT_THAT(*events, SizeIs(1));
  EXPECT_THAT(events->at(0).partitions, SizeIs(1));
}

TEST_F(SimKafkaTest, OffsetsOfAnOlderGenerationAreRefused) {
  auto member = *log_.OpenConsumer({.group = "g"});
  ASSERT_TRUE(member->Subscribe({"t"}).ok());
  ASSERT_THAT(*member->Poll(absl::ZeroDuration()), SizeIs(1));
  auto before = member->membership();
  kafka_->Rebalance("g");
  ASSERT_THAT(*member->Poll(absl::ZeroDuration()), IsEmpty());
  ASSERT_TRUE(sink_->Begin().ok());
  const OffsetToCommit offset{first_, 3, ""};
  EXPECT_TRUE(absl::IsAborted(sink_->SendOffsets("g", std::span(&offset, 1), before.get())));
  ASSERT_TRUE(sink_->Abort().ok());
  ASSERT_TRUE(sink_->Begin().ok());
  EXPECT_TRUE(sink_->SendOffsets("g", std::span(&offset, 1), member->membership().get()).ok());
}

TEST_F(SimKafkaTest, ADeadProcessKeepsItsPlaceAndItsOpenTransaction) {
  auto member = *log_.OpenConsumer({.group = "g"});
  ASSERT_TRUE(member->Subscribe({"t"}).ok());
  ASSERT_THAT(*member->Poll(absl::ZeroDuration()), SizeIs(1));
  ASSERT_TRUE(sink_->Begin().ok());
  ASSERT_TRUE(Put(*sink_, first_, "k", "v").ok());
  process_.alive = false;
  member.reset();
  sink_.reset();
  SimProcess next{"next", time_};
  SimLog log{*kafka_, next};
  auto successor = *log.OpenConsumer({.group = "g"});
  ASSERT_TRUE(successor->Subscribe({"t"}).ok());
  EXPECT_THAT(*successor->Poll(absl::ZeroDuration()), IsEmpty());
  EXPECT_FALSE(kafka_->quiet());
  Pass(absl::Seconds(3));
  EXPECT_THAT(*successor->Poll(absl::ZeroDuration()), IsEmpty());
  Pass(absl::Seconds(3));
  EXPECT_THAT(*successor->Poll(absl::ZeroDuration()), SizeIs(1));
}

}  // namespace
}  // namespace lagesbild::sim
