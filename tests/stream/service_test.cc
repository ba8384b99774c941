// The whole engine in threads over the embedded log and RocksDB stores, as `run --embedded` has it.
#include "stream/service.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <mutex>
#include <set>
#include <thread>

#include "io/embedded_log.h"
#include "io/rocksdb_store.h"
#include "io/system_clock.h"
#include "stream/small_town.h"
#include "support/no_metrics.h"
#include "support/recording.h"
#include "support/temp_dir.h"

namespace lagesbild::stream {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

constexpr int64_t kStart = 1673732820000;

// The recording ports are of one thread; the service has several.
class LockedReporter : public Reporter {
 public:
  void Say(Level level, std::string_view component, std::string_view message) override {
    const std::lock_guard lock(mu_);
    kept_.Say(level, component, message);
  }

 private:
  std::mutex mu_;
  RecordingReporter kept_;
};

class ServiceTest : public testing::Test {
 protected:
  void SetUp() override {
    topics_ = MakeTopics("safety.", SmallTown());
    Open();
    ASSERT_TRUE(CreateMissingTopics(
                    *log_, topics_,
                    {.partitions = 3, .raw_partitions = 2, .picture_log_retention_ms = 40 * kDayMs})
                    .ok());
  }

  void Open() {
    stores_.reset();
    log_.reset();
    auto log = io::EmbeddedLog::Open(dir_ / "log", memory_, clock_);
    ASSERT_TRUE(log.ok()) << log.status();
    log_ = *std::move(log);
    auto stores = io::RocksStores::Open(dir_ / "state", "lagesbild", memory_);
    ASSERT_TRUE(stores.ok()) << stores.status();
    stores_ = *std::move(stores);
  }

  ServiceOptions Options(ClockMode clock) {
    ServiceOptions options;
    options.instance_id = "one";
    options.topics = topics_;
    options.picture_workers = 2;
    options.clock = clock;
    options.stop_when_done = clock == ClockMode::kRecords;
    return options;
  }

  Status RunToTheEnd() {
    Service service(Options(ClockMode::kRecords),
                    {*log_, *stores_, clock_, metrics_, reporter_, health_}, Configured());
    return service.Run(std::stop_token());
  }

  void Reports(int first, int count) {
    auto sink = *log_->OpenSink("test");
    ASSERT_TRUE(sink->Init().ok());
    ASSERT_TRUE(sink->Begin().ok());
    for (int i = first; i < first + count; ++i) {
      const int64_t at = kStart + i * 250;
      const std::string value =
          ReportJson("r" + std::to_string(i), at, i % 3 == 0 ? "18.05" : "17.82",
                     i % 50 == 7 ? "shooting" : "assault");
      ASSERT_TRUE(sink->Produce({"safety.incidents.v1", i % 2},
                                {.key = "k", .value = value, .timestamp_ms = at})
                      .ok());
    }
    ASSERT_TRUE(sink->Commit().ok());
  }

  std::vector<std::string> Alerts() {
    std::vector<std::string> out;
    auto reader = *log_->OpenConsumer({});
    for (int32_t p = 0; p < 3; ++p) {
      EXPECT_TRUE(reader->Start({topics_.alerts, p}, kFromBeginning).ok());
      auto batch = reader->Read({topics_.alerts, p}, 100'000);
      for (const RecordView& r : batch->records) out.emplace_back(*r.value);
    }
    std::sort(out.begin(), out.end());
    return out;
  }

  TempDir dir_;
  io::RocksMemory memory_{16 << 20};
  io::SystemClock clock_;
  NoMetrics metrics_;
  LockedReporter reporter_;
  HealthBoard health_;
  Topics topics_;
  std::unique_ptr<io::EmbeddedLog> log_;
  std::unique_ptr<io::RocksStores> stores_;
};

TEST_F(ServiceTest, ARunOverRecordsEndsByItselfAndGoesOnAfterARestart) {
  Reports(0, 400);
  Status status = RunToTheEnd();
  ASSERT_TRUE(status.ok()) << status;
  const size_t half = Alerts().size();
  EXPECT_GT(half, 5u);
  Open();
  Reports(400, 400);
  ASSERT_TRUE(RunToTheEnd().ok());
  const auto in_two = Alerts();
  EXPECT_GT(in_two.size(), half);

  // The second half alone was taken by the second run: nothing twice, nothing lost.
  std::set<std::string> distinct(in_two.begin(), in_two.end());
  EXPECT_EQ(distinct.size(), in_two.size());
  EXPECT_THAT(in_two[0], HasSubstr("\"alert_id\":\"a-"));
}

TEST_F(ServiceTest, AServiceOnTheWallRunsUntilItIsStopped) {
  std::stop_source stop;
  Service service(Options(ClockMode::kWall),
                  {*log_, *stores_, clock_, metrics_, reporter_, health_}, Configured());
  Status status;
  std::thread thread([&] { status = service.Run(stop.get_token()); });
  // Waits on the log itself for the alert.
  auto sink = *log_->OpenSink("test");
  ASSERT_TRUE(sink->Init().ok());
  ASSERT_TRUE(sink->Begin().ok());
  const std::string value = ReportJson("s1", clock_.WallMs() - 60'000, "17.82", "shooting");
  ASSERT_TRUE(sink->Produce({"safety.incidents.v1", 0}, {.key = "k", .value = value}).ok());
  ASSERT_TRUE(sink->Commit().ok());
  auto reader = *log_->OpenConsumer({});
  for (int32_t p = 0; p < 3; ++p) {
    ASSERT_TRUE(reader->Start({topics_.alerts, p}, kFromBeginning).ok());
  }
  EXPECT_TRUE(reader->Poll(absl::Seconds(30)).ok());
  EXPECT_THAT(Alerts(), SizeIs(1));
  const absl::Duration deadline = clock_.Monotonic() + absl::Seconds(30);
  while (!health_.ready() && clock_.Monotonic() < deadline) std::this_thread::yield();
  EXPECT_TRUE(health_.ready());
  stop.request_stop();
  thread.join();
  EXPECT_TRUE(status.ok()) << status;
}

TEST_F(ServiceTest, WhenItSaysReadyTheBacklogOfItsStartCanBeReadAsAlerts) {
  Reports(0, 12'000);
  std::stop_source stop;
  Service service(Options(ClockMode::kWall),
                  {*log_, *stores_, clock_, metrics_, reporter_, health_}, Configured());
  Status status;
  std::thread thread([&] { status = service.Run(stop.get_token()); });
  const absl::Duration deadline = clock_.Monotonic() + absl::Seconds(60);
  while (!health_.ready() && clock_.Monotonic() < deadline) std::this_thread::yield();
  EXPECT_TRUE(health_.ready());
  // Those that reports cause; time alone resolves.
  const auto caused = [&] {
    const auto alerts = Alerts();
    return std::count_if(alerts.begin(), alerts.end(), [](const std::string& alert) {
      return alert.find("\"state\":\"open\"") != std::string::npos ||
             alert.find("\"state\":\"updated\"") != std::string::npos;
    });
  };
  const auto at_once = caused();
  stop.request_stop();
  thread.join();
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_GT(at_once, 100);
  EXPECT_EQ(caused(), at_once);
}

TEST_F(ServiceTest, MissingTopicsAreNamedWithTheCommandThatMendsThem) {
  auto options = Options(ClockMode::kWall);
  options.topics.alerts = "safety.other.v1";
  Service service(options, {*log_, *stores_, clock_, metrics_, reporter_, health_}, Configured());
  const Status status = service.Run(std::stop_token());
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_THAT(Message(status), HasSubstr("lagesbild topics apply"));
}

TEST_F(ServiceTest, TopicsThatAreNotAsTheyMustBeAreRefused) {
  auto options = Options(ClockMode::kWall);
  options.topic_specs = {{.role = "lease",
                          .name = topics_.lease,
                          .rule = PartitionRule::kFixed,
                          .partitions = 7,
                          .config = {}}};
  Service service(options, {*log_, *stores_, clock_, metrics_, reporter_, health_}, Configured());
  const Status status = service.Run(std::stop_token());
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(Message(status), HasSubstr(topics_.lease + " has 1 partition, must have 7"));
}

}  // namespace
}  // namespace lagesbild::stream
