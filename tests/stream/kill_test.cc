// kill -9 of a real process that runs the whole engine over the embedded log, at named failpoints;
// started again, it ends with exactly the committed output of a run that nobody killed.
//
// The test's own process only forks and compares: RocksDB's threads would not survive a fork.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "io/embedded_log.h"
#include "io/rocksdb_store.h"
#include "io/system_clock.h"
#include "stream/service.h"
#include "stream/small_town.h"
#include "support/no_metrics.h"
#include "support/temp_dir.h"

namespace lagesbild::stream {
namespace {

constexpr int64_t kStart = 1673732820000;
constexpr int32_t kPartitions = 2;

class NoReporter : public Reporter {
 public:
  void Say(Level, std::string_view, std::string_view) override {}
};

struct Span {
  int first, end;
};

void Fill(io::EmbeddedLog& log, Span reports) {
  auto sink = *log.OpenSink("test");
  if (!sink->Init().ok() || !sink->Begin().ok()) _exit(3);
  for (int i = reports.first; i < reports.end; ++i) {
    const int64_t at = kStart + i * 60'000;
    const std::string value =
        ReportJson("r" + std::to_string(i), at, i % 3 == 0 ? "18.05" : "17.82",
                   i % 40 == 7 ? "shooting" : "assault");
    const OutRecord record{.key = "k", .value = value, .timestamp_ms = at};
    if (!sink->Produce({"safety.incidents.v1", i % 2}, record).ok()) _exit(3);
  }
  if (!sink->Commit().ok()) _exit(3);
}

// The windows of an aggregate; how many were sent on the way depends on commits.
std::string Windows(std::string_view value) {
  return std::string(value.substr(value.find("\"windows\"")));
}

void Dump(io::EmbeddedLog& log, const Topics& topics, const std::string& file) {
  std::vector<std::string> alerts;
  std::map<std::string, std::string> aggregates;
  auto reader = *log.OpenConsumer({});
  for (int32_t p = 0; p < kPartitions; ++p) {
    for (const std::string& topic : {topics.alerts, topics.aggregates}) {
      if (!reader->Start({topic, p}, kFromBeginning).ok()) _exit(3);
      auto batch = reader->Read({topic, p}, 1'000'000);
      if (!batch.ok() || !batch->drained) _exit(3);
      for (const RecordView& r : batch->records) {
        if (topic == topics.alerts) {
          alerts.push_back(std::to_string(p) + " " + std::string(*r.value));
        } else {
          aggregates[std::string(r.key)] = Windows(*r.value);
        }
      }
    }
  }
  std::ofstream out(file);
  for (const std::string& alert : alerts) out << alert << "\n";
  for (const auto& [area, windows] : aggregates) out << area << " " << windows << "\n";
}

// What a child does: adds reports, runs the service to the end, writes what is committed to `file`.
[[noreturn]] void RunChild(const std::string& dir, const std::string& file, Span reports) {
  io::RocksMemory memory(16 << 20);
  io::SystemClock clock;
  NoMetrics metrics;
  NoReporter reporter;
  HealthBoard health;
  auto log = io::EmbeddedLog::Open(dir + "/log", memory, clock);
  auto stores = io::RocksStores::Open(dir + "/state", "lagesbild", memory);
  if (!log.ok() || !stores.ok()) _exit(2);
  const Topics topics = MakeTopics("safety.", SmallTown());
  NewTopics fresh;
  fresh.partitions = kPartitions;
  fresh.raw_partitions = 2;
  if (!CreateMissingTopics(**log, topics, fresh).ok()) _exit(2);
  Fill(**log, reports);
  ServiceOptions options;
  options.instance_id = "one";
  options.topics = topics;
  options.clock = ClockMode::kRecords;
  options.commit_bytes = 3000;  // many transactions
  options.stop_when_done = true;
  Service service(options, {**log, **stores, clock, metrics, reporter, health}, Configured());
  if (!service.Run(std::stop_token()).ok()) _exit(1);
  Dump(**log, topics, file);
  _exit(0);
}

// The exit status, as waitpid gives it.
int RunInChild(const std::string& dir, const std::string& file, const std::string& failpoint,
               Span reports) {
  const pid_t child = fork();
  if (child == 0) {
    if (!failpoint.empty()) setenv("LAGESBILD_FAILPOINT", failpoint.c_str(), 1);
    RunChild(dir, file, reports);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

std::string Content(const std::string& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

class KillTest : public testing::TestWithParam<const char*> {};

TEST_P(KillTest, ThreeDeathsChangeNothing) {
  TempDir dir;
  ASSERT_EQ(RunInChild(dir / "calm", dir / "calm.txt", "", {0, 400}), 0);
  const std::string calm = Content(dir / "calm.txt");
  ASSERT_NE(calm.find("\"state\":\"open\""), std::string::npos);

  std::filesystem::create_directory(dir / "killed");
  // Each run has something of its own to commit, and what the one before it left.
  const std::string failpoints[] = {GetParam() + std::string(":1"), GetParam() + std::string(":1"),
                                    GetParam() + std::string(":2")};
  int first = 0, deaths = 0;
  for (const std::string& failpoint : failpoints) {
    const int status =
        RunInChild(dir / "killed", dir / "killed.txt", failpoint, {first, first + 100});
    deaths += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? 1 : 0;
    first += 100;
  }
  EXPECT_GE(deaths, 2);  // there may be one large commit at the end, and no second
  ASSERT_EQ(RunInChild(dir / "killed", dir / "killed.txt", "", {300, 400}), 0);
  EXPECT_EQ(Content(dir / "killed.txt"), calm);
}

INSTANTIATE_TEST_SUITE_P(At, KillTest,
                         testing::Values("commit.produced_some", "commit.sent_offsets",
                                         "commit.committed", "commit.stored_some",
                                         "intake.sent_offsets", "intake.committed"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

}  // namespace
}  // namespace lagesbild::stream
