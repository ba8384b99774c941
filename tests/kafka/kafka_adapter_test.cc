// What Kafka does beyond the contract: brokers that go away, members that are thrown out, logs that
// lose their beginning.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "io/kafka_handle.h"
#include "kafka/kafka_for_test.h"
#include "kafka/own_broker.h"

namespace lagesbild::io {
namespace {

using stream::Batch;
using stream::Consumer;
using stream::GroupEvent;
using stream::TopicPartition;
using stream::TransactionalSink;
using testing::ElementsAre;

std::string Fresh(const std::string& stem) {
  static std::mt19937_64 random(std::random_device{}());
  return "adapter-" + stem + "-" + std::to_string(random());
}

// Until `done`, or a minute.
bool Until(const std::function<bool()>& done) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!done()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
  }
  return true;
}

std::unique_ptr<TransactionalSink> Sink(KafkaLog& log, const std::string& id) {
  auto sink = log.OpenSink(id);
  EXPECT_TRUE(sink.ok()) << sink.status();
  const Status status = (*sink)->Init();
  EXPECT_TRUE(status.ok()) << status;
  return *std::move(sink);
}

Status Put(TransactionalSink& sink, const TopicPartition& at, const std::string& value) {
  LB_RETURN_IF_ERROR(sink.Begin());
  LB_RETURN_IF_ERROR(sink.Produce(at, {.key = "k", .value = value}));
  return sink.Commit();
}

std::unique_ptr<Consumer> Open(KafkaLog& log, const std::string& group = "",
                               const std::string& instance = "") {
  auto consumer = log.OpenConsumer({.group = group, .instance_id = instance});
  EXPECT_TRUE(consumer.ok()) << consumer.status();
  return *std::move(consumer);
}

// Reads on, through broken connections, until `count` values are there.
std::vector<std::string> ReadSome(Consumer& reader, const TopicPartition& at, size_t count) {
  std::vector<std::string> values;
  Until([&] {
    (void)reader.Poll(absl::Milliseconds(100));
    auto batch = reader.Read(at, 100);
    EXPECT_TRUE(batch.ok()) << batch.status();
    if (!batch.ok()) return true;
    for (const auto& record : batch->records) values.emplace_back(record.value.value_or("(none)"));
    return values.size() >= count;
  });
  return values;
}

// Counts lines that hold a text.
class Lines {
 public:
  KafkaLogLine Taker() {
    return [this](std::string_view line) {
      absl::MutexLock lock(&mutex_);
      lines_.emplace_back(line);
    };
  }
  int64_t With(const std::string& text) {
    absl::MutexLock lock(&mutex_);
    return std::count_if(lines_.begin(), lines_.end(), [&](const std::string& line) {
      return line.find(text) != std::string::npos;
    });
  }

 private:
  absl::Mutex mutex_;
  std::vector<std::string> lines_;
};

class KafkaAdapter : public testing::Test {
 protected:
  void SetUp() override {
    if (BrokerForTest().empty()) GTEST_SKIP() << WhyNoBroker();
    log_ = LogForTest(BrokerForTest());
    ASSERT_NE(log_, nullptr);
  }
  std::string Topic(KafkaLog& log, int32_t partitions = 1) {
    stream::TopicInfo info{.name = Fresh("topic"), .partitions = partitions};
    const Status status = log.CreateTopic(info);
    EXPECT_TRUE(status.ok()) << status;
    return info.name;
  }
  std::unique_ptr<KafkaLog> log_;
};

TEST(KafkaWatch, SaysNoLineOnceItIsMuted) {
  Lines lines;
  KafkaWatch watch(lines.Taker());
  watch.Say("one", "first");
  watch.Mute();
  watch.Say("another", "second");
  watch.BrokersAway();
  watch.BrokersBack();
  EXPECT_EQ(lines.With("kafka: "), 1);
}

TEST_F(KafkaAdapter, ABatchMayOutliveItsConsumerAndItsLog) {
  const TopicPartition at{Topic(*log_), 0};
  auto sink = Sink(*log_, Fresh("id"));
  ASSERT_TRUE(Put(*sink, at, "kept").ok());
  Batch kept;
  {
    auto reader = Open(*log_);
    ASSERT_TRUE(reader->Start(at, 0).ok());
    ASSERT_TRUE(Until([&] {
      (void)reader->Poll(absl::Milliseconds(100));
      auto batch = reader->Read(at, 10);
      if (batch.ok() && !batch->records.empty()) kept = *std::move(batch);
      return !kept.records.empty();
    }));
  }
  sink.reset();
  log_.reset();
  EXPECT_EQ(kept.records[0].value, "kept");
}

TEST_F(KafkaAdapter, AnOpenTransactionBehindTheEndDoesNotHideThatThePartitionIsDrained) {
  const TopicPartition at{Topic(*log_), 0};
  auto sink = Sink(*log_, Fresh("id")), open = Sink(*log_, Fresh("id"));
  ASSERT_TRUE(Put(*sink, at, "a").ok());
  ASSERT_TRUE(open->Begin().ok());
  ASSERT_TRUE(open->Produce(at, {.key = "k", .value = "undecided"}).ok());
  ASSERT_TRUE(Put(*sink, {Topic(*log_), 0}, "elsewhere").ok());  // time for it to get there

  auto reader = Open(*log_);
  ASSERT_TRUE(reader->Start(at, 0).ok());
  std::vector<std::string> values;
  ASSERT_TRUE(Until([&] {
    (void)reader->Poll(absl::Milliseconds(100));
    auto batch = reader->Read(at, 10);
    EXPECT_TRUE(batch.ok());
    for (const auto& record : batch->records) values.emplace_back(*record.value);
    return batch->drained;
  }));
  EXPECT_THAT(values, ElementsAre("a"));
  ASSERT_TRUE(open->Commit().ok());
  EXPECT_THAT(ReadSome(*reader, at, 1), ElementsAre("undecided"));
}

TEST_F(KafkaAdapter, ABeginningLaterThanTheOffsetIsDataLoss) {
  const TopicPartition at{Topic(*log_), 0};
  auto sink = Sink(*log_, Fresh("id"));
  ASSERT_TRUE(Put(*sink, at, "gone").ok());
  ASSERT_TRUE(Put(*sink, at, "there").ok());
  {
    KafkaConfig config;
    config.bootstrap_servers = BrokerForTest();
    auto conf = MakeKafkaConf(config, KafkaRole::kAdmin, {});
    ASSERT_TRUE(conf.ok());
    auto handle = KafkaHandle::Make(RD_KAFKA_CONSUMER, *std::move(conf),
                                    std::make_shared<KafkaWatch>(KafkaLineToStderr), {});
    ASSERT_TRUE(handle.ok());
    const KafkaPartitions before(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(before.get(), at.topic.c_str(), 0)->offset = 2;
    rd_kafka_DeleteRecords_t* request = rd_kafka_DeleteRecords_new(before.get());
    const KafkaQueue queue(rd_kafka_queue_new((*handle)->get()));
    rd_kafka_DeleteRecords((*handle)->get(), &request, 1, nullptr, queue.get());
    rd_kafka_event_t* event = rd_kafka_queue_poll(queue.get(), 30000);
    ASSERT_NE(event, nullptr);
    EXPECT_EQ(rd_kafka_event_error(event), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_event_destroy(event);
    rd_kafka_DeleteRecords_destroy(request);
  }
  auto reader = Open(*log_);
  auto bounds = reader->Bounds(at);
  ASSERT_TRUE(bounds.ok()) << bounds.status();
  EXPECT_EQ(bounds->first, 2);
  ASSERT_TRUE(reader->Start(at, 1).ok());
  Status status;
  ASSERT_TRUE(Until([&] {
    (void)reader->Poll(absl::Milliseconds(100));
    status = reader->Read(at, 10).status();
    return !status.ok();
  }));
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  // It lasts until the next Start.
  EXPECT_TRUE(absl::IsDataLoss(reader->Read(at, 10).status()));
  ASSERT_TRUE(reader->Start(at, stream::kFromBeginning).ok());
  EXPECT_THAT(ReadSome(*reader, at, 1), ElementsAre("there"));
}

// A member that does not poll is thrown out; what it still sends is refused, and it hears that its
// partition is lost.
TEST_F(KafkaAdapter, AMemberThatStoodStillIsRefusedAndLosesItsPartitions) {
  KafkaLogOptions options;
  options.config.bootstrap_servers = BrokerForTest();
  options.config.consumer = {{"max.poll.interval.ms", "6000"}};
  auto impatient = KafkaLog::Open(std::move(options));
  ASSERT_TRUE(impatient.ok());
  const TopicPartition at{Topic(*log_), 0};
  const std::string group = Fresh("group");
  auto zombie = Open(**impatient, group), successor = Open(*log_, group);
  ASSERT_TRUE(zombie->Subscribe({at.topic}).ok());
  std::vector<GroupEvent> events;
  ASSERT_TRUE(Until([&] {
    events = *zombie->Poll(absl::Milliseconds(100));
    return !events.empty();
  }));
  ASSERT_EQ(events[0].type, GroupEvent::Type::kAssigned);
  auto membership = zombie->membership();
  ASSERT_TRUE(membership->valid());

  ASSERT_TRUE(successor->Subscribe({at.topic}).ok());
  ASSERT_TRUE(Until([&] { return !successor->Poll(absl::Milliseconds(100))->empty(); }));
  auto sink = Sink(*log_, Fresh("id"));
  ASSERT_TRUE(sink->Begin().ok());
  const stream::OffsetToCommit offset{at, 7, "late"};
  const Status status = sink->SendOffsets(group, std::span(&offset, 1), membership.get());
  EXPECT_TRUE(absl::IsAborted(status)) << status;
  EXPECT_TRUE(sink->Abort().ok());

  ASSERT_TRUE(Until([&] {
    auto polled = zombie->Poll(absl::Milliseconds(100));
    if (polled.ok()) events = *std::move(polled);
    return !events.empty();
  }));
  EXPECT_EQ(events[0].type, GroupEvent::Type::kLost);
  EXPECT_THAT(events[0].partitions, ElementsAre(at));
  zombie->Released(at);
}

// The second transaction follows closely, so its records are held until its offsets are sent.
TEST_F(KafkaAdapter, ATransactionThatFollowsCloselyIsWholeToo) {
  const TopicPartition at{Topic(*log_), 0};
  const std::string group = Fresh("group");
  auto sink = Sink(*log_, Fresh("id"));
  ASSERT_TRUE(Put(*sink, at, "first").ok());
  const stream::HeaderView header{"ce_id", "7"};
  const stream::OffsetToCommit offset{at, 7, "seq=1"};
  ASSERT_TRUE(sink->Begin().ok());
  ASSERT_TRUE(sink->Produce(at, {.key = "k", .value = "aborted"}).ok());
  ASSERT_TRUE(sink->Abort().ok());
  ASSERT_TRUE(sink->Begin().ok());
  ASSERT_TRUE(
      sink->Produce(at, {.key = "k", .value = "second", .headers = std::span(&header, 1)}).ok());
  ASSERT_TRUE(sink->SendOffsets(group, std::span(&offset, 1), nullptr).ok());
  ASSERT_TRUE(sink->Produce(at, {.key = "k", .value = "third"}).ok());
  ASSERT_TRUE(sink->Commit().ok());
  ASSERT_TRUE(Put(*sink, at, "no offsets").ok());

  auto reader = Open(*log_, group);
  ASSERT_TRUE(reader->Start(at, 0).ok());
  EXPECT_THAT(ReadSome(*reader, at, 4), ElementsAre("first", "second", "third", "no offsets"));
  auto committed = reader->Committed(std::span(&at, 1));
  ASSERT_TRUE(committed.ok());
  EXPECT_EQ((*committed)[0].offset, 7);
}

TEST_F(KafkaAdapter, OffsetsThatTheLibraryWouldDropInSilenceAreRefused) {
  const TopicPartition at{Topic(*log_), 0};
  auto sink = Sink(*log_, Fresh("id"));
  ASSERT_TRUE(sink->Begin().ok());
  const stream::OffsetToCommit invalid{at, -1001, ""};
  EXPECT_TRUE(absl::IsInvalidArgument(sink->SendOffsets("g", std::span(&invalid, 1), nullptr)));
  EXPECT_TRUE(absl::IsInvalidArgument(sink->SendOffsets("g", {}, nullptr)));
  auto nobody = Open(*log_, Fresh("group"));
  const stream::OffsetToCommit valid{at, 1, ""};
  EXPECT_FALSE(nobody->membership()->valid());
  EXPECT_TRUE(
      absl::IsAborted(sink->SendOffsets("g", std::span(&valid, 1), nobody->membership().get())));
  EXPECT_TRUE(sink->Abort().ok());
}

TEST_F(KafkaAdapter, ConfigureChangesOnePropertyAndLeavesTheOthers) {
  stream::TopicInfo info{.name = Fresh("configured"),
                         .partitions = 1,
                         .config = {{"cleanup.policy", "compact"}, {"segment.bytes", "1048576"}}};
  ASSERT_TRUE(log_->CreateTopic(info).ok());
  const Status status = log_->ConfigureTopic(info.name, {{"cleanup.policy", "delete"}});
  ASSERT_TRUE(status.ok()) << status;
  auto after = log_->Describe(info.name);
  ASSERT_TRUE(after.ok());
  const auto has = [&](const std::string& name, const std::string& value) {
    return std::find(after->config.begin(), after->config.end(), std::make_pair(name, value)) !=
           after->config.end();
  };
  EXPECT_TRUE(has("cleanup.policy", "delete"));
  EXPECT_TRUE(has("segment.bytes", "1048576"));
  EXPECT_TRUE(
      absl::IsNotFound(log_->ConfigureTopic(Fresh("missing"), {{"cleanup.policy", "delete"}})));
}

// Tests that stop or freeze a broker of their own.
class KafkaOutage : public KafkaAdapter {
 protected:
  void SetUp() override {
    KafkaAdapter::SetUp();
    if (IsSkipped()) return;
    ASSERT_TRUE(broker_.Start());
    KafkaLogOptions options;
    options.config.bootstrap_servers = broker_.address();
    options.config.common = {{"socket.timeout.ms", "1000"}};
    options.line = lines_.Taker();
    auto log = KafkaLog::Open(std::move(options));
    ASSERT_TRUE(log.ok()) << log.status();
    log_ = *std::move(log);
  }
  // It says lines until it is gone.
  void TearDown() override { log_.reset(); }
  void Outage(const std::function<void()>& begin, const std::function<void()>& end);

  Lines lines_;
  OwnBroker broker_;
};

void KafkaOutage::Outage(const std::function<void()>& begin, const std::function<void()>& end) {
  const TopicPartition at{Topic(*log_), 0};
  const std::string id = Fresh("id"), group = Fresh("group");
  auto sink = Sink(*log_, id);
  auto reader = Open(*log_), member = Open(*log_, group, "one");
  ASSERT_TRUE(member->Subscribe({at.topic}).ok());
  ASSERT_TRUE(Until([&] { return !member->Poll(absl::Milliseconds(100))->empty(); }));
  ASSERT_TRUE(Put(*sink, at, "before").ok());
  ASSERT_TRUE(reader->Start(at, 0).ok());
  ASSERT_THAT(ReadSome(*reader, at, 1), ElementsAre("before"));

  begin();
  for (Consumer* consumer : {reader.get(), member.get()}) {
    Status status;
    EXPECT_TRUE(Until([&] {
      (void)consumer->Read(at, 100);
      status = consumer->Poll(absl::Milliseconds(100)).status();
      return !status.ok();
    }));
    EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  }
  // Aborted: known not to be there, but to abort it somebody has to answer.
  const Status lost = Put(*sink, at, "lost");
  EXPECT_TRUE(absl::IsUnavailable(lost) ||
              (absl::IsAborted(lost) && absl::IsUnavailable(sink->Abort())))
      << lost;
  EXPECT_TRUE(absl::IsUnavailable(sink->Begin()));
  EXPECT_TRUE(absl::IsUnavailable(reader->Bounds(at).status()));
  EXPECT_EQ(lines_.With("no broker answers"), 1);

  end();
  auto again = Sink(*log_, id);
  ASSERT_TRUE(
      Until([&] { return Put(*again, at, "after").ok() || (again = Sink(*log_, id), false); }));
  // "lost" has an unknown outcome: it was never sent, or is ended by the sink that came after.
  EXPECT_THAT(ReadSome(*reader, at, 1), ElementsAre("after"));
  // The member finds back, or has fenced itself; then another of its name joins.
  EXPECT_TRUE(Until([&] {
    const Status polled = member->Poll(absl::Milliseconds(100)).status();
    if (absl::IsAborted(polled)) {
      member = Open(*log_, group, "one");
      return !member->Subscribe({at.topic}).ok();
    }
    return polled.ok() && member->membership()->valid();
  }));
  // One line a change of state, however often it changed on a busy machine.
  EXPECT_GE(lines_.With("answers again"), 1);
  EXPECT_EQ(lines_.With("answers again"), lines_.With("no broker answers"));
}

TEST_F(KafkaOutage, ABrokerThatIsStoppedAndStarted) {
  Outage([&] { broker_.Stop(); }, [&] { ASSERT_TRUE(broker_.Start()); });
}

TEST_F(KafkaOutage, ABrokerThatStandsStill) {
  Outage([&] { broker_.Freeze(); }, [&] { broker_.Thaw(); });
}

// What OrphanWatch (stream/orphan_watch.h) does it with, on the broker's own groups.
TEST_F(KafkaAdapter, AMemberSeesItsGroupAndOneThatRejoinsGivesUpItsPlaceAndGetsAnother) {
  const std::string topic = Fresh("rejoin"), group = Fresh("group");
  ASSERT_TRUE(log_->CreateTopic({topic, 2, {}}).ok());
  auto member = Open(*log_, group, "one");
  ASSERT_TRUE(member->Subscribe({topic}).ok());
  std::vector<TopicPartition> has;
  int revoked = 0;
  const auto serve = [&] {
    auto events = member->Poll(absl::Milliseconds(50));
    ASSERT_TRUE(events.ok()) << events.status();
    for (const GroupEvent& event : *events) {
      if (event.type == GroupEvent::Type::kAssigned) {
        has.insert(has.end(), event.partitions.begin(), event.partitions.end());
        continue;
      }
      revoked += static_cast<int>(event.partitions.size());
      has.clear();
      for (const TopicPartition& at : event.partitions) member->Released(at);
    }
  };
  const auto look = [&] {
    std::optional<stream::GroupView> view;
    EXPECT_TRUE(Until([&] {
      serve();
      view = member->LookAtGroup();
      return view && view->stable;
    }));
    return view.value_or(stream::GroupView());
  };
  ASSERT_TRUE(Until([&] { return serve(), has.size() == 2; }));
  stream::GroupView view = look();
  ASSERT_EQ(view.members.size(), 1U);
  EXPECT_TRUE(view.members[0].self);
  EXPECT_EQ(view.members[0].partitions.size(), 2U);
  const std::string id = view.members[0].id;

  ASSERT_TRUE(member->Rejoin().ok());
  EXPECT_FALSE(member->membership()->valid());
  ASSERT_TRUE(Until([&] { return serve(), revoked == 2 && has.size() == 2; }));
  EXPECT_TRUE(member->membership()->valid());
  view = look();
  ASSERT_EQ(view.members.size(), 1U);
  EXPECT_TRUE(view.members[0].self);
  EXPECT_NE(view.members[0].id, id);
  member->Close();
}

}  // namespace
}  // namespace lagesbild::io
