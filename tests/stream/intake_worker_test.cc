// Intake as a worker: lease, order, clock, ticks, configuration in band (architecture §1, §2) over
// the memory log.
#include "stream/intake_worker.h"

#include <gmock/gmock.h>

#include <cmath>

#include "base/hash.h"
#include "stream/engine_rig.h"
#include "stream/small_town.h"

namespace lagesbild::stream {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct Crash {};

class IntakeWorkerTest : public EngineRig {
 protected:
  IntakeOptions Options(ClockMode clock, const std::string& instance = "one") {
    IntakeOptions options;
    options.instance_id = instance;
    options.topics = topics_;
    options.counts = counts_;
    options.clock = clock;
    options.accept_offsets = accept_offsets_;
    return options;
  }
  std::unique_ptr<IntakeWorker> NewIntake(ClockMode clock = ClockMode::kWall, int64_t version = 1,
                                          const std::string& instance = "one") {
    return std::make_unique<IntakeWorker>(Options(clock, instance), world(), Configured(version));
  }

  void Raw(int32_t partition, int64_t timestamp_ms, const std::string& value,
           const std::string& topic = "safety.incidents.v1") {
    ASSERT_TRUE(writer_->Begin().ok());
    ASSERT_TRUE(writer_
                    ->Produce({topic, partition},
                              {.key = "k", .value = value, .timestamp_ms = timestamp_ms})
                    .ok());
    ASSERT_TRUE(writer_->Commit().ok());
  }
  void Report(int32_t partition, int64_t timestamp_ms, const std::string& id,
              const std::string& lon = "17.82") {
    Raw(partition, timestamp_ms, ReportJson(id, timestamp_ms, lon));
  }

  bool accept_offsets_ = false;

  // More than a round takes, so that its transaction stays open.
  static constexpr int kBacklog = 6000;
  void Backlog() {
    ASSERT_TRUE(writer_->Begin().ok());
    for (int i = 0; i < kBacklog; ++i) {
      const std::string value = ReportJson("r" + std::to_string(i), kStart);
      ASSERT_TRUE(writer_
                      ->Produce({"safety.incidents.v1", 0},
                                {.key = "k", .value = value, .timestamp_ms = kStart})
                      .ok());
    }
    ASSERT_TRUE(writer_->Commit().ok());
  }

  // The picture log of one partition as "kind@clock-kStart", reports with their id.
  std::vector<std::string> PictureLog(int32_t partition, bool with_ticks = true) {
    std::vector<std::string> out;
    auto reader = *log_->OpenConsumer({});
    const TopicPartition at{topics_.picture_log, partition};
    EXPECT_TRUE(reader->Start(at, kFromBeginning).ok());
    LogDecoder decoder;
    LogRecord r;
    for (bool drained = false; !drained;) {
      auto batch = reader->Read(at, 1000);
      EXPECT_TRUE(batch.ok());
      drained = batch->drained;
      for (const RecordView& view : batch->records) {
        EXPECT_TRUE(decoder.Decode(*view.value, r).ok());
        static const char* const kNames[] = {"tick",     "report",  "superseded",
                                             "liveness", "command", "configuration"};
        std::string name = kNames[r.body.index()];
        if (const auto* report = std::get_if<lagesbild::Report>(&r.body)) name = report->key.id;
        if (!with_ticks && name == "tick") continue;
        out.push_back(name + "@" + std::to_string(r.clock_ms - kStart));
      }
    }
    return out;
  }
  // Past the first tick of all.
  void RunPastATick(IntakeWorker& intake) {
    ASSERT_TRUE(RunUntilIdle(intake).ok());
    clock_.Advance(absl::Milliseconds(1001));
    ASSERT_TRUE(RunUntilIdle(intake).ok());
  }
  int32_t Hv() const { return PartitionOf("hv", 2); }

  LeaseState Lease() {
    auto lease = DecodeLease(Committed("lagesbild-intake", {topics_.lease, 0}).metadata);
    EXPECT_TRUE(lease.ok()) << lease.status();
    return lease.value_or(LeaseState());
  }
};

TEST_F(IntakeWorkerTest, AFreshLogBeginsWithTheConfigurationAndItsReportsFollow) {
  Report(0, kStart - 5000, "a");
  auto intake = NewIntake();
  ASSERT_TRUE(RunUntilIdle(*intake).ok());
  const auto log = PictureLog(Hv());
  ASSERT_THAT(log, SizeIs(testing::Ge(4)));
  EXPECT_EQ(log[0], "configuration@-5000");  // not at the wall: the backlog is older
  EXPECT_THAT(log, testing::Contains("a@-5000"));
  EXPECT_TRUE(log.back().starts_with("tick@"));  // later than the last record, at the wall
  EXPECT_GE(Lease().clock_ms, kStart);
  EXPECT_EQ(Lease().configuration_hash, "hash-1");
  EXPECT_EQ(PictureLog(1 - Hv())[0], "configuration@-5000");
}

TEST_F(IntakeWorkerTest, ABacklogIsTakenLowestTimeFirstOverAllPartitions) {
  Report(0, kStart - 900, "c");
  Report(0, kStart - 100, "e");
  Report(1, kStart - 1000, "b");
  Report(1, kStart - 500, "d");
  Report(1, kStart - 2000, "late");  // its partition has been at -500
  auto intake = NewIntake();
  ASSERT_TRUE(RunUntilIdle(*intake).ok());
  std::vector<std::string> reports;
  for (const std::string& line : PictureLog(Hv(), false)) {
    if (!line.starts_with("liveness") && !line.starts_with("configuration"))
      reports.push_back(line);
  }
  EXPECT_THAT(reports, ElementsAre("b@-1000", "c@-900", "d@-500", "late@-500", "e@-100"));
}

TEST_F(IntakeWorkerTest, WhenDrainedTouchedPartitionsGetATickAtOnceAndAllEachSecond) {
  auto intake = NewIntake();
  ASSERT_TRUE(RunUntilIdle(*intake).ok());
  for (int i = 0; i < 5; ++i) {
    clock_.Advance(absl::Seconds(1));
    ASSERT_TRUE(intake->Round(absl::ZeroDuration()).ok());
  }
  const size_t quiet = PictureLog(1 - Hv()).size();
  EXPECT_GE(quiet, 5u);
  Report(0, clock_.WallMs(), "a");
  clock_.Advance(absl::Milliseconds(10));
  ASSERT_TRUE(intake->Round(absl::ZeroDuration()).ok());
  const auto log = PictureLog(Hv());
  EXPECT_THAT(log, testing::Contains(testing::StartsWith("a@")));
  EXPECT_EQ(log.back(), "tick@" + std::to_string(clock_.WallMs() - kStart));
}

TEST_F(IntakeWorkerTest, ATransactionThatMayWaitDoesNotFollowTheLastAtOnce) {
  auto intake = NewIntake();
  ASSERT_TRUE(RunUntilIdle(*intake).ok());
  const auto round = [&](absl::Duration later) {
    clock_.Advance(later);
    ASSERT_TRUE(intake->Round(absl::Milliseconds(100)).ok());
  };
  Report(0, clock_.WallMs(), "a");
  round(absl::Seconds(1));  // after a pause at once
  EXPECT_THAT(PictureLog(Hv()), testing::Contains(testing::StartsWith("a@")));
  Report(0, clock_.WallMs(), "b");
  round(absl::Milliseconds(10));
  EXPECT_THAT(PictureLog(Hv()), testing::Not(testing::Contains(testing::StartsWith("b@"))));
  round(absl::Milliseconds(15));
  EXPECT_THAT(PictureLog(Hv()), testing::Contains(testing::StartsWith("b@")));
}

TEST_F(IntakeWorkerTest, ATickIsLaterThanTheLastRecordEvenIfTheWallIsBehind) {
  Report(0, kStart + 60'000, "ahead");  // a minute: within max_future
  auto intake = NewIntake();
  ASSERT_TRUE(RunUntilIdle(*intake, 5).ok());
  EXPECT_THAT(PictureLog(Hv()), testing::Contains("ahead@60000"));
  EXPECT_EQ(PictureLog(Hv()).back(), "tick@60001");
  clock_.Advance(absl::Seconds(1));
  ASSERT_TRUE(RunUntilIdle(*intake, 5).ok());
  EXPECT_EQ(PictureLog(Hv()).back(), "tick@60001");  // never back
}

TEST_F(IntakeWorkerTest, ATimestampFarAheadOfTheWallCountsAsTheWall) {
  Report(0, kStart + 3 * kHourMs, "future");
  auto intake = NewIntake();
  ASSERT_TRUE(RunUntilIdle(*intake, 5).ok());
  EXPECT_EQ(metrics_.Value("future_timestamps_total"), 1);
  EXPECT_LE(*Lease().clock_ms, clock_.WallMs() + 1);
}

TEST_F(IntakeWorkerTest, AWallThatLeapsStopsIntake) {
  auto intake = NewIntake();
  ASSERT_TRUE(RunUntilIdle(*intake).ok());
  clock_.LeapWall(absl::Minutes(59));
  ASSERT_TRUE(intake->Round(absl::ZeroDuration()).ok());
  clock_.LeapWall(absl::Minutes(61));
  const Status status = intake->Round(absl::ZeroDuration());
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(Message(status), HasSubstr("leapt"));
}

TEST_F(IntakeWorkerTest, ARunOverRecordsNeverLooksAtTheWallAndIsClosedByOneTick) {
  clock_.SetWall(kStart + 400 * kDayMs);
  Report(0, kStart + 10, "a");
  Report(1, kStart + 20, "b", "18.05");
  auto intake = NewIntake(ClockMode::kRecords);
  ASSERT_TRUE(RunUntilIdle(*intake).ok());
  EXPECT_TRUE(intake->done());
  for (int i = 0; i < 5; ++i) {
    clock_.LeapWall(absl::Hours(2));
    clock_.Advance(absl::Seconds(1));
    ASSERT_TRUE(intake->Round(absl::ZeroDuration()).ok());
  }
  EXPECT_EQ(PictureLog(0).back(), "tick@21");
  EXPECT_EQ(PictureLog(1).back(), "tick@21");
  // A restart does not close it again; more input does.
  intake->Close().IgnoreError();
  intake = NewIntake(ClockMode::kRecords);
  ASSERT_TRUE(RunUntilIdle(*intake).ok());
  EXPECT_TRUE(intake->done());
  EXPECT_THAT(PictureLog(Hv()), testing::Contains(HasSubstr("tick")).Times(1));
  Report(0, kStart + 15, "older");
  ASSERT_TRUE(RunUntilIdle(*intake).ok());
  EXPECT_THAT(PictureLog(Hv()), testing::Contains("older@21"));
  EXPECT_EQ(PictureLog(Hv()).back(), "tick@22");
}

TEST_F(IntakeWorkerTest, DeadLettersGoOutInTheSameTransactionAndMoveTheOffset) {
  Raw(0, kStart, R"({"org":"polisen","name":"Anna Andersson"})");
  auto intake = NewIntake();
  ASSERT_TRUE(RunUntilIdle(*intake).ok());
  const auto dead = ReadTopic(topics_.dead_letters);
  ASSERT_THAT(dead, SizeIs(1));
  EXPECT_THAT(dead[0], HasSubstr(R"("topic":"incidents","partition":0,"offset":0)"));
  EXPECT_THAT(dead[0], HasSubstr(R"("reason":"unknown-field")"));
  EXPECT_THAT(dead[0], testing::Not(HasSubstr("Anna")));
  EXPECT_EQ(Committed("lagesbild-intake", {"safety.incidents.v1", 0}).offset, 2);
}

TEST_F(IntakeWorkerTest, WhatIsLateOrNowhereIsCountedBySourceOnceItIsCommitted) {
  const auto report = [&](const std::string& org, int64_t occurred_ms, const std::string& lon) {
    std::string json = ReportJson("r", occurred_ms, lon);
    json.replace(json.find("polisen"), 7, org);
    Raw(0, kStart, json);
  };
  report("polisen", kStart - 2 * kHourMs, "17.82");  // late: the shortest window is an hour
  report("vakt", kStart - 2 * kHourMs, "17.82");
  report("vakt", kStart - 2 * kHourMs, "17.82");
  report("vakt", kStart - 400 * kDayMs, "17.82");
  report("polisen", kStart, "-3");
  report("polisen", kStart, "17.82");
  bool armed = true;
  log_->set_fault([&](std::string_view operation) -> Status {
    if (operation != "commit" || !std::exchange(armed, false)) return absl::OkStatus();
    return Aborted("by the test");
  });
  auto intake = NewIntake();
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(intake->Round(absl::ZeroDuration()).ok());
    clock_.Advance(absl::Milliseconds(20));
  }
  log_->set_fault(nullptr);
  EXPECT_FALSE(armed);
  // Once each, though they were taken twice.
  EXPECT_EQ(metrics_.Value("late_records_total", "outcome=accepted,source=polisen"), 1);
  EXPECT_EQ(metrics_.Value("late_records_total", "outcome=accepted,source=vakt"), 2);
  EXPECT_EQ(metrics_.Value("late_records_total", "outcome=too-old,source=vakt"), 1);
  EXPECT_EQ(metrics_.Value("late_records_total"), 4);
  EXPECT_EQ(metrics_.Value("unlocated_records_total", "reason=out-of-area,source=polisen"), 1);
  EXPECT_EQ(metrics_.Value("unlocated_records_total"), 1);
}

TEST_F(IntakeWorkerTest, ALeaseThatIsLostTakesItsTransactionAndWhatItKnewOfSourcesWithIt) {
  Backlog();
  auto intake = NewIntake();
  while (!intake->active()) ASSERT_TRUE(intake->Round(absl::ZeroDuration()).ok());
  EXPECT_GT(metrics_.Value("source_last_received_timestamp_seconds", "polisen"), 0);
  log_->Expel("lagesbild-intake");
  ASSERT_TRUE(intake->Round(absl::ZeroDuration()).ok());
  EXPECT_FALSE(intake->active());
  EXPECT_EQ(metrics_.Value("transaction_aborts_total", "lost"), 1);
  EXPECT_TRUE(std::isnan(metrics_.Value("source_last_received_timestamp_seconds", "polisen")));
}

TEST_F(IntakeWorkerTest, TheTimeOfARoundIsWorkOrCommitOrWaiting) {
  Report(0, kStart, "a");
  SetFailpointHook([&](std::string_view name) {
    if (name == "intake.begun") clock_.Advance(absl::Seconds(3));
    if (name == "intake.sent_offsets") clock_.Advance(absl::Seconds(5));
  });
  auto intake = NewIntake();
  while (metrics_.Value("commits_total", "committed") < 1) {
    ASSERT_TRUE(intake->Round(absl::ZeroDuration()).ok());
  }
  EXPECT_DOUBLE_EQ(metrics_.Value("worker_seconds_total", "worker=intake,state=work"), 3);
  EXPECT_DOUBLE_EQ(metrics_.Value("worker_seconds_total", "worker=intake,state=commit"), 5);
  EXPECT_DOUBLE_EQ(metrics_.Value("worker_seconds_total", "worker=intake,state=idle"), 0);
}

TEST_F(IntakeWorkerTest, IsReadyOnceTheBacklogOfItsStartIsCommittedAndLagChangesNothingThen) {
  Backlog();
  auto intake = NewIntake();
  while (!intake->active()) ASSERT_TRUE(intake->Round(absl::ZeroDuration()).ok());
  PartHealth health = health_.parts().at("intake");
  EXPECT_FALSE(health.ready);
  EXPECT_EQ(health.state, "catching-up");
  EXPECT_EQ(health.remaining_records, kBacklog - 5000 + 1);  // and the marker
  // Nothing of it is committed before it says so.
  while (!health_.ready()) {
    EXPECT_THAT(PictureLog(Hv()), IsEmpty());
    ASSERT_TRUE(intake->Round(absl::ZeroDuration()).ok());
  }
  EXPECT_THAT(PictureLog(Hv()), SizeIs(testing::Gt(static_cast<size_t>(kBacklog))));
  EXPECT_EQ(health_.parts().at("intake").state, "active");
  clock_.Advance(absl::Seconds(6));
  ASSERT_TRUE(RunUntilIdle(*intake).ok());
  EXPECT_EQ(metrics_.Value("consumer_lag_records", "topic=safety.incidents.v1,partition=0"), 0);
  Backlog();
  clock_.Advance(absl::Seconds(6));
  ASSERT_TRUE(intake->Round(absl::ZeroDuration()).ok());
  EXPECT_TRUE(health_.ready());
  EXPECT_EQ(metrics_.Value("consumer_lag_records", "topic=safety.incidents.v1,partition=0"),
            kBacklog + 1);
}

TEST_F(IntakeWorkerTest, AStandbyIsReadyWhenItIsClearThatAnotherHoldsTheLease) {
  auto first = NewIntake(ClockMode::kWall, 1, "one");
  ASSERT_TRUE(RunUntilIdle(*first).ok());
  auto second = NewIntake(ClockMode::kWall, 1, "two");
  ASSERT_TRUE(second->Round(absl::ZeroDuration()).ok());
  EXPECT_FALSE(health_.ready());
  clock_.Advance(absl::Seconds(4));
  ASSERT_TRUE(second->Round(absl::ZeroDuration()).ok());
  EXPECT_TRUE(health_.ready());
  EXPECT_EQ(health_.parts().at("intake").state, "standby");
  // What it finds when it takes over is not the backlog of its start.
  Backlog();
  ASSERT_TRUE(first->Close().ok());
  while (!second->active()) {
    ASSERT_TRUE(second->Round(absl::ZeroDuration()).ok());
    EXPECT_TRUE(health_.ready());
  }
}

TEST_F(IntakeWorkerTest, ATraceOfTheW3cFormGoesOnIntoThePictureLogAndAnyOtherDoesNot) {
  const std::string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  for (const std::string& value : {trace, std::string("Anna Andersson"), std::string()}) {
    const HeaderView header{"traceparent", value};
    const std::string report = ReportJson("r" + std::to_string(value.size()), kStart);
    ASSERT_TRUE(writer_->Begin().ok());
    ASSERT_TRUE(writer_
                    ->Produce({"safety.incidents.v1", 0}, {.key = "k",
                                                           .value = report,
                                                           .headers = std::span(&header, 1),
                                                           .timestamp_ms = kStart})
                    .ok());
    ASSERT_TRUE(writer_->Commit().ok());
  }
  auto intake = NewIntake();
  ASSERT_TRUE(RunUntilIdle(*intake).ok());
  auto reader = *log_->OpenConsumer({});
  ASSERT_TRUE(reader->Start({topics_.picture_log, Hv()}, 0).ok());
  auto batch = reader->Read({topics_.picture_log, Hv()}, 100);
  std::map<std::string, std::string> traces;
  for (const RecordView& view : batch->records) {
    LogRecord record;
    ASSERT_TRUE(LogDecoder().Decode(*view.value, record).ok());
    if (const auto* report = std::get_if<lagesbild::Report>(&record.body)) {
      traces[report->key.id] = view.headers.empty() ? "none" : view.headers[0].value;
    }
  }
  EXPECT_THAT(traces, ElementsAre(std::pair("r0", "none"), std::pair("r14", "none"),
                                  std::pair("r55", trace)));
}

TEST_F(IntakeWorkerTest, OneServesTheOtherStandsByAndTheClockGoesOnThroughTheHandOver) {
  Report(0, kStart + 60'000, "ahead");
  auto first = NewIntake(ClockMode::kWall, 1, "one");
  auto second = NewIntake(ClockMode::kWall, 1, "two");
  ASSERT_TRUE(RunUntilIdle(*first).ok());
  ASSERT_TRUE(RunUntilIdle(*second).ok());
  EXPECT_TRUE(first->active());
  EXPECT_FALSE(second->active());
  const LeaseState before = Lease();
  ASSERT_TRUE(first->Close().ok());
  Report(0, kStart + 100, "behind");
  ASSERT_TRUE(RunUntilIdle(*second).ok());
  EXPECT_TRUE(second->active());
  EXPECT_GE(*Lease().clock_ms, *before.clock_ms);
  const auto log = PictureLog(Hv());
  EXPECT_THAT(log, testing::Contains("behind@60001"));
  int configurations = 0;
  for (const std::string& line : log) configurations += line.starts_with("configuration") ? 1 : 0;
  EXPECT_EQ(configurations, 1);
}

TEST_F(IntakeWorkerTest, AZombieIsFencedAndItsWorkIsNotSeenTwice) {
  auto zombie = NewIntake(ClockMode::kWall, 1, "one");
  ASSERT_TRUE(RunUntilIdle(*zombie).ok());
  Report(0, clock_.WallMs(), "a");
  log_->Expel("lagesbild-intake");  // its session timed out, and it does not know
  auto successor = NewIntake(ClockMode::kWall, 1, "two");
  ASSERT_TRUE(RunUntilIdle(*successor).ok());
  EXPECT_TRUE(successor->active());
  for (int i = 0; i < 600; ++i) {
    ASSERT_TRUE(zombie->Round(absl::ZeroDuration()).ok());
    ASSERT_TRUE(successor->Round(absl::ZeroDuration()).ok());
    clock_.Advance(absl::Milliseconds(20));
  }
  EXPECT_NE(zombie->active(), successor->active());
  int seen = 0;
  for (const std::string& line : PictureLog(Hv())) seen += line.starts_with("a@") ? 1 : 0;
  EXPECT_EQ(seen, 1);
}

TEST_F(IntakeWorkerTest, ANewConfigurationIsPublishedIfItsVersionIsHigher) {
  auto intake = NewIntake();
  RunPastATick(*intake);
  auto same_version = Configured(1);
  same_version->hash = "other";
  intake->Reconfigure(std::move(same_version));
  ASSERT_TRUE(RunUntilIdle(*intake).ok());
  EXPECT_TRUE(reporter_.Said("needs a higher version"));
  EXPECT_EQ(Lease().configuration_hash, "hash-1");
  intake->Reconfigure(Configured(2));
  clock_.Advance(absl::Seconds(1));
  ASSERT_TRUE(RunUntilIdle(*intake).ok());
  EXPECT_EQ(Lease().configuration_version, 2);
  for (int32_t p = 0; p < 2; ++p) {
    int configurations = 0;
    for (const std::string& line : PictureLog(p)) {
      configurations += line.starts_with("configuration") ? 1 : 0;
    }
    EXPECT_EQ(configurations, 2);
  }
}

TEST_F(IntakeWorkerTest, AnInstanceWithAnOlderConfigurationDoesNotJoinUntilItIsRaised) {
  {
    auto newer = NewIntake(ClockMode::kWall, 2);
    RunPastATick(*newer);
    ASSERT_TRUE(newer->Close().ok());
  }
  auto older = NewIntake(ClockMode::kWall, 1);
  ASSERT_TRUE(RunUntilIdle(*older).ok());
  EXPECT_FALSE(older->active());
  EXPECT_FALSE(health_.ready());
  EXPECT_TRUE(reporter_.Said("is not higher"));
  older->Reconfigure(Configured(3));
  clock_.Advance(absl::Seconds(6));
  RunPastATick(*older);
  EXPECT_TRUE(older->active());
  EXPECT_EQ(Lease().configuration_version, 3);
}

TEST_F(IntakeWorkerTest, ARawOffsetThatHasGoneMissingIsARefusal) {
  Report(0, kStart, "a");
  auto intake = NewIntake();
  ASSERT_TRUE(RunUntilIdle(*intake).ok());
  ASSERT_TRUE(intake->Close().ok());
  log_->ResetOffset("lagesbild-intake", {"safety.incidents.v1", 0}, -1, "");
  intake = NewIntake();
  const Status status = RunUntilIdle(*intake);
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(Message(status), HasSubstr("safety.incidents.v1 partition 0"));
}

TEST_F(IntakeWorkerTest, ARawOffsetThatWasSetByHandIsARefusalUntilAccepted) {
  Report(0, kStart, "a");
  auto intake = NewIntake();
  ASSERT_TRUE(RunUntilIdle(*intake).ok());
  ASSERT_TRUE(intake->Close().ok());
  const TopicPartition at{"safety.incidents.v1", 0};
  log_->ResetOffset("lagesbild-intake", at, 0, "");  // as kafka-consumer-groups does it
  intake = NewIntake();
  const Status status = RunUntilIdle(*intake);
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(Message(status), HasSubstr("set by hand"));
  intake->Close().IgnoreError();
  accept_offsets_ = true;
  intake = NewIntake();
  ASSERT_TRUE(RunUntilIdle(*intake).ok());
  EXPECT_GE(Committed("lagesbild-intake", at).offset, 1);
}

TEST_F(IntakeWorkerTest, ALeaseThatIsGoneIsARefusalUntilAcceptedAndTheClockGoesOn) {
  Report(0, kStart + 60'000, "a");
  auto intake = NewIntake();
  ASSERT_TRUE(RunUntilIdle(*intake).ok());
  ASSERT_TRUE(intake->Close().ok());
  const std::optional<int64_t> clock_ms = Lease().clock_ms;
  log_->ResetOffset("lagesbild-intake", {topics_.lease, 0}, -1, "");
  intake = NewIntake();
  const Status status = RunUntilIdle(*intake);
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(Message(status), HasSubstr("--accept-rewind"));
  intake->Close().IgnoreError();
  accept_offsets_ = true;
  Report(0, kStart, "b");  // an earlier time
  intake = NewIntake();
  ASSERT_TRUE(RunUntilIdle(*intake).ok());
  EXPECT_GE(Lease().clock_ms, clock_ms);
}

TEST_F(IntakeWorkerTest, AllRawOffsetsAreCommittedAgainOnceAnHour) {
  auto intake = NewIntake();
  RunPastATick(*intake);
  const TopicPartition at{"safety.tips.v1", 1};
  EXPECT_EQ(Committed("lagesbild-intake", at).offset, 0);
  log_->ResetOffset("lagesbild-intake", at, -1, "");  // as the broker expires it
  for (int i = 0; i < 62; ++i) {
    clock_.Advance(absl::Minutes(1));
    ASSERT_TRUE(intake->Round(absl::ZeroDuration()).ok());
  }
  EXPECT_EQ(Committed("lagesbild-intake", at).offset, 0);
}

TEST_F(IntakeWorkerTest, ADeathAtAnyFailpointChangesNothingInARunOverRecords) {
  const auto run = [&](std::string_view failpoint, int passing) {
    writer_.reset();
    MakeNewLog(2);
    for (int i = 0; i < 12; ++i) {
      Report(i % 2, kStart + i * 1000, "r" + std::to_string(i), i % 3 == 0 ? "18.05" : "17.82");
    }
    Raw(1, kStart + 5500, "not json");
    int passed = 0, deaths = 0;
    SetFailpointHook([&](std::string_view name) {
      if (name == failpoint && ++passed == passing) throw Crash();
    });
    auto options = Options(ClockMode::kRecords);
    options.commit_bytes = 300;  // many transactions
    const auto start = [&] {
      return std::make_unique<IntakeWorker>(options, world(), Configured());
    };
    auto intake = start();
    for (bool done = false; !done;) {
      try {
        const Status status = RunUntilIdle(*intake);
        EXPECT_TRUE(status.ok()) << status << failpoint;
        done = intake->done() || !status.ok();
      } catch (const Crash&) {
        ++deaths;
        intake.reset();
        intake = start();
      }
    }
    SetFailpointHook(nullptr);
    return std::pair(deaths,
                     std::tuple(PictureLog(0), PictureLog(1), ReadTopic(topics_.dead_letters)));
  };
  // Liveness is sent once a minute and process, and again after a death; it says the same.
  const auto plain = [](auto outcome) {
    for (auto* log : {&std::get<0>(outcome), &std::get<1>(outcome)}) {
      std::erase_if(*log, [](const std::string& line) { return line.starts_with("liveness"); });
    }
    return outcome;
  };
  const auto calm = plain(run("none", 1).second);
  EXPECT_THAT(std::get<2>(calm), SizeIs(1));
  for (const std::string_view name : kFailpoints) {
    if (!name.starts_with("intake.") && !name.starts_with("lease.")) continue;
    if (name == "lease.released") continue;
    for (int passing : {1, 3}) {
      const auto [deaths, outcome] = run(name, passing);
      if (passing == 1) {
        EXPECT_EQ(deaths, 1) << name;
      }
      EXPECT_EQ(plain(outcome), calm) << name << " " << passing;
    }
  }
}

TEST_F(IntakeWorkerTest, AnAbortOrALostReplyIsRedoneFromWhatIsCommitted) {
  std::map<std::string, double> expected;
  for (const auto& [operation, status] : {std::pair{"commit", Aborted("by the test")},
                                          {"commit", Unavailable("timed out")},
                                          {"commit-reply", Unavailable("timed out")},
                                          {"produce", Aborted("by the test")},
                                          {"offsets", FailedPrecondition("fenced")}}) {
    writer_.reset();
    MakeNewLog(2);
    Report(0, kStart, "a");
    bool armed = true;
    log_->set_fault([&, operation = operation, status = status](std::string_view op) -> Status {
      if (op != operation || !armed) return absl::OkStatus();
      armed = false;
      return status;
    });
    auto intake = NewIntake(ClockMode::kRecords);
    for (int i = 0; i < 1000 && !intake->done(); ++i) {
      ASSERT_TRUE(intake->Round(absl::ZeroDuration()).ok()) << operation;
      clock_.Advance(absl::Milliseconds(20));
    }
    EXPECT_FALSE(armed) << operation;
    log_->set_fault(nullptr);
    ++expected[absl::IsAborted(status)       ? "abortable"
               : absl::IsUnavailable(status) ? "unknown"
                                             : "fenced"];
    for (const auto& [reason, times] : expected) {
      EXPECT_EQ(metrics_.Value("transaction_aborts_total", reason), times) << operation << reason;
    }
    EXPECT_THAT(PictureLog(Hv(), false),
                ElementsAre("configuration@0", testing::AnyOf("a@0", "liveness@0"),
                            testing::AnyOf("a@0", "liveness@0")))
        << operation;
  }
}

}  // namespace
}  // namespace lagesbild::stream
