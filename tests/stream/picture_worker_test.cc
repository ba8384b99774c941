// The commit and assign protocol of the picture (architecture §4) over the memory log.
#include "stream/picture_worker.h"

#include <gmock/gmock.h>

#include <cmath>

#include "stream/engine_rig.h"

namespace lagesbild::stream {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct Crash {};  // thrown by failpoint hooks

class PictureWorkerTest : public EngineRig {
 protected:
  // An evening: a shooting, three assaults in one district, ticks in between.
  std::vector<LogRecord> Evening() {
    std::vector<LogRecord> out = {ConfigurationAt(kStart), ReportAt(kStart + 10, "s1", "shooting")};
    for (int i = 0; i < 8; ++i) {
      out.push_back(ReportAt(kStart + 1000 + i * 700, "a" + std::to_string(i), "assault",
                             i % 3 == 0 ? "hv-2" : "hv-1"));
      out.push_back(TickAt(kStart + 1001 + i * 700));
    }
    out.push_back(TickAt(kStart + 20'000));
    return out;
  }

  // An evening is committed, and then what was stored of it is gone, here and in the changelog.
  void LoseStoreAndChangelog() {
    Append(0, Evening());
    auto worker = NewPictureWorker();
    ASSERT_TRUE(RunUntilIdle(*worker).ok());
    ASSERT_TRUE(worker->Close().ok());
    stores_.rows(0).clear();
    log_->Trim({topics_.changelog, 0}, 1'000'000);
  }
};

TEST_F(PictureWorkerTest, AReportBecomesAnAlertAnAggregateAndAnOffset) {
  Append(0,
         {ConfigurationAt(kStart), ReportAt(kStart + 10, "s1", "shooting"), TickAt(kStart + 11)});
  auto worker = NewPictureWorker();
  ASSERT_TRUE(RunUntilIdle(*worker).ok());
  ASSERT_THAT(Alerts(), SizeIs(1));
  EXPECT_THAT(Alerts()[0], HasSubstr("\"rule\":\"shooting-single\""));
  EXPECT_TRUE(LastAggregates().contains("hv-1"));
  EXPECT_EQ(CommittedLog(0).offset, 2);  // the tick is in the instant that is still open
  EXPECT_EQ(CommittedLog(0).metadata, "seq=1");
  EXPECT_EQ(DecodeMeta(stores_.rows(0).at(std::string(kMetaKey)))->next_offset, 2);
  EXPECT_TRUE(health_.ready());
}

TEST_F(PictureWorkerTest, OutputsAreCloudEventsWithIdsThatDependOnTheInputAlone) {
  Append(0, Evening());
  auto worker = NewPictureWorker();
  ASSERT_TRUE(RunUntilIdle(*worker).ok());
  auto reader = *log_->OpenConsumer({});
  for (int32_t p = 0; p < 2; ++p) {
    ASSERT_TRUE(reader->Start({topics_.alerts, p}, 0).ok());
    auto batch = reader->Read({topics_.alerts, p}, 100);
    for (const RecordView& r : batch->records) {
      std::map<std::string_view, std::string_view> headers;
      for (const HeaderView& h : r.headers) headers[h.name] = h.value;
      EXPECT_EQ(headers["ce_specversion"], "1.0");
      EXPECT_EQ(headers["ce_source"], "/lagesbild/lagesbild");
      EXPECT_TRUE(headers["ce_id"].starts_with(std::string(r.key) + "."));
      EXPECT_TRUE(headers["ce_type"].starts_with("se.lagesbild.alert."));
      EXPECT_TRUE(headers["ce_subject"].starts_with("hv"));
      EXPECT_EQ(headers["content-type"], "application/json");
    }
  }
}

TEST_F(PictureWorkerTest, ReportsThatAreHeldOrHavePassedAreCountedBySource) {
  const auto at = [&](int64_t ms, const std::string& org, const std::string& id, int revision) {
    LogRecord record = ReportAt(kStart + ms, id);
    std::get<Report>(record.body).key.org = org;
    std::get<Report>(record.body).revision = revision;
    return record;
  };
  Superseded withdrawn;
  withdrawn.key = {false, "vakt", "w"};
  withdrawn.withdrawn = true;
  std::vector<LogRecord> records = {ConfigurationAt(kStart),   at(10, "polisen", "a", 1),
                                    at(10, "polisen", "a", 1), at(20, "polisen", "a", 2),
                                    at(30, "polisen", "a", 1), at(40, "vakt", "b", 1),
                                    at(50, "vakt", "b", 1),    at(60, "tips", "t", 1),
                                    at(70, "tips", "t", 1),    Record(kStart + 80, withdrawn, ""),
                                    at(90, "vakt", "w", 1),    TickAt(kStart + 100)};
  Append(0, records);
  // A new configuration, with the sources in another order, between duplicates of one commit.
  Settings turned = SmallTown(2);
  std::swap(turned.sources[0], turned.sources[1]);
  ASSERT_TRUE(turned.Index("borough").ok());
  Append(0, {Record(kStart + 110, Configuration{2, EncodeSettings(turned)}, ""),
             at(120, "vakt", "b", 1), TickAt(kStart + 130)});
  bool armed = true;
  log_->set_fault([&](std::string_view operation) -> Status {
    if (operation != "commit" || !std::exchange(armed, false)) return absl::OkStatus();
    return Aborted("by the test");
  });
  auto worker = NewPictureWorker();
  ASSERT_TRUE(RunUntilIdle(*worker).ok());
  log_->set_fault(nullptr);
  EXPECT_FALSE(armed);
  EXPECT_EQ(metrics_.Value("duplicate_records_total", "source=polisen,"), 2);
  EXPECT_EQ(metrics_.Value("duplicate_records_total", "source=vakt,"), 3);
  EXPECT_EQ(metrics_.Value("duplicate_records_total", "source=other,"), 1);
}

TEST_F(PictureWorkerTest, ATraceGoesOnToTheAlertThatItsReportCausedAndChangesNoValue) {
  const std::string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const auto run = [&](const std::string& traceparent) {
    writer_.reset();
    stores_ = MemoryStores();
    MakeNewLog(2);
    std::vector<LogRecord> evening = Evening();
    evening[1].traceparent = traceparent;  // the shooting's
    Append(0, evening);
    auto worker = NewPictureWorker();
    EXPECT_TRUE(RunUntilIdle(*worker).ok());
    return Alerts();
  };
  const auto plain = run("");
  EXPECT_EQ(run("not a trace"), plain);
  EXPECT_EQ(run(trace), plain);
  auto reader = *log_->OpenConsumer({});
  int carried = 0;
  for (int32_t p = 0; p < 2; ++p) {
    ASSERT_TRUE(reader->Start({topics_.alerts, p}, 0).ok());
    auto batch = reader->Read({topics_.alerts, p}, 100);
    for (const RecordView& r : batch->records) {
      const bool shooting = r.value->find("shooting-single") != std::string_view::npos;
      const bool traced = r.headers.back().name == "traceparent";
      EXPECT_EQ(traced, shooting) << *r.value;
      if (!traced) continue;
      EXPECT_EQ(r.headers.back().value, trace);
      ++carried;
    }
  }
  EXPECT_EQ(carried, 1);
}

TEST_F(PictureWorkerTest, ACommitThatMayWaitDoesNotFollowTheLastAtOnce) {
  Append(0, {ConfigurationAt(kStart), TickAt(kStart + 1)});
  auto worker = NewPictureWorker();
  ASSERT_TRUE(RunUntilIdle(*worker).ok());
  const auto round = [&](absl::Duration later) {
    clock_.Advance(later);
    ASSERT_TRUE(worker->Round(absl::Milliseconds(100)).ok());
  };
  Append(0, {TickAt(kStart + 2)});
  round(absl::Seconds(1));  // after a pause at once
  EXPECT_EQ(CommittedLog(0).offset, 3);
  Append(0, {TickAt(kStart + 3)});
  round(absl::Milliseconds(10));
  EXPECT_EQ(CommittedLog(0).offset, 3);
  round(absl::Milliseconds(10));
  EXPECT_EQ(CommittedLog(0).offset, 5);
}

TEST_F(PictureWorkerTest, ACommitNeverCutsAnInstant) {
  Append(0, {ConfigurationAt(kStart), TickAt(kStart + 1), ReportAt(kStart + 10, "s1", "shooting")});
  auto worker = NewPictureWorker();
  ASSERT_TRUE(RunUntilIdle(*worker).ok());
  EXPECT_EQ(CommittedLog(0).offset, 2);
  EXPECT_THAT(Alerts(), IsEmpty());
  // Another record of the same instant, read after a crash: they are judged together.
  worker.reset();
  Append(0, {ReportAt(kStart + 10, "s2", "shooting"), TickAt(kStart + 11)});
  worker = NewPictureWorker();
  ASSERT_TRUE(RunUntilIdle(*worker).ok());
  ASSERT_THAT(Alerts(), SizeIs(1));
  EXPECT_THAT(Alerts()[0], HasSubstr("\"reports\":2"));
}

TEST_F(PictureWorkerTest, AnInstantLargerThanACommitIsJudgedInPartsAndCounted) {
  std::vector<LogRecord> records = {ConfigurationAt(kStart)};
  for (int i = 0; i < 200; ++i) records.push_back(ReportAt(kStart + 10, "a" + std::to_string(i)));
  records.push_back(TickAt(kStart + 11));
  Append(0, records);
  auto options = PictureOptions();
  options.commit_bytes = 4000;
  PictureWorker worker(options, world());
  ASSERT_TRUE(RunUntilIdle(worker).ok());
  EXPECT_GT(metrics_.Value("instants_cut_total"), 3);
  EXPECT_EQ(CommittedLog(0).offset, 201);
  EXPECT_THAT(LastAggregates().at("hv-1"), HasSubstr("\"incidents\":200"));
}

// The heart of it: whatever step the process dies at, the committed output is that of a run without
// a death.
TEST_F(PictureWorkerTest, ADeathAtAnyFailpointChangesNothing) {
  const auto run = [&](std::string_view failpoint, int passing) {
    // A fresh world each time.
    writer_.reset();
    stores_ = MemoryStores();
    clock_ = ManualClock();
    MakeNewLog(2);
    const std::vector<LogRecord> evening = Evening();
    int passed = 0, deaths = 0;
    SetFailpointHook([&](std::string_view name) {
      if (name == failpoint && ++passed == passing) throw Crash();
    });
    auto worker = NewPictureWorker();
    for (size_t i = 0; i < evening.size();) {
      // In small helpings, so that there are many commits.
      std::vector<LogRecord> helping;
      for (int n = 0; n < 3 && i < evening.size(); ++n) helping.push_back(evening[i++]);
      Append(0, helping);
      try {
        EXPECT_TRUE(RunUntilIdle(*worker).ok());
      } catch (const Crash&) {
        ++deaths;
        worker.reset();
        worker = NewPictureWorker();
      }
    }
    EXPECT_TRUE(RunUntilIdle(*worker).ok());
    SetFailpointHook(nullptr);
    return std::pair(deaths, std::pair(Alerts(), LastAggregates()));
  };
  const auto calm = run("none", 1).second;
  EXPECT_THAT(calm.first, SizeIs(testing::Ge(3)));
  for (const std::string_view name : kFailpoints) {
    const bool commit_or_assign = name.starts_with("commit.") || name == "assign.opened_store" ||
                                  name == "assign.initialised_sink" ||
                                  name == "assign.found_offset" || name == "assign.loaded";
    if (!commit_or_assign) continue;
    for (int passing : {1, 2, 4}) {
      const auto [deaths, outcome] = run(name, passing);
      if (name.starts_with("commit.")) {
        EXPECT_EQ(deaths, 1) << name;
      }
      EXPECT_EQ(outcome.first, calm.first) << name << " " << passing;
      EXPECT_EQ(outcome.second, calm.second) << name << " " << passing;
    }
  }
}

TEST_F(PictureWorkerTest, AnEmptyStoreIsRestoredFromTheChangelog) {
  const std::vector<LogRecord> evening = Evening();
  Append(0, {evening.begin(), evening.begin() + 10});
  auto worker = NewPictureWorker();
  ASSERT_TRUE(RunUntilIdle(*worker).ok());
  const MemoryStores::Rows before = stores_.rows(0);
  worker.reset();
  stores_.rows(0).clear();
  Append(0, {evening.begin() + 10, evening.end()});
  worker = NewPictureWorker();
  ASSERT_TRUE(RunUntilIdle(*worker).ok());
  const auto alerts = Alerts();

  // The same without a loss.
  writer_.reset();
  worker.reset();
  stores_ = MemoryStores();
  MakeNewLog(2);
  Append(0, {evening.begin(), evening.begin() + 10});
  worker = NewPictureWorker();
  ASSERT_TRUE(RunUntilIdle(*worker).ok());
  EXPECT_EQ(stores_.rows(0).size(), before.size());
  Append(0, {evening.begin() + 10, evening.end()});
  ASSERT_TRUE(RunUntilIdle(*worker).ok());
  EXPECT_EQ(alerts, Alerts());
}

TEST_F(PictureWorkerTest, ADeathInTheMiddleOfARestoreGoesOnFromThere) {
  const std::vector<LogRecord> evening = Evening();
  auto worker = NewPictureWorker();
  for (const LogRecord& r : evening) {
    Append(0, {r});
    ASSERT_TRUE(RunUntilIdle(*worker).ok());
  }
  const MemoryStores::Rows whole = stores_.rows(0);
  worker.reset();
  stores_.rows(0).clear();
  auto options = PictureOptions();
  options.restore_records = 5;
  for (std::string_view name :
       {"assign.restored_some", "assign.restored_some", "assign.restored_all", "assign.loaded"}) {
    int left = 2;
    SetFailpointHook([&](std::string_view passed) {
      if (passed == name && --left <= (name == "assign.restored_some" ? 0 : 1)) throw Crash();
    });
    worker = std::make_unique<PictureWorker>(options, world());
    EXPECT_THROW(RunUntilIdle(*worker).IgnoreError(), Crash) << name;
    worker.reset();
  }
  SetFailpointHook(nullptr);
  worker = NewPictureWorker();
  ASSERT_TRUE(RunUntilIdle(*worker).ok());
  MemoryStores::Rows again = stores_.rows(0);
  again.erase(std::string(kLocalKey));
  MemoryStores::Rows want = whole;
  want.erase(std::string(kLocalKey));
  EXPECT_EQ(again, want);
}

TEST_F(PictureWorkerTest, ADamagedStoreIsSetAsideAndRebuiltThatPartitionOnly) {
  Append(0, Evening());
  Append(1, {ConfigurationAt(kStart), ReportAt(kStart + 5, "k1", "shooting", "ki-1"),
             TickAt(kStart + 6)});
  auto worker = NewPictureWorker();
  ASSERT_TRUE(RunUntilIdle(*worker).ok());
  const auto alerts = Alerts();
  worker.reset();
  stores_.Damage(0);
  worker = NewPictureWorker();
  Append(0, {TickAt(kStart + 30'000)});
  ASSERT_TRUE(RunUntilIdle(*worker).ok());
  EXPECT_EQ(stores_.discarded(0), 1);
  EXPECT_EQ(stores_.discarded(1), 0);
  EXPECT_TRUE(reporter_.Said("rebuilding it from the changelog"));
  EXPECT_EQ(Alerts(), alerts);
}

// As by a compaction that takes a tombstone between two reads of the changelog.
TEST_F(PictureWorkerTest, AStoreThatIsBadAfterARestoreIsRebuiltAgainButNotForEver) {
  Append(0, Evening());
  auto worker = NewPictureWorker();
  ASSERT_TRUE(RunUntilIdle(*worker).ok());
  int restores_to_spoil = 2;
  const auto spoil = [&] {
    if (restores_to_spoil > stores_.discarded(0)) stores_.rows(0)["too-many"] = "x";
    return absl::OkStatus();
  };
  worker.reset();
  stores_.rows(0).clear();
  stores_.set_write_fault(spoil);
  worker = NewPictureWorker();
  ASSERT_TRUE(RunUntilIdle(*worker).ok());
  EXPECT_EQ(stores_.discarded(0), 2);

  worker.reset();
  stores_.rows(0).clear();
  restores_to_spoil = 1000;
  worker = NewPictureWorker();
  EXPECT_TRUE(absl::IsDataLoss(RunUntilIdle(*worker)));
  EXPECT_LE(stores_.discarded(0), 10);
}

TEST_F(PictureWorkerTest, ARowTooFewOrOneThatCannotBeReadMakesAStoreDamaged) {
  Append(0, Evening());
  auto worker = NewPictureWorker();
  ASSERT_TRUE(RunUntilIdle(*worker).ok());
  worker.reset();
  auto& rows = stores_.rows(0);
  rows.erase(std::prev(rows.end()));
  worker = NewPictureWorker();
  ASSERT_TRUE(RunUntilIdle(*worker).ok());
  EXPECT_EQ(stores_.discarded(0), 1);
  worker.reset();
  stores_.rows(0).rbegin()->second = "\xff";
  worker = NewPictureWorker();
  ASSERT_TRUE(RunUntilIdle(*worker).ok());
  EXPECT_EQ(stores_.discarded(0), 2);
}

TEST_F(PictureWorkerTest, ARewoundGroupIsRefusedUnlessTheChangelogIsToBeBelieved) {
  Append(0, Evening());
  auto worker = NewPictureWorker();
  ASSERT_TRUE(RunUntilIdle(*worker).ok());
  ASSERT_TRUE(worker->Close().ok());
  const TopicPartition at{topics_.picture_log, 0};
  const CommittedOffset before = CommittedLog(0);
  const auto refused = [&](int64_t offset, const std::string& metadata) {
    log_->ResetOffset("lagesbild", at, offset, metadata);
    worker = NewPictureWorker();
    const Status status = RunUntilIdle(*worker);
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    worker->Close().IgnoreError();
  };
  refused(0, "");                   // as kafka-consumer-groups does it
  refused(3, before.metadata);      // the offset moved, the commit not
  refused(before.offset, "seq=0");  // the state is ahead
  refused(-1, "");                  // the offsets are gone
  stores_.rows(0).clear();
  refused(-1, "");  // and the store, too: the changelog remembers

  auto options = PictureOptions();
  options.resume_from_changelog = true;
  PictureWorker believing(options, world());
  Append(0, {TickAt(kStart + 30'000)});
  ASSERT_TRUE(RunUntilIdle(believing).ok());
  EXPECT_GT(CommittedLog(0).offset, before.offset);
}

// As after a loss of power, which takes the end of the log, and not that of the store.
TEST_F(PictureWorkerTest, AStoreAheadOfAChangelogThatIsToBeBelievedIsSetAside) {
  const std::vector<LogRecord> evening = Evening();
  const std::vector<LogRecord> begun(evening.begin(), evening.begin() + 3);
  const std::vector<LogRecord> rest(evening.begin() + 3, evening.end());
  const auto run = [&](const std::vector<LogRecord>& records) {
    Append(0, records);
    auto worker = NewPictureWorker();
    ASSERT_TRUE(RunUntilIdle(*worker).ok());
    ASSERT_TRUE(worker->Close().ok());
  };
  run(begun);
  run(rest);
  const std::vector<std::string> alerts = Alerts();
  ASSERT_FALSE(alerts.empty());
  const auto ahead = stores_.rows(0);

  MakeNewLog(2);
  stores_.rows(0).clear();
  run(begun);
  stores_.rows(0) = ahead;
  auto worker = NewPictureWorker();
  EXPECT_TRUE(absl::IsFailedPrecondition(RunUntilIdle(*worker)));
  worker->Close().IgnoreError();
  auto options = PictureOptions();
  options.resume_from_changelog = true;
  PictureWorker believing(options, world());
  Append(0, rest);
  ASSERT_TRUE(RunUntilIdle(believing).ok());
  EXPECT_EQ(Alerts(), alerts);
  EXPECT_EQ(stores_.discarded(0), 1);
}

TEST_F(PictureWorkerTest, AChangelogThatHasNothingIsNotBelieved) {
  Append(0, Evening());
  auto worker = NewPictureWorker();
  ASSERT_TRUE(RunUntilIdle(*worker).ok());
  ASSERT_TRUE(worker->Close().ok());
  MakeNewLog(2);
  auto options = PictureOptions();
  options.resume_from_changelog = true;
  PictureWorker believing(options, world());
  const Status status = RunUntilIdle(believing);
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(Message(status), HasSubstr("--rewrite-changelog"));
  EXPECT_EQ(stores_.discarded(0), 0);
}

TEST_F(PictureWorkerTest, AChangelogThatIsGoneIsAClearErrorNeverAnEmptyStart) {
  LoseStoreAndChangelog();
  auto worker = NewPictureWorker();
  const absl::Duration began = clock_.Monotonic();
  Status status;
  for (int i = 0; i < 1000 && status.ok(); ++i) {
    status = worker->Round(absl::ZeroDuration());
    clock_.Advance(absl::Milliseconds(500));
  }
  EXPECT_GE(clock_.Monotonic() - began, absl::Seconds(30));
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(Message(status), HasSubstr("cannot be rebuilt"));
}

// As of a process that was frozen in the middle of a restore, and has been replaced: it must live
// to hear that it has. Later it is out of patience as any other.
TEST_F(PictureWorkerTest, TimeInWhichTheProcessStoodStillDoesNotUseUpItsPatienceWithTheChangelog) {
  LoseStoreAndChangelog();
  auto worker = NewPictureWorker();
  const auto look = [&](int rounds) -> Status {
    for (int i = 0; i < rounds; ++i) {
      LB_RETURN_IF_ERROR(worker->Round(absl::ZeroDuration()));
      clock_.Advance(absl::Milliseconds(100));
    }
    return absl::OkStatus();
  };
  for (int freezes = 0; freezes < 3; ++freezes) {
    ASSERT_TRUE(look(50).ok());
    clock_.Advance(absl::Seconds(40));
  }
  ASSERT_TRUE(look(50).ok());
  EXPECT_TRUE(absl::IsDataLoss(look(200)));
}

TEST_F(PictureWorkerTest, AChangelogThatWasCutIsARefusalAndIsWrittenAnewOnlyWhenTold) {
  const std::vector<LogRecord> evening = Evening();
  Append(0, {evening.begin(), evening.end() - 1});
  auto worker = NewPictureWorker();
  ASSERT_TRUE(RunUntilIdle(*worker).ok());
  ASSERT_TRUE(worker->Close().ok());
  log_->Trim({topics_.changelog, 0}, 1'000'000);
  worker = NewPictureWorker();
  const Status refused = RunUntilIdle(*worker);
  EXPECT_TRUE(absl::IsFailedPrecondition(refused)) << refused;
  EXPECT_THAT(Message(refused), HasSubstr("--rewrite-changelog"));
  worker->Close().IgnoreError();

  auto options = PictureOptions();
  options.rewrite_changelog = true;
  {
    PictureWorker writing(options, world());
    Append(0, {evening.back(), TickAt(kStart + 30'000'000)});
    ASSERT_TRUE(RunUntilIdle(writing).ok());
    ASSERT_TRUE(writing.Close().ok());
  }
  // All of it can be had from the changelog again.
  const MemoryStores::Rows before = stores_.rows(0);
  stores_.rows(0).clear();
  worker = NewPictureWorker();
  ASSERT_TRUE(RunUntilIdle(*worker).ok());
  MemoryStores::Rows after = stores_.rows(0);
  after[std::string(kLocalKey)] = before.at(std::string(kLocalKey));
  EXPECT_EQ(after, before);
}

TEST_F(PictureWorkerTest, AnAbortedTransactionIsRedone) {
  const std::vector<LogRecord> evening = Evening();
  Append(0, {evening.begin(), evening.begin() + 5});
  auto worker = NewPictureWorker();
  ASSERT_TRUE(RunUntilIdle(*worker).ok());
  size_t next = 5;
  for (const std::string_view operation : {"produce", "offsets", "commit"}) {
    Append(0, {evening.begin() + next, evening.begin() + next + 4});
    next += 4;
    bool armed = true;
    log_->set_fault([&, operation](std::string_view op) -> Status {
      if (op != operation || !armed) return absl::OkStatus();
      armed = false;
      return Aborted("by the test");
    });
    ASSERT_TRUE(RunUntilIdle(*worker).ok()) << operation;
    EXPECT_FALSE(armed);
    log_->set_fault(nullptr);
  }
  Append(0, {evening.begin() + next, evening.end()});
  ASSERT_TRUE(RunUntilIdle(*worker).ok());
  EXPECT_EQ(metrics_.Value("commits_total", "aborted"), 3);
  EXPECT_EQ(metrics_.Value("transaction_aborts_total", "abortable"), 3);
  const auto alerts = Alerts();

  writer_.reset();
  worker.reset();
  stores_ = MemoryStores();
  MakeNewLog(2);
  Append(0, evening);
  worker = NewPictureWorker();
  ASSERT_TRUE(RunUntilIdle(*worker).ok());
  EXPECT_EQ(Alerts(), alerts);
}

// The reply to a commit is lost: it may have taken place, or not; the log knows.
TEST_F(PictureWorkerTest, AnUnknownOutcomeIsAskedForNeverGuessed) {
  Append(0, Evening());
  std::vector<std::string> calm;
  {
    auto worker = NewPictureWorker();
    ASSERT_TRUE(RunUntilIdle(*worker).ok());
    calm = Alerts();
  }
  double unknown = 0;
  for (const std::string_view operation : {"commit", "commit-reply"}) {
    writer_.reset();
    stores_ = MemoryStores();
    MakeNewLog(2);
    Append(0, Evening());
    bool armed = true;
    log_->set_fault([&, operation](std::string_view op) -> Status {
      if (op != operation || !armed) return absl::OkStatus();
      armed = false;
      return Unavailable("timed out");
    });
    auto worker = NewPictureWorker();
    ASSERT_TRUE(RunUntilIdle(*worker).ok()) << operation;
    EXPECT_FALSE(armed);
    EXPECT_EQ(Alerts(), calm) << operation;
    EXPECT_EQ(metrics_.Value("transaction_aborts_total", "unknown"), ++unknown);
    log_->set_fault(nullptr);
  }
}

TEST_F(PictureWorkerTest, AZombieIsFenced) {
  Append(0, Evening());
  auto zombie = NewPictureWorker("one");
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(zombie->Round(absl::ZeroDuration()).ok());
  MemoryStores others;  // another machine's disk
  World elsewhere = {*log_, others, clock_, metrics_, reporter_, health_};
  PictureWorker successor(PictureOptions("one"), elsewhere);
  ASSERT_TRUE(RunUntilIdle(successor).ok());
  const auto alerts = Alerts();
  const Status status = RunUntilIdle(*zombie);
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_EQ(Alerts(), alerts);
}

TEST_F(PictureWorkerTest, AMemberThatWasExpelledCommitsNothingAndAssignsAnew) {
  Append(0, Evening());
  auto worker = NewPictureWorker();
  ASSERT_TRUE(RunUntilIdle(*worker).ok());
  const auto alerts = Alerts();
  const CommittedOffset before = CommittedLog(0);
  Append(0, {ReportAt(kStart + 40'000, "late", "shooting", "hv-2"), TickAt(kStart + 40'001)});
  bool armed = true;
  log_->set_fault([&](std::string_view op) -> Status {
    if (op != "offsets" || !armed) return absl::OkStatus();
    armed = false;
    log_->Expel("lagesbild");  // while it works on the transaction
    return absl::OkStatus();
  });
  while (armed) ASSERT_TRUE(worker->Round(absl::ZeroDuration()).ok());
  EXPECT_EQ(CommittedLog(0).offset, before.offset);
  EXPECT_EQ(Alerts(), alerts);
  ASSERT_TRUE(RunUntilIdle(*worker).ok());
  EXPECT_TRUE(reporter_.Said("lost 2 partitions"));
  EXPECT_GT(CommittedLog(0).offset, before.offset);
  EXPECT_GT(Alerts().size(), alerts.size());
}

TEST_F(PictureWorkerTest, IsReadyOnceTheBacklogOfItsStartIsCommittedAndLagChangesNothingThen) {
  const auto backlog = [&](int64_t from_ms) {
    std::vector<LogRecord> records;
    for (int i = 0; i < 5000; ++i) records.push_back(ReportAt(from_ms + i, std::to_string(i)));
    Append(0, records);
  };
  Append(0, {ConfigurationAt(kStart)});
  backlog(kStart + 1);
  auto worker = NewPictureWorker();
  int rounds = 0;
  for (; !health_.ready(); ++rounds) {
    ASSERT_LT(rounds, 100);
    const auto parts = health_.parts();
    if (const auto part = parts.find("picture-0/0");
        part != parts.end() && part->second.state == "catching-up") {
      EXPECT_GT(part->second.remaining_records, 500);
      EXPECT_LT(CommittedLog(0).offset, 5000);
    }
    ASSERT_TRUE(worker->Round(absl::ZeroDuration()).ok());
  }
  EXPECT_GT(rounds, 2);
  EXPECT_GE(CommittedLog(0).offset, 5000);  // all but the instant that is open
  backlog(kStart + 10'000);
  ASSERT_TRUE(worker->Round(absl::ZeroDuration()).ok());
  EXPECT_FALSE(worker->idle());
  EXPECT_TRUE(health_.ready());
}

TEST_F(PictureWorkerTest, WaitsForWhatAnIntakeOfItsProcessStillFindsInTheRawTopics) {
  Append(0, {ConfigurationAt(kStart), TickAt(kStart + 1)});
  Append(1, {ConfigurationAt(kStart), TickAt(kStart + 1)});
  health_.Set("intake", {.ready = false, .state = "catching-up"});
  auto worker = NewPictureWorker();
  ASSERT_TRUE(RunUntilIdle(*worker).ok());
  EXPECT_EQ(health_.parts().at("picture-0/0").state, "catching-up");
  health_.Set("intake", {.ready = true, .state = "active"});
  ASSERT_TRUE(worker->Round(absl::ZeroDuration()).ok());
  EXPECT_FALSE(health_.ready());  // the log shows the end of a transaction a little later
  std::vector<LogRecord> records;
  for (int i = 0; i < 3000; ++i) records.push_back(ReportAt(kStart + 5 + i, std::to_string(i)));
  Append(0, records);
  clock_.Advance(absl::Seconds(1));
  ASSERT_TRUE(worker->Round(absl::ZeroDuration()).ok());
  EXPECT_TRUE(health_.parts().at("picture-0/1").ready);
  EXPECT_FALSE(health_.parts().at("picture-0/0").ready);
  EXPECT_GT(health_.parts().at("picture-0/0").remaining_records, 900);
  ASSERT_TRUE(RunUntilIdle(*worker).ok());
  EXPECT_TRUE(health_.ready());
}

TEST_F(PictureWorkerTest, AWorkerWithoutPartitionsIsReadyWhenItIsClearThatThereAreNoneForIt) {
  Append(0, Evening());
  auto first = NewPictureWorker("one");
  ASSERT_TRUE(RunUntilIdle(*first).ok());
  HealthBoard health;
  World elsewhere = {*log_, stores_, clock_, metrics_, reporter_, health};
  PictureWorker second(PictureOptions("two"), elsewhere);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(second.Round(absl::ZeroDuration()).ok());
  EXPECT_EQ(second.task_count(), 0u);  // the first has not given any back yet
  EXPECT_FALSE(health.ready());
  clock_.Advance(absl::Seconds(4));
  ASSERT_TRUE(second.Round(absl::ZeroDuration()).ok());
  EXPECT_TRUE(health.ready());
}

// What is known of a partition goes with it; what stood there last would be a false statement.
TEST_F(PictureWorkerTest, GaugesOfAPartitionThatMovedAwayAreNotKnownAnyMore) {
  Append(0, Evening());
  Append(1, {ConfigurationAt(kStart), ReportAt(kStart + 5, "k1", "shooting", "ki-1"),
             TickAt(kStart + 6)});
  RecordingMetrics others;
  World elsewhere = {*log_, stores_, clock_, others, reporter_, health_};
  auto first = NewPictureWorker("one");
  ASSERT_TRUE(RunUntilIdle(*first).ok());
  clock_.Advance(absl::Seconds(6));  // what costs something is shown every few seconds
  ASSERT_TRUE(RunUntilIdle(*first).ok());
  const std::vector<std::string> gauges = {"clock_timestamp_seconds", "consumer_lag_records",
                                           "restore_records_remaining", "restore_duration_seconds",
                                           "alerts_active"};
  for (const std::string& gauge : gauges) {
    for (const char* partition : {"partition=0", "partition=1"}) {
      EXPECT_FALSE(std::isnan(metrics_.Value(gauge, partition))) << gauge << " " << partition;
    }
  }
  EXPECT_EQ(metrics_.Value("alerts_active", "partition=1,severity=severe"), 1);
  PictureWorker second(PictureOptions("two"), elsewhere);
  for (int i = 0; i < 400; ++i) {
    ASSERT_TRUE(second.Round(absl::ZeroDuration()).ok());
    ASSERT_TRUE(first->Round(absl::ZeroDuration()).ok());
    clock_.Advance(absl::Milliseconds(20));
  }
  ASSERT_EQ(first->task_count(), 1u);
  int gone = 0;
  for (const char* partition : {"partition=0", "partition=1"}) {
    const bool away = std::isnan(metrics_.Value(gauges[0], partition));
    gone += away ? 1 : 0;
    for (const std::string& gauge : gauges) {
      EXPECT_EQ(std::isnan(metrics_.Value(gauge, partition)), away) << gauge << " " << partition;
    }
  }
  EXPECT_EQ(gone, 1);
}

TEST_F(PictureWorkerTest, TheTimeOfARoundIsWorkOrCommitOrWaiting) {
  Append(0, Evening());
  SetFailpointHook([&](std::string_view name) {
    if (name == "assign.opened_store") clock_.Advance(absl::Seconds(3));
    if (name == "commit.begun") clock_.Advance(absl::Seconds(5));
  });
  auto worker = NewPictureWorker();
  while (metrics_.Value("commits_total", "committed") < 1) {
    ASSERT_TRUE(worker->Round(absl::ZeroDuration()).ok());
  }
  EXPECT_DOUBLE_EQ(metrics_.Value("worker_seconds_total", "state=work"), 6);  // two partitions
  EXPECT_DOUBLE_EQ(metrics_.Value("worker_seconds_total", "worker=picture-0,state=commit"), 5);
  EXPECT_DOUBLE_EQ(metrics_.Value("worker_seconds_total", "state=idle"), 0);
}

TEST_F(PictureWorkerTest, TwoWorkersShareThePartitionsAndOneClosingHandsOver) {
  Append(0, Evening());
  Append(1, {ConfigurationAt(kStart), ReportAt(kStart + 5, "k1", "shooting", "ki-1"),
             TickAt(kStart + 6)});
  auto first = NewPictureWorker("one");
  ASSERT_TRUE(RunUntilIdle(*first).ok());
  EXPECT_EQ(first->task_count(), 2u);
  auto second = NewPictureWorker("two");
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(second->Round(absl::ZeroDuration()).ok());
    ASSERT_TRUE(first->Round(absl::ZeroDuration()).ok());
    clock_.Advance(absl::Milliseconds(100));
  }
  EXPECT_EQ(first->task_count(), 1u);
  EXPECT_EQ(second->task_count(), 1u);
  ASSERT_TRUE(first->Close().ok());
  Append(0, {TickAt(kStart + 30'000)});
  Append(1, {TickAt(kStart + 30'000), TickAt(kStart + 30'001)});
  ASSERT_TRUE(RunUntilIdle(*second).ok());
  EXPECT_EQ(second->task_count(), 2u);
  EXPECT_EQ(CommittedLog(1).offset, 5);  // 3 records, a marker, a tick; the last is open
}

// Both are expelled; the one that hears of it first gets a partition whose store the other still
// has open.
TEST_F(PictureWorkerTest, AStoreThatAnotherWorkerOfTheProcessStillHasOpenIsWaitedFor) {
  Append(0, {ConfigurationAt(kStart), TickAt(kStart + 1)});
  Append(1, {ConfigurationAt(kStart), TickAt(kStart + 1)});
  auto first = NewPictureWorker();
  ASSERT_TRUE(RunUntilIdle(*first).ok());
  ASSERT_EQ(first->task_count(), 2u);
  log_->Expel("lagesbild");
  auto options = PictureOptions();
  options.number = 1;
  PictureWorker second(options, world());
  for (int i = 0; i < 20; ++i) {
    const Status status = second.Round(absl::ZeroDuration());
    ASSERT_TRUE(status.ok()) << status;
    clock_.Advance(absl::Milliseconds(20));
  }
  EXPECT_EQ(second.task_count(), 2u);
  Append(0, {TickAt(kStart + 10)});
  Append(1, {TickAt(kStart + 10)});
  for (int i = 0; i < 500; ++i) {
    ASSERT_TRUE(first->Round(absl::ZeroDuration()).ok());
    ASSERT_TRUE(second.Round(absl::ZeroDuration()).ok());
    clock_.Advance(absl::Milliseconds(20));
  }
  EXPECT_EQ(CommittedLog(0).offset, 3);  // two records, a marker, the tick
  EXPECT_EQ(CommittedLog(1).offset, 3);
}

// It stands still between asking for the offset and reading the changelog, and another takes over:
// that is no rewind, and nobody should be told to believe the changelog.
TEST_F(PictureWorkerTest, ARestoreThatIsOvertakenByAnotherOwnerAsksAgain) {
  Append(0, Evening());
  auto overtaken = NewPictureWorker("one");
  MemoryStores others;
  World elsewhere = {*log_, others, clock_, metrics_, reporter_, health_};
  PictureWorker successor(PictureOptions("two"), elsewhere);
  bool armed = true;
  log_->set_fault([&](std::string_view operation) -> Status {
    if (operation != "read" || !armed) return absl::OkStatus();
    armed = false;
    log_->Expel("lagesbild");
    EXPECT_TRUE(RunUntilIdle(successor).ok());
    return absl::OkStatus();
  });
  for (int i = 0; i < 200; ++i) {
    const Status status = overtaken->Round(absl::ZeroDuration());
    ASSERT_TRUE(status.ok()) << status;
    ASSERT_TRUE(successor.Round(absl::ZeroDuration()).ok());
    clock_.Advance(absl::Milliseconds(20));
  }
  EXPECT_FALSE(armed);
  EXPECT_TRUE(reporter_.Said("partitions to the group"))
      << testing::PrintToString(reporter_.lines());
  EXPECT_EQ(overtaken->task_count(), 1u);
  EXPECT_EQ(successor.task_count(), 1u);
}

TEST_F(PictureWorkerTest, ALogRecordOfAnUnknownVersionStopsItsTaskAndNoOther) {
  Append(0, {ConfigurationAt(kStart), TickAt(kStart + 1)});
  Append(1, {ConfigurationAt(kStart), ReportAt(kStart + 5, "k1", "shooting", "ki-1"),
             TickAt(kStart + 6)});
  ASSERT_TRUE(writer_->Begin().ok());
  ASSERT_TRUE(
      writer_
          ->Produce({topics_.picture_log, 0}, {.key = "", .value = std::string_view("\x08\x63", 2)})
          .ok());
  ASSERT_TRUE(writer_->Commit().ok());
  auto worker = NewPictureWorker();
  ASSERT_TRUE(RunUntilIdle(*worker).ok());
  EXPECT_TRUE(reporter_.Said("offset 3: log record of version 99"));
  EXPECT_FALSE(health_.ready());
  EXPECT_THAT(Alerts(), SizeIs(1));      // the other partition's
  EXPECT_EQ(CommittedLog(0).offset, 1);  // the configuration's instant is committed
}

TEST_F(PictureWorkerTest, AFullDiskEndsTheWorkerAndLosesNothing) {
  Append(0, Evening());
  stores_.set_write_fault([] { return Error(StatusCode::kResourceExhausted, "disk full"); });
  auto worker = NewPictureWorker();
  const Status status = RunUntilIdle(*worker);
  EXPECT_EQ(status.code(), StatusCode::kResourceExhausted);
  worker.reset();
  stores_.set_write_fault(nullptr);
  worker = NewPictureWorker();
  ASSERT_TRUE(RunUntilIdle(*worker).ok());
  EXPECT_THAT(Alerts(), SizeIs(testing::Ge(3)));
}

TEST_F(PictureWorkerTest, ABrokerThatIsAwayIsSaidOnceAndWaitedFor) {
  Append(0, Evening());
  auto worker = NewPictureWorker();
  ASSERT_TRUE(RunUntilIdle(*worker).ok());
  log_->set_fault([](std::string_view) { return Unavailable("no broker"); });
  for (int i = 0; i < 500; ++i) {
    ASSERT_TRUE(worker->Round(absl::ZeroDuration()).ok());
    clock_.Advance(absl::Milliseconds(20));
  }
  EXPECT_FALSE(health_.ready());
  int said = 0;
  for (const std::string& line : reporter_.lines()) {
    said += line.find("broker away") != std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(said, 1);
  log_->set_fault(nullptr);
  Append(0, {TickAt(kStart + 50'000), TickAt(kStart + 50'001)});
  ASSERT_TRUE(RunUntilIdle(*worker).ok());
  EXPECT_TRUE(health_.ready());
}

TEST_F(PictureWorkerTest, ABacklogIsCommittedInLargerPieces) {
  std::vector<LogRecord> records = {ConfigurationAt(kStart)};
  for (int i = 0; i < 20'000; ++i) records.push_back(TickAt(kStart + 1 + i));
  Append(0, records);
  auto worker = NewPictureWorker();
  ASSERT_TRUE(RunUntilIdle(*worker).ok());  // 20 ms a round, 2000 records each
  EXPECT_LE(metrics_.Value("commits_total", "committed"), 4);
}

}  // namespace
}  // namespace lagesbild::stream
