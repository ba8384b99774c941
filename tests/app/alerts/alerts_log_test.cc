// lagesbild alerts … on the topics of a log: the embedded one, and Kafka where there is a broker
// (LAGESBILD_TEST_KAFKA).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <random>
#include <sstream>
#include <thread>

#include "absl/synchronization/mutex.h"
#include "app/alerts/alert_builder.h"
#include "app/exit_code.h"
#include "app/folder.h"
#include "app/run_command.h"
#include "app/town_files.h"
#include "base/hash.h"
#include "io/embedded_log.h"
#include "io/system_clock.h"
#include "kafka/kafka_for_test.h"

namespace lagesbild::app {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

enum class Place { kEmbedded, kKafka };

class AlertsLog : public testing::TestWithParam<Place> {
 protected:
  void SetUp() override {
    if (GetParam() == Place::kKafka && io::BrokerForTest().empty())
      GTEST_SKIP() << io::WhyNoBroker();
    std::filesystem::create_directories(folder_.Path("state/town"));
    const auto log = OpenLog();
    ASSERT_NE(log, nullptr);
    ASSERT_TRUE(log->CreateTopic({alerts_, 2, {}}).ok());
    for (const char* name : {"incidents", "tips", "commands"})
      ASSERT_TRUE(log->CreateTopic({prefix_ + name + ".v1", 1, {}}).ok());
    auto sink = log->OpenSink(prefix_ + "test").value();
    ASSERT_TRUE(sink->Init().ok());
    ASSERT_TRUE(sink->Begin().ok());
    Produce(*sink, 0, Alert("a-11111111", "1", "open", "20:00"));
    Produce(*sink, 0, Alert("a-11111111", "2", "updated", "21:00"));
    Produce(*sink, 1, Alert("a-22222222", "1", "open", "20:30"));
    Produce(*sink, 1, "not an alert");
    ASSERT_TRUE(sink->Commit().ok());
  }

  std::unique_ptr<stream::Log> OpenLog() {
    if (GetParam() == Place::kKafka) return io::LogForTest(io::BrokerForTest());
    auto log = io::EmbeddedLog::Open(folder_.Path("state/town/log"), memory_, clock_);
    EXPECT_TRUE(log.ok()) << log.status();
    return log.ok() ? std::move(*log) : nullptr;
  }
  static std::string Alert(const std::string& id, const std::string& sequence,
                           const std::string& state, const std::string& at) {
    const auto quoted = [](const std::string& text) { return "\"" + text + "\""; };
    return AlertBuilder()
        .With("alert_id", quoted(id))
        .With("sequence", sequence)
        .With("state", quoted(state))
        .With("at", quoted("2023-01-14T" + at + ":00Z"))
        .With("since", quoted("2023-01-14T20:00:00Z"))
        .With("picture", quoted("b"))
        .Json();
  }
  void Produce(stream::TransactionalSink& sink, int32_t partition, const std::string& value) {
    stream::OutRecord record;
    record.key = "k";
    record.value = value;
    ASSERT_TRUE(sink.Produce({alerts_, partition}, record).ok());
  }
  Ran Alerts(std::vector<std::string> words) {
    words.insert(words.begin(), "alerts");
    words.insert(words.end(), {"--config", config_, "--set", "topics.prefix=" + prefix_, "--set",
                               "state.dir=" + folder_.Path("state")});
    if (GetParam() == Place::kEmbedded) {
      words.push_back("--embedded");
    } else {
      words.insert(words.end(), {"--set", "kafka.bootstrap.servers=" + io::BrokerForTest()});
    }
    return RunWords(words);
  }
  // The values of the topic commands.
  std::vector<std::string> Commands() {
    std::vector<std::string> values;
    const auto log = OpenLog();
    auto consumer = log->OpenConsumer({}).value();
    const stream::TopicPartition at{prefix_ + "commands.v1", 0};
    EXPECT_TRUE(consumer->Start(at, stream::kFromBeginning).ok());
    for (bool drained = false; !drained;) {
      EXPECT_TRUE(consumer->Poll(absl::Seconds(5)).ok());
      const auto batch = consumer->Read(at, 100).value();
      for (const stream::RecordView& record : batch.records) {
        EXPECT_EQ(record.key, "b");
        values.emplace_back(*record.value);
      }
      drained = batch.drained;
    }
    return values;
  }

  Folder folder_;
  const std::string config_ = WriteTown(folder_);
  const std::string prefix_ = "t" + Hex(std::random_device{}()) + ".";
  const std::string alerts_ = prefix_ + "alerts.v1";
  io::RocksMemory memory_{size_t{16} << 20};
  io::SystemClock clock_;
};

TEST_P(AlertsLog, ListReadsTheTransitionsOfAllPartitions) {
  const Ran ran = Alerts({"list", "--lang", "en"});
  EXPECT_EQ(ran.code, kExitOk) << ran.err;
  EXPECT_THAT(ran.out, AllOf(HasSubstr("a-11111111"), HasSubstr("a-22222222")));
  EXPECT_THAT(ran.err, HasSubstr("1 records of the topic are not alerts"));
}

TEST_P(AlertsLog, ExplainShowsTheTransitionsOfTheTopic) {
  const Ran ran = Alerts({"explain", "a-1111", "--lang", "en"});
  EXPECT_EQ(ran.code, kExitOk) << ran.out << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("2. 2023-01-14 22:00  updated, 3/3  (this one)"));
}

TEST_P(AlertsLog, AnAnswerIsACommandOfTheTopic) {
  const Ran ack = Alerts({"ack", "a-1111", "--by", "duty-1", "--json"});
  ASSERT_EQ(ack.code, kExitOk) << ack.err;
  const Ran silence = Alerts({"silence", "West", "--for", "4h", "--reason", "maintenance"});
  ASSERT_EQ(silence.code, kExitOk) << silence.err;
  EXPECT_THAT(
      Commands(),
      ElementsAre(AllOf(HasSubstr(R"("command":"acknowledge")"),
                        HasSubstr(R"("alert_id":"a-11111111")"), HasSubstr(R"("by":"duty-1")")),
                  AllOf(HasSubstr(R"("command":"silence")"), HasSubstr(R"("area":"w")"),
                        HasSubstr(silence.out.substr(0, silence.out.find('\n'))))));
  EXPECT_EQ(ack.out, Commands().front() + "\n");
}

TEST_P(AlertsLog, AMissingTopicNamesTheCommandThatMakesIt) {
  if (GetParam() == Place::kEmbedded) GTEST_SKIP() << "the service makes the topics there";
  const Ran ran = RunWords({"alerts", "list", "--config", config_, "--set", "topics.prefix=none.",
                            "--set", "kafka.bootstrap.servers=" + io::BrokerForTest()});
  EXPECT_EQ(ran.code, kExitBadConfig);
  EXPECT_THAT(ran.err, HasSubstr("`lagesbild topics apply`"));
}

// A stream that one thread writes and another waits on: each flush is a look.
class Watched : public std::stringbuf {
 public:
  // What was flushed, once it holds `text`; what there was, after 20 s.
  std::string WaitFor(const std::string& text) {
    absl::MutexLock lock(&mu_);
    const auto there = [&] { return seen_.find(text) != std::string::npos; };
    mu_.AwaitWithTimeout(absl::Condition(&there), absl::Seconds(20));
    return seen_;
  }

 protected:
  int sync() override {
    absl::MutexLock lock(&mu_);
    seen_ = str();
    return 0;
  }

 private:
  absl::Mutex mu_;
  std::string seen_;
};

TEST_P(AlertsLog, TailShowsTheLastAndWhatComesUntilItIsInterrupted) {
  if (GetParam() == Place::kEmbedded) {
    const Ran ran = Alerts({"tail", "--last", "1", "--lang", "en"});
    EXPECT_EQ(ran.code, kExitOk);
    EXPECT_THAT(ran.out, AllOf(testing::StartsWith("2023-01-14 22:00  updated"),
                               testing::Not(HasSubstr("a-22222222"))));
    return;
  }
  Watched watched, errors;
  int code = -1;
  std::thread tail([&] {
    std::ostream out(&watched), err(&errors);
    Io io{out, err, {}};
    code = RunCli(
        AllCommands(),
        {"alerts", "tail", "--last", "1", "--config", config_, "--set", "topics.prefix=" + prefix_,
         "--set", "kafka.bootstrap.servers=" + io::BrokerForTest()},
        io);
  });
  EXPECT_THAT(watched.WaitFor("a-11111111"), testing::Not(HasSubstr("a-22222222")));
  auto sink = OpenLog()->OpenSink(prefix_ + "test").value();
  EXPECT_TRUE(sink->Init().ok());
  EXPECT_TRUE(sink->Begin().ok());
  Produce(*sink, 1, Alert("a-44444444", "1", "open", "22:00"));
  EXPECT_TRUE(sink->Commit().ok());
  EXPECT_THAT(watched.WaitFor("a-44444444"), HasSubstr("a-44444444"));
  std::raise(SIGINT);
  tail.join();
  EXPECT_EQ(code, kExitOk);
}

INSTANTIATE_TEST_SUITE_P(Logs, AlertsLog, testing::Values(Place::kEmbedded, Place::kKafka),
                         [](const auto& place) {
                           return place.param == Place::kEmbedded ? "Embedded" : "Kafka";
                         });

class AlertsPlaces : public testing::Test {
 protected:
  Folder folder_;
  const std::string config_ = WriteTown(folder_);
};

TEST_F(AlertsPlaces, AnEmbeddedLogThatTheServiceHoldsIsSaidToBeHeld) {
  std::filesystem::create_directories(folder_.Path("state/town"));
  const io::RocksMemory memory{size_t{16} << 20};
  io::SystemClock clock;
  const auto held = io::EmbeddedLog::Open(folder_.Path("state/town/log"), memory, clock);
  ASSERT_TRUE(held.ok()) << held.status();
  const Ran ran = RunWords({"alerts", "list", "--embedded", "--config", config_, "--set",
                            "state.dir=" + folder_.Path("state")});
  EXPECT_EQ(ran.code, kExitUnavailable);
  EXPECT_THAT(ran.err, HasSubstr("another process holds the embedded log"));
}

TEST_F(AlertsPlaces, AnEmbeddedLogThatIsNotThereIsNotMade) {
  const Ran ran = RunWords({"alerts", "list", "--embedded", "--config", config_, "--set",
                            "state.dir=" + folder_.Path("state")});
  EXPECT_EQ(ran.code, kExitNoFile);
  EXPECT_FALSE(std::filesystem::exists(folder_.Path("state")));
}

TEST_F(AlertsPlaces, ABrokerThatDoesNotAnswerIsUnavailable) {
  const Ran ran = RunWords(
      {"alerts", "list", "--config", config_, "--set", "kafka.bootstrap.servers=127.0.0.1:1"});
  EXPECT_EQ(ran.code, kExitUnavailable) << ran.err;
}

TEST_F(AlertsPlaces, NeitherKafkaNorAFileIsBadConfiguration) {
  const Ran ran = RunWords({"alerts", "list", "--config", config_});
  EXPECT_EQ(ran.code, kExitBadConfig);
  EXPECT_THAT(ran.err, HasSubstr("--embedded or a file"));
}

}  // namespace
}  // namespace lagesbild::app
