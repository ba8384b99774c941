// The engine over the embedded log on a disk that fails: the process dies before, in the middle of
// and after the write that a transaction is, and at every failpoint; the power goes, which takes
// what was not synced from log and stores, from each as much as it likes; the disk is full.
//
// Each seed is a run: reports come in, things go wrong, and in the end what is in the log, folded
// again, must give exactly what came out, and the stores hold what the changelog does.
// LAGESBILD_SEED=n begins at another seed, LAGESBILD_ITERATIONS=n runs so many.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>

#include "io/embedded_log.h"
#include "io/rocksdb_store.h"
#include "sim/faulty_disk.h"
#include "sim/sim_outputs.h"
#include "sim/sim_process.h"
#include "sim/sim_town.h"
#include "stream/failpoint.h"
#include "stream/intake_worker.h"
#include "stream/log_codec.h"
#include "stream/meta.h"
#include "stream/picture_worker.h"
#include "support/manual_clock.h"
#include "support/no_metrics.h"
#include "support/temp_dir.h"

namespace lagesbild::sim {
namespace {

using stream::TopicPartition;

constexpr int32_t kPartitions = 2;
constexpr int kStepsMost = 40'000;
constexpr char kGroup[] = "lagesbild", kIntakeGroup[] = "lagesbild-intake";

int64_t FromEnvironment(const char* name, int64_t otherwise) {
  const char* given = std::getenv(name);
  return given == nullptr ? otherwise : std::strtoll(given, nullptr, 10);
}

class Quiet : public stream::Reporter {
 public:
  explicit Quiet(std::vector<std::string>& said) : said_(said) {}
  void Say(stream::Level, std::string_view component, std::string_view message) override {
    said_.push_back(std::string(component) + ": " + std::string(message));
  }

 private:
  std::vector<std::string>& said_;
};

// One process: databases, workers. Taken apart, it writes nothing more if the disk says it is dead.
struct Process {
  explicit Process(FaultyDisk& disk) : memory(8 << 20, &disk) {}
  io::RocksMemory memory;
  stream::NoMetrics metrics;
  stream::HealthBoard health;
  std::unique_ptr<io::EmbeddedLog> log;
  std::unique_ptr<io::RocksStores> stores;
  std::unique_ptr<stream::IntakeWorker> intake;
  std::vector<std::unique_ptr<stream::PictureWorker>> pictures;
};

class EmbeddedRun {
 public:
  explicit EmbeddedRun(uint64_t seed) : random_(seed * 2 + 1), disk_(random_.Next()) {
    faults_left_ = random_.Between(1, 8);
    records_left_ = static_cast<int>(random_.Between(10, 120));
    workers_ = random_.OneIn(3) ? 2 : 1;
    commit_interval_ = random_.UpTo(absl::Milliseconds(200));
    stream::SetFailpointHook([this](std::string_view) {
      if (failpoints_left_ > 0 && --failpoints_left_ == 0) throw ProcessDeath{};
    });
  }
  ~EmbeddedRun() {
    stream::SetFailpointHook(nullptr);
    disk_.Die();
    process_.reset();
  }

  void Run() {
    while (violations_.empty() && !Drained()) {
      if (++steps_ > kStepsMost) return Violate("not drained");
      Step();
    }
    stream::SetFailpointHook(nullptr);
    if (violations_.empty()) Check();
  }

  const std::vector<std::string>& violations() const { return violations_; }
  const std::vector<std::string>& said() const { return said_; }
  std::map<std::string, int>& counts() { return counts_; }

 private:
  void Violate(const std::string& what) { violations_.push_back(what); }
  void Note(const std::string& what) { said_.push_back(std::to_string(steps_) + " ---- " + what); }

  // ---- the process

  Status Start() {
    disk_.Revive();
    process_ = std::make_unique<Process>(disk_);
    Process& p = *process_;
    LB_ASSIGN_OR_RETURN(p.log, io::EmbeddedLog::Open(dir_.path() + "/log", p.memory, clock_));
    LB_ASSIGN_OR_RETURN(p.stores, io::RocksStores::Open(dir_.path() + "/state", kGroup, p.memory));
    auto configuration = SimConfiguration();
    topics_ = stream::MakeTopics("safety.", configuration->settings);
    LB_RETURN_IF_ERROR(stream::CreateMissingTopics(
        *p.log, topics_, {.partitions = kPartitions, .raw_partitions = kPartitions}));
    LB_ASSIGN_OR_RETURN(const auto counts, stream::CountPartitions(*p.log, topics_));
    const stream::World world{*p.log, *p.stores, clock_, p.metrics, reporter_, p.health};
    if (!intake_over_) {
      stream::IntakeOptions options;
      options.instance_id = "one";
      options.topics = topics_;
      options.counts = counts;
      options.clock = stream::ClockMode::kWall;
      options.commit_interval = commit_interval_;
      p.intake = std::make_unique<stream::IntakeWorker>(std::move(options), world,
                                                        std::move(configuration));
    }
    for (int n = 0; n < workers_; ++n) {
      stream::PictureWorkerOptions options;
      options.instance_id = "one";
      options.number = n;
      options.topics = topics_;
      options.counts = counts;
      options.commit_interval = commit_interval_;
      options.resume_from_changelog = believe_changelog_;
      p.pictures.push_back(std::make_unique<stream::PictureWorker>(std::move(options), world));
    }
    return absl::OkStatus();
  }

  void Die(bool power) {
    Note(power ? "power loss" : "death");
    disk_.Die();
    process_.reset();
    if (power) {
      ++counts_["power loss"];
      if (disk_.unsynced_bytes() > 0) ++counts_["power loss with something to lose"];
      disk_.LosePower();
      lost_power_ = true;
    }
    disk_.set_full(false);
    full_until_ = 0;
    failpoints_left_ = 0;
    was_full_ = false;
    believe_changelog_ = false;
  }

  // It has come to an end by itself, or could not begin.
  void Ended(const Status& status) {
    Note("ends: " + status.ToString());
    const std::string message = Message(status);
    // The log may have lost all that it had of a partition.
    const bool all_lost = message.find("move the state away") != std::string::npos && lost_power_;
    const bool refused =
        all_lost || (message.find("accept-rewind") != std::string::npos && lost_power_);
    if (refused) {
      ++counts_["stores ahead of the log, refused"];
    } else if (was_full_ && absl::IsResourceExhausted(status)) {
      ++counts_["ended by a full disk"];
    } else {
      Violate("ends: " + status.ToString());
    }
    Die(/*power=*/false);
    if (!refused) return;
    believe_changelog_ = !all_lost && random_.OneIn(2);
    if (!believe_changelog_) std::filesystem::remove_all(dir_.path() + "/state");
  }

  // ---- a step

  void Step() {
    clock_.Advance(random_.UpTo(absl::Milliseconds(40)));
    if (process_ == nullptr) {
      const Status status = Start();
      if (disk_.dead()) return Die(power_next_);
      if (!status.ok()) return Ended(status);
    }
    if (full_until_ > 0 && steps_ >= full_until_) {
      disk_.set_full(false);
      full_until_ = 0;
    }
    if (faults_left_ > 0 && random_.OneIn(25)) Fault();
    if (process_ != nullptr && records_left_ > 0 && random_.OneIn(4)) Feed();
    if (process_ != nullptr) RunOne();
    if (process_ != nullptr && disk_.dead()) Die(power_next_);
  }

  void Fault() {
    --faults_left_;
    power_next_ = random_.OneIn(2);
    switch (random_.Below(5)) {
      case 0:
      case 1: {
        const auto death = static_cast<FaultyDisk::Death>(random_.Below(3));
        disk_.DieAtWrite(random_.Between(1, 6), death);
        ++counts_[death == FaultyDisk::Death::kBefore  ? "death before the write"
                  : death == FaultyDisk::Death::kAfter ? "death after the write"
                                                       : "death in the middle of the write"];
        return;
      }
      case 2:
        failpoints_left_ = static_cast<int>(random_.Between(1, 40));
        ++counts_["death at a failpoint"];
        return;
      case 3:
        disk_.set_full(true);
        was_full_ = true;
        full_until_ = steps_ + static_cast<int>(random_.Between(1, 60));
        ++counts_["disk full"];
        return;
      default:
        ++counts_["death between rounds"];
        Die(power_next_);
    }
  }

  // As a partner: what it is not sure of it sends again.
  void Feed() {
    const Status status = [&]() -> Status {
      LB_ASSIGN_OR_RETURN(auto sink, process_->log->OpenSink("partner"));
      LB_RETURN_IF_ERROR(sink->Init());
      LB_RETURN_IF_ERROR(sink->Begin());
      for (int n = 0; n < 3 && n < records_left_; ++n) {
        static constexpr std::string_view kLongitudes[] = {"17.82", "17.87", "18.05"};
        const int number = records_left_ - n;
        const std::string value = stream::ReportJson(
            "r" + std::to_string(number), clock_.WallMs() - kMinuteMs,
            std::string(kLongitudes[number % 3]), number % 9 == 0 ? "shooting" : "assault");
        LB_RETURN_IF_ERROR(
            sink->Produce({topics_.raw[0].name, number % kPartitions},
                          {.key = "k", .value = value, .timestamp_ms = clock_.WallMs()}));
      }
      return sink->Commit();
    }();
    if (status.ok()) records_left_ -= std::min(3, records_left_);
  }

  void RunOne() {
    const auto n = static_cast<size_t>(random_.Between(0, workers_));
    if (n == 0 && process_->intake == nullptr) return;
    stream::Worker& worker =
        n == 0 ? static_cast<stream::Worker&>(*process_->intake) : *process_->pictures[n - 1];
    try {
      const Status status = worker.Round(absl::ZeroDuration());
      if (!status.ok() && !disk_.dead()) Ended(status);
    } catch (const ProcessDeath&) {
      Die(power_next_);
    }
  }

  // ---- the end

  stream::CommittedOffset CommittedOf(const std::string& group, const TopicPartition& at) {
    auto reader = *process_->log->OpenConsumer({.group = group});
    return reader->Committed(std::span(&at, 1))->at(0);
  }

  bool Drained() {
    if (process_ == nullptr || records_left_ > 0 || faults_left_ > 0 || steps_ % 20 != 0) {
      return false;
    }
    if (disk_.dead() || full_until_ > 0) return false;
    auto reader = *process_->log->OpenConsumer({});
    if (!intake_over_) {
      for (int32_t p = 0; p < kPartitions; ++p) {
        const TopicPartition at{topics_.raw[0].name, p};
        const int64_t end = reader->Bounds(at)->second;
        if (end > 0 && CommittedOf(kIntakeGroup, at).offset != end) return false;
      }
      intake_over_ = true;
      disk_.Revive();  // nothing that is still ahead
      failpoints_left_ = 0;
      if (process_->intake != nullptr) process_->intake->Close().IgnoreError();
      process_->intake.reset();
      return false;
    }
    for (int32_t p = 0; p < kPartitions; ++p) {
      const TopicPartition at{topics_.picture_log, p};
      const std::vector<LogRecord> log = PictureLog(p);
      int64_t open = -1, clock_ms = -1;
      for (const LogRecord& record : log) {
        if (record.clock_ms != clock_ms) open = offsets_[&record - log.data()];
        clock_ms = record.clock_ms;
      }
      const int64_t committed = CommittedOf(kGroup, at).offset;
      const bool nothing_yet = committed == -1 && !log.empty() && open == offsets_.front();
      if (committed != open && !nothing_yet) return false;
    }
    return true;
  }

  struct Seen {
    int64_t offset;
    std::string key;
    std::optional<std::string> value;
  };
  std::vector<Seen> ReadAll(const TopicPartition& at) {
    std::vector<Seen> out;
    auto reader = *process_->log->OpenConsumer({});
    EXPECT_TRUE(reader->Start(at, stream::kFromBeginning).ok());
    for (bool drained = false; !drained;) {
      const auto batch = reader->Read(at, 1000);
      if (!batch.ok()) {
        Violate("reading " + at.topic + ": " + Message(batch.status()));
        return out;
      }
      for (const stream::RecordView& r : batch->records) {
        out.push_back({r.offset, std::string(r.key), std::nullopt});
        if (r.value) out.back().value = std::string(*r.value);
      }
      drained = batch->drained;
    }
    return out;
  }

  // Leaves the records' offsets in offsets_.
  std::vector<LogRecord> PictureLog(int32_t partition) {
    std::vector<LogRecord> out;
    offsets_.clear();
    stream::LogDecoder decoder;
    for (const Seen& seen : ReadAll({topics_.picture_log, partition})) {
      if (!decoder.Decode(*seen.value, out.emplace_back()).ok()) Violate("a bad log record");
      offsets_.push_back(seen.offset);
    }
    return out;
  }

  void Check() {
    Outputs came, folded;
    std::map<std::pair<int32_t, int64_t>, int> found;
    for (int32_t p = 0; p < kPartitions; ++p) {
      for (const Seen& seen : ReadAll({topics_.alerts, p})) {
        came.alerts[seen.key].push_back(*seen.value);
      }
      for (const Seen& seen : ReadAll({topics_.aggregates, p})) {
        came.aggregates[seen.key] = Windows(*seen.value);
      }
      LogFold fold;
      int64_t clock_ms = 0;
      for (const LogRecord& record : PictureLog(p)) {
        if (record.clock_ms < clock_ms) Violate("a clock in the log goes back");
        clock_ms = record.clock_ms;
        if (std::holds_alternative<Report>(record.body)) {
          ++found[{record.raw.partition, record.raw.offset}];
        }
        fold.Take(record);
      }
      folded.Add(fold.TakeOutputs());
    }
    for (int32_t p = 0; p < kPartitions; ++p) {
      for (const Seen& seen : ReadAll({topics_.raw[0].name, p})) {
        const int times = found[{p, seen.offset}];
        if (times != 1) {
          Violate("raw partition " + std::to_string(p) + " offset " + std::to_string(seen.offset) +
                  " is " + std::to_string(times) + " times in the log");
        }
        found.erase({p, seen.offset});
      }
    }
    if (!found.empty()) Violate("the log has reports that no raw record is");
    for (std::string& line : Difference("the log folded again", folded, came)) Violate(line);
    CheckStores();
  }

  void CheckStores() {
    process_->pictures.clear();
    for (int32_t p = 0; p < kPartitions; ++p) {
      std::map<std::string, std::string> changelog, stored;
      for (const Seen& seen : ReadAll({topics_.changelog, p})) {
        if (seen.value) {
          changelog[seen.key] = *seen.value;
        } else {
          changelog.erase(seen.key);
        }
      }
      auto store = process_->stores->Open(p);
      if (!store.ok()) return Violate("store: " + Message(store.status()));
      const Status read = (*store)->ForEach([&](std::string_view key, std::string_view value) {
        stored[std::string(key)] = std::string(value);
        return absl::OkStatus();
      });
      stored.erase(std::string(stream::kLocalKey));
      if (!read.ok() || stored != changelog) {
        Violate("the store of partition " + std::to_string(p) + " differs from the changelog");
      }
    }
  }

  TempDir dir_;
  SimRandom random_;
  FaultyDisk disk_;
  ManualClock clock_;
  std::vector<std::string> said_, violations_;
  Quiet reporter_{said_};
  stream::Topics topics_;
  std::unique_ptr<Process> process_;
  int steps_ = 0, records_left_ = 0, workers_ = 1;
  int64_t faults_left_ = 0;
  absl::Duration commit_interval_;
  int failpoints_left_ = 0;  // to pass until death; 0: none is ahead
  int full_until_ = 0;       // step
  bool was_full_ = false;    // while this process ran: it takes no more, though there is room again
  bool power_next_ = false;  // the next death takes the power with it
  bool lost_power_ = false, intake_over_ = false;
  bool believe_changelog_ = false;  // the next process does: one way out of a refusal
  std::vector<int64_t> offsets_;
  std::map<std::string, int> counts_;
};

TEST(EmbeddedFaultsTest, WhateverDiesTheOutputsAreThoseOfTheLog) {
  const int64_t first = FromEnvironment("LAGESBILD_SEED", 1);
  const int64_t iterations = FromEnvironment("LAGESBILD_ITERATIONS", 100);
  std::map<std::string, int> counts;
  int failures = 0;
  for (int64_t seed = first; seed < first + iterations; ++seed) {
    EmbeddedRun run(static_cast<uint64_t>(seed));
    run.Run();
    for (const auto& [what, count] : run.counts()) counts[what] += count;
    if (run.violations().empty()) continue;
    std::string trace;
    const size_t lines = run.said().size();
    for (size_t i = lines > 60 ? lines - 60 : 0; i < lines; ++i) trace += run.said()[i] + "\n";
    ADD_FAILURE() << "LAGESBILD_SEED=" << seed << "\n"
                  << trace << "violated: " << testing::PrintToString(run.violations());
    if (++failures == 3) break;
  }
  for (const auto& [what, count] : counts) std::printf("%s: %d\n", what.c_str(), count);
  for (const char* what :
       {"death before the write", "death after the write", "death in the middle of the write",
        "death at a failpoint", "disk full", "power loss with something to lose",
        "stores ahead of the log, refused"}) {
    EXPECT_TRUE(iterations < 100 || counts[what] > 0) << what;
  }
}

}  // namespace
}  // namespace lagesbild::sim
