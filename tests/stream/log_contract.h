// What every log must do: one body of tests for Kafka, the embedded log and the memory log.
//
// A test file includes this and says
//     INSTANTIATE_TEST_SUITE_P(Memory, LogContract, testing::Values(&MakeMemoryLogUnderTest));
// Topics and groups have fresh names, so a log may be shared between tests and runs. Nothing here
// sleeps: Poll waits, and gives up after a minute.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "stream/ports.h"

namespace lagesbild::stream {

// One log to be tested. `log` and `Other` are what two processes would have; where there can be
// only one process, `Other` is the same.
class LogUnderTest {
 public:
  virtual ~LogUnderTest() = default;
  virtual Log& log() = 0;
  virtual Log& other() { return log(); }
};

// Null: this log cannot be had here; the factory has called GTEST_SKIP's equivalent by returning
// why.
struct LogOrWhy {
  std::unique_ptr<LogUnderTest> log;
  std::string why_not;
};
using LogFactory = LogOrWhy (*)();

struct Read {
  std::string key;
  std::optional<std::string> value;
  int64_t offset = 0;
  friend bool operator==(const Read&, const Read&) = default;
};

class LogContract : public testing::TestWithParam<LogFactory> {
 protected:
  void SetUp() override {
    LogOrWhy made = GetParam()();
    if (made.log == nullptr) GTEST_SKIP() << made.why_not;
    under_test_ = std::move(made.log);
  }

  Log& log() { return under_test_->log(); }
  Log& other() { return under_test_->other(); }

  static std::string Fresh(const std::string& stem) {
    static std::mt19937_64 random(std::random_device{}());
    return "contract-" + stem + "-" + std::to_string(random());
  }

  std::string Topic(const std::string& stem, int32_t partitions = 1) {
    TopicInfo info;
    info.name = Fresh(stem);
    info.partitions = partitions;
    const Status status = log().CreateTopic(info);
    EXPECT_TRUE(status.ok()) << status;
    return info.name;
  }

  std::unique_ptr<TransactionalSink> Sink(const std::string& id) { return Sink(log(), id); }
  static std::unique_ptr<TransactionalSink> Sink(Log& log, const std::string& id) {
    auto sink = log.OpenSink(id);
    EXPECT_TRUE(sink.ok()) << sink.status();
    const Status status = (*sink)->Init();
    EXPECT_TRUE(status.ok()) << status;
    return *std::move(sink);
  }

  std::unique_ptr<Consumer> Reader(const std::string& group = "") {
    return Member(log(), group, "");
  }
  static std::unique_ptr<Consumer> Member(Log& log, const std::string& group,
                                          const std::string& instance_id) {
    auto consumer = log.OpenConsumer({.group = group, .instance_id = instance_id});
    EXPECT_TRUE(consumer.ok()) << consumer.status();
    return *std::move(consumer);
  }

  static Status Put(TransactionalSink& sink, const TopicPartition& to, std::string_view key,
                    std::optional<std::string_view> value) {
    return sink.Produce(to, {.key = key, .value = value});
  }

  // Begins, writes the values, commits.
  static void PutAll(TransactionalSink& sink, const TopicPartition& to,
                     const std::vector<std::string>& values) {
    ASSERT_TRUE(sink.Begin().ok());
    for (const std::string& v : values) ASSERT_TRUE(Put(sink, to, "k", v).ok());
    const Status status = sink.Commit();
    ASSERT_TRUE(status.ok()) << status;
  }

  static std::chrono::steady_clock::time_point Deadline() {
    return std::chrono::steady_clock::now() + std::chrono::minutes(1);
  }

  // Polls until `done`, handing events to `on_event`; false after a minute or at an error.
  static bool PollUntil(Consumer& consumer, const std::function<bool()>& done,
                        const std::function<void(const GroupEvent&)>& on_event = nullptr) {
    const auto deadline = Deadline();
    while (!done()) {
      auto events = consumer.Poll(absl::Milliseconds(50));
      if (!events.ok()) {
        ADD_FAILURE() << events.status();
        return false;
      }
      for (const GroupEvent& e : *events) {
        if (on_event) on_event(e);
      }
      if (std::chrono::steady_clock::now() > deadline) return false;
    }
    return true;
  }

  // Reads a started partition until it is drained. `next`: where reading goes on.
  static std::vector<Read> Drain(Consumer& consumer, const TopicPartition& at,
                                 int64_t* next = nullptr, size_t records_max = 100) {
    std::vector<Read> out;
    bool drained = false;
    PollUntil(consumer, [&] {
      auto batch = consumer.Read(at, records_max);
      EXPECT_TRUE(batch.ok()) << batch.status();
      if (!batch.ok()) return drained = true;
      EXPECT_LE(batch->records.size(), records_max);
      for (const RecordView& r : batch->records) {
        std::optional<std::string> value;
        if (r.value) value = std::string(*r.value);
        out.push_back({std::string(r.key), value, r.offset});
      }
      if (next != nullptr) *next = batch->next_offset;
      return drained = batch->drained;
    });
    EXPECT_TRUE(drained) << "never drained";
    return out;
  }

  std::vector<std::string> Values(const TopicPartition& at, int64_t from = kFromBeginning) {
    auto reader = Reader();
    EXPECT_TRUE(reader->Start(at, from).ok());
    std::vector<std::string> values;
    for (const Read& r : Drain(*reader, at)) values.push_back(r.value.value_or("(none)"));
    reader->Close();
    return values;
  }

  CommittedOffset Committed(const std::string& group, const TopicPartition& at) {
    auto reader = Reader(group);
    std::vector<CommittedOffset> offsets;
    const auto deadline = Deadline();
    while (offsets.empty() && std::chrono::steady_clock::now() < deadline) {
      auto answer = reader->Committed(std::span(&at, 1));
      if (answer.ok()) {
        offsets = *answer;
      } else if (!absl::IsUnavailable(answer.status())) {
        ADD_FAILURE() << answer.status();
        break;
      }
    }
    reader->Close();
    EXPECT_EQ(offsets.size(), 1u);
    return offsets.empty() ? CommittedOffset{} : offsets[0];
  }

  // Polls until the member has `count` partitions; gives back what is asked back.
  static bool WaitForPartitions(Consumer& member, size_t count, std::set<TopicPartition>& owned) {
    return PollUntil(
        member, [&] { return owned.size() == count; },
        [&](const GroupEvent& e) {
          for (const TopicPartition& at : e.partitions) {
            if (e.type == GroupEvent::Type::kAssigned) {
              owned.insert(at);
            } else {
              owned.erase(at);
              member.Released(at);
            }
          }
        });
  }

  std::unique_ptr<LogUnderTest> under_test_;
};

using testing::ElementsAre;
using testing::IsEmpty;

TEST_P(LogContract, ATopicIsDescribedAsItWasCreated) {
  const std::string name = Topic("described", 3);
  auto info = log().Describe(name);
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_EQ(info->name, name);
  EXPECT_EQ(info->partitions, 3);
  TopicInfo again;
  again.name = name;
  again.partitions = 3;
  EXPECT_TRUE(absl::IsAlreadyExists(log().CreateTopic(again)));
  EXPECT_TRUE(absl::IsNotFound(log().Describe(Fresh("missing")).status()));
}

TEST_P(LogContract, OfManyTopicsThoseThatExistAreDescribedInTheOrderAsked) {
  const std::string first = Topic("many", 2), second = Topic("many", 1);
  const std::vector<std::string> asked = {second, Fresh("missing"), first};
  auto infos = log().DescribeExisting(asked);
  ASSERT_TRUE(infos.ok()) << infos.status();
  ASSERT_EQ(infos->size(), 2u);
  EXPECT_EQ(infos->front().name, second);
  EXPECT_EQ(infos->front().partitions, 1);
  EXPECT_EQ(infos->back().name, first);
  EXPECT_EQ(infos->back().partitions, 2);
  auto none = log().DescribeExisting(std::vector<std::string>());
  ASSERT_TRUE(none.ok()) << none.status();
  EXPECT_TRUE(none->empty());
}

TEST_P(LogContract, RecordsComeBackWholeAndInOrder) {
  const TopicPartition at{Topic("whole"), 0};
  auto sink = Sink(Fresh("id"));
  const HeaderView headers[] = {{"ce_id", "1"}, {"empty", ""}};
  ASSERT_TRUE(sink->Begin().ok());
  ASSERT_TRUE(
      sink->Produce(at,
                    {.key = "a", .value = "one", .headers = headers, .timestamp_ms = 1673732820123})
          .ok());
  ASSERT_TRUE(Put(*sink, at, "b", std::nullopt).ok());
  ASSERT_TRUE(Put(*sink, at, "", "").ok());
  ASSERT_TRUE(sink->Commit().ok());

  auto reader = Reader();
  ASSERT_TRUE(reader->Start(at, 0).ok());
  bool seen = false;
  ASSERT_TRUE(PollUntil(*reader, [&] {
    auto batch = reader->Read(at, 10);
    EXPECT_TRUE(batch.ok());
    if (batch->records.empty()) return false;
    EXPECT_EQ(batch->records.size(), 3u);
    const RecordView& first = batch->records[0];
    EXPECT_EQ(first.key, "a");
    EXPECT_EQ(first.value, "one");
    EXPECT_EQ(first.timestamp_ms, 1673732820123);
    EXPECT_EQ(first.headers.size(), 2u);
    EXPECT_EQ(first.headers[0].name, "ce_id");
    EXPECT_EQ(first.headers[0].value, "1");
    EXPECT_EQ(first.headers[1].value, "");
    EXPECT_EQ(batch->records[1].value, std::nullopt);
    EXPECT_EQ(batch->records[2].key, "");
    EXPECT_EQ(batch->records[2].value, "");
    EXPECT_LT(first.offset, batch->records[1].offset);
    return seen = true;
  }));
  EXPECT_TRUE(seen);
}

TEST_P(LogContract, OrderHoldsWithinAPartitionOverManyTransactions) {
  const TopicPartition at{Topic("order", 2), 1};
  auto sink = Sink(Fresh("id"));
  std::vector<std::string> want;
  for (int t = 0; t < 5; ++t) {
    std::vector<std::string> values;
    for (int i = 0; i < 40; ++i) values.push_back(std::to_string(t * 40 + i));
    PutAll(*sink, at, values);
    want.insert(want.end(), values.begin(), values.end());
  }
  EXPECT_EQ(Values(at), want);
  EXPECT_THAT(Values({at.topic, 0}), IsEmpty());
}

TEST_P(LogContract, ATransactionOverTopicsOffsetsAndChangelogIsAtomic) {
  const TopicPartition out{Topic("out", 2), 1}, changelog{Topic("changelog"), 0},
      in{Topic("in"), 0};
  const std::string group = Fresh("group");
  auto sink = Sink(Fresh("id"));
  ASSERT_TRUE(sink->Begin().ok());
  ASSERT_TRUE(Put(*sink, out, "k", "alert").ok());
  ASSERT_TRUE(Put(*sink, changelog, "row", "1").ok());
  const OffsetToCommit offset{in, 7, "seq=1"};
  ASSERT_TRUE(sink->SendOffsets(group, std::span(&offset, 1), nullptr).ok());
  EXPECT_THAT(Values(out), IsEmpty());
  EXPECT_THAT(Values(changelog), IsEmpty());

  ASSERT_TRUE(sink->Commit().ok());
  EXPECT_THAT(Values(out), ElementsAre("alert"));
  EXPECT_THAT(Values(changelog), ElementsAre("1"));
  EXPECT_EQ(Committed(group, in).offset, 7);
}

TEST_P(LogContract, AbortedRecordsAndOffsetsAreInvisible) {
  const TopicPartition at{Topic("aborted"), 0};
  const std::string group = Fresh("group");
  auto sink = Sink(Fresh("id"));
  PutAll(*sink, at, {"before"});
  ASSERT_TRUE(sink->Begin().ok());
  ASSERT_TRUE(Put(*sink, at, "k", "never").ok());
  const OffsetToCommit offset{at, 7, "seq=1"};
  ASSERT_TRUE(sink->SendOffsets(group, std::span(&offset, 1), nullptr).ok());
  const Status aborted = sink->Abort();
  ASSERT_TRUE(aborted.ok()) << aborted;
  PutAll(*sink, at, {"after"});
  EXPECT_THAT(Values(at), ElementsAre("before", "after"));
  EXPECT_EQ(Committed(group, at).offset, -1);
}

TEST_P(LogContract, OffsetsCarryMetadata) {
  const TopicPartition first{Topic("metadata", 2), 0}, second{first.topic, 1};
  const std::string group = Fresh("group");
  auto sink = Sink(Fresh("id"));
  ASSERT_TRUE(sink->Begin().ok());
  const std::string clock(1000, 'c');
  OffsetToCommit offsets[2];
  offsets[0] = {first, 0, "seq=41"};
  offsets[1] = {second, 12, clock};
  ASSERT_TRUE(sink->SendOffsets(group, offsets, nullptr).ok());
  ASSERT_TRUE(sink->Commit().ok());

  auto reader = Reader(group);
  const TopicPartition both[] = {second, first};
  auto committed = reader->Committed(both);
  ASSERT_TRUE(committed.ok()) << committed.status();
  ASSERT_EQ(committed->size(), 2u);
  EXPECT_EQ((*committed)[0].offset, 12);
  EXPECT_EQ((*committed)[0].metadata, clock);
  EXPECT_EQ((*committed)[1].offset, 0);
  EXPECT_EQ((*committed)[1].metadata, "seq=41");
  EXPECT_EQ(Committed(Fresh("group"), first).offset, -1);
}

TEST_P(LogContract, AFencedProducerCannotCommit) {
  const TopicPartition at{Topic("fenced"), 0};
  const std::string id = Fresh("id");
  auto zombie = Sink(id);
  ASSERT_TRUE(zombie->Begin().ok());
  ASSERT_TRUE(Put(*zombie, at, "k", "zombie").ok());
  auto successor = Sink(other(), id);
  PutAll(*successor, at, {"successor"});
  const Status status = zombie->Commit();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(Values(at), ElementsAre("successor"));
}

TEST_P(LogContract, InitEndsTheOpenTransactionOfTheOneBefore) {
  const TopicPartition at{Topic("open"), 0};
  const std::string id = Fresh("id"), group = Fresh("group");
  auto dead = Sink(id);
  ASSERT_TRUE(dead->Begin().ok());
  ASSERT_TRUE(Put(*dead, at, "k", "undecided").ok());
  const OffsetToCommit offset{at, 7, "seq=1"};
  ASSERT_TRUE(dead->SendOffsets(group, std::span(&offset, 1), nullptr).ok());
  auto successor = Sink(other(), id);
  EXPECT_EQ(Committed(group, at).offset, -1);
  PutAll(*successor, at, {"decided"});
  EXPECT_THAT(Values(at), ElementsAre("decided"));
}

TEST_P(LogContract, ReadingEndsDrainedPastMarkers) {
  const TopicPartition at{Topic("drained"), 0};
  auto sink = Sink(Fresh("id"));
  PutAll(*sink, at, {"a", "b"});
  ASSERT_TRUE(sink->Begin().ok());
  ASSERT_TRUE(Put(*sink, at, "k", "never").ok());
  ASSERT_TRUE(sink->Abort().ok());

  auto reader = Reader();
  ASSERT_TRUE(reader->Start(at, kFromBeginning).ok());
  int64_t next = -1;
  EXPECT_EQ(Drain(*reader, at, &next, /*records_max=*/1).size(), 2u);
  auto bounds = reader->Bounds(at);
  ASSERT_TRUE(bounds.ok()) << bounds.status();
  EXPECT_EQ(bounds->first, 0);
  EXPECT_EQ(next, bounds->second);

  PutAll(*sink, at, {"c"});  // drained is no end: reading goes on
  std::vector<std::string> more;
  EXPECT_TRUE(PollUntil(*reader, [&] {
    auto batch = reader->Read(at, 10);
    EXPECT_TRUE(batch.ok()) << batch.status();
    for (const RecordView& r : batch->records) more.emplace_back(*r.value);
    return !more.empty();
  }));
  EXPECT_THAT(more, ElementsAre("c"));
}

TEST_P(LogContract, AnEmptyPartitionIsDrained) {
  const TopicPartition at{Topic("empty"), 0};
  EXPECT_THAT(Values(at), IsEmpty());
  EXPECT_THAT(Values(at, 0), IsEmpty());
}

TEST_P(LogContract, StartReadsFromTheOffsetAndAgain) {
  const TopicPartition at{Topic("start"), 0};
  auto sink = Sink(Fresh("id"));
  PutAll(*sink, at, {"a", "b", "c"});
  auto reader = Reader();
  ASSERT_TRUE(reader->Start(at, 1).ok());
  EXPECT_EQ(Drain(*reader, at).size(), 2u);
  ASSERT_TRUE(reader->Start(at, 2).ok());  // back, as after an abort
  const std::vector<Read> again = Drain(*reader, at);
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].value, "c");
  EXPECT_EQ(again[0].offset, 2);
}

TEST_P(LogContract, WhatWasFetchedBeforeAStartIsNotSeenAfterIt) {
  constexpr int64_t kRecords = 500;
  const TopicPartition at{Topic("start-again"), 0};
  auto sink = Sink(Fresh("id"));
  PutAll(*sink, at, std::vector<std::string>(kRecords, "v"));
  auto reader = Reader();
  // There and back, each time with much that is fetched and not read.
  for (const int64_t offset : {0, 400, 10, 499, 10}) {
    ASSERT_TRUE(reader->Start(at, offset).ok());
    int64_t first = -1;
    PollUntil(*reader, [&] {
      auto batch = reader->Read(at, 1);
      EXPECT_TRUE(batch.ok()) << batch.status();
      if (!batch.ok()) return true;
      if (!batch->records.empty()) first = batch->records[0].offset;
      EXPECT_FALSE(batch->drained && batch->records.empty()) << "before anything was read";
      EXPECT_GE(batch->next_offset, offset);
      EXPECT_LE(batch->next_offset, first < 0 ? offset : kRecords + 1);
      return first >= 0;
    });
    EXPECT_EQ(first, offset);
  }
}

TEST_P(LogContract, StartBeyondTheEndIsDataLoss) {
  const TopicPartition at{Topic("beyond"), 0};
  auto sink = Sink(Fresh("id"));
  PutAll(*sink, at, {"a"});
  auto reader = Reader();
  ASSERT_TRUE(reader->Start(at, 1000).ok());
  Status status;
  PollUntil(*reader, [&] {
    auto batch = reader->Read(at, 10);
    status = batch.status();
    return !status.ok();
  });
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
}

TEST_P(LogContract, TwoMembersShareAndOneClosingHandsOver) {
  const std::string topic = Topic("shared", 4), group = Fresh("group");
  auto first = Member(log(), group, ""), second = Member(other(), group, "");
  std::set<TopicPartition> firsts, seconds;
  ASSERT_TRUE(first->Subscribe({topic}).ok());
  ASSERT_TRUE(WaitForPartitions(*first, 4, firsts));
  ASSERT_TRUE(second->Subscribe({topic}).ok());

  // Both have to be polled for the hand-over, as by two processes.
  const auto deadline = Deadline();
  auto serve = [](Consumer& member, std::set<TopicPartition>& owned) {
    auto events = member.Poll(absl::Milliseconds(20));
    ASSERT_TRUE(events.ok()) << events.status();
    for (const GroupEvent& e : *events) {
      for (const TopicPartition& at : e.partitions) {
        if (e.type == GroupEvent::Type::kAssigned) {
          owned.insert(at);
        } else {
          owned.erase(at);
          member.Released(at);
        }
      }
    }
  };
  while ((firsts.size() != 2 || seconds.size() != 2) &&
         std::chrono::steady_clock::now() < deadline) {
    serve(*first, firsts);
    serve(*second, seconds);
    for (const TopicPartition& at : seconds) EXPECT_FALSE(firsts.contains(at)) << at.partition;
  }
  EXPECT_EQ(firsts.size(), 2u);
  EXPECT_EQ(seconds.size(), 2u);

  first->Close();
  EXPECT_TRUE(WaitForPartitions(*second, 4, seconds));
  second->Close();
}

TEST_P(LogContract, AMemberThatLeftCannotCommitOffsets) {
  const std::string topic = Topic("left"), group = Fresh("group");
  auto member = Member(log(), group, "");
  std::set<TopicPartition> owned;
  ASSERT_TRUE(member->Subscribe({topic}).ok());
  ASSERT_TRUE(WaitForPartitions(*member, 1, owned));
  auto membership = member->membership();
  ASSERT_TRUE(membership->valid());
  auto sink = Sink(Fresh("id"));
  const TopicPartition at{topic, 0}, out{Topic("left-out"), 0};
  const OffsetToCommit good{at, 0, "good"};
  ASSERT_TRUE(sink->Begin().ok());
  ASSERT_TRUE(sink->SendOffsets(group, std::span(&good, 1), membership.get()).ok());
  ASSERT_TRUE(sink->Commit().ok());

  member->Close();
  const OffsetToCommit late{at, 5, "late"};
  ASSERT_TRUE(sink->Begin().ok());
  ASSERT_TRUE(Put(*sink, out, "k", "late").ok());
  Status status = sink->SendOffsets(group, std::span(&late, 1), membership.get());
  EXPECT_TRUE(absl::IsAborted(status)) << status;
  EXPECT_FALSE(sink->Commit().ok());
  const Status aborted = sink->Abort();
  EXPECT_TRUE(aborted.ok()) << aborted;
  EXPECT_EQ(Committed(group, at).metadata, "good");
  EXPECT_THAT(Values(out), IsEmpty());
}

TEST_P(LogContract, OffsetsOfPartitionsThatTheMemberIsNotAssignedAreTaken) {
  const std::string lease = Topic("lease"), group = Fresh("group");
  const TopicPartition raw{Topic("raw"), 0};
  auto member = Member(log(), group, "");
  std::set<TopicPartition> owned;
  ASSERT_TRUE(member->Subscribe({lease}).ok());
  ASSERT_TRUE(WaitForPartitions(*member, 1, owned));
  auto sink = Sink(Fresh("id"));
  OffsetToCommit offsets[2];
  offsets[0].at.topic = lease;
  offsets[0].offset = 0;
  offsets[0].metadata = "clock=1";
  offsets[1].at = raw;
  offsets[1].offset = 3;
  ASSERT_TRUE(sink->Begin().ok());
  const Status status = sink->SendOffsets(group, offsets, member->membership().get());
  ASSERT_TRUE(status.ok()) << status;
  ASSERT_TRUE(sink->Commit().ok());
  EXPECT_EQ(Committed(group, raw).offset, 3);
  EXPECT_EQ(Committed(group, {lease, 0}).metadata, "clock=1");
  member->Close();
}

TEST_P(LogContract, ARestartedInstanceHasItsPartitionsAndFencesTheOneBefore) {
  const std::string topic = Topic("static", 2), group = Fresh("group");
  auto before = Member(log(), group, "one");
  std::set<TopicPartition> befores, afters;
  ASSERT_TRUE(before->Subscribe({topic}).ok());
  ASSERT_TRUE(WaitForPartitions(*before, 2, befores));
  auto after = Member(other(), group, "one");
  ASSERT_TRUE(after->Subscribe({topic}).ok());
  ASSERT_TRUE(WaitForPartitions(*after, 2, afters));
  Status status;
  const auto deadline = Deadline();
  while (status.ok() && std::chrono::steady_clock::now() < deadline) {
    status = before->Poll(absl::Milliseconds(50)).status();
    ASSERT_TRUE(after->Poll(absl::ZeroDuration()).ok());
  }
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  after->Close();
}

}  // namespace lagesbild::stream
