// The contract of stream/ports.h on the simulated Kafka: what the simulator says, the broker does.
#include "sim/sim_kafka.h"
#include "stream/log_contract.h"

namespace lagesbild::sim {
namespace {

class Undisturbed : public SimNetwork {
 public:
  RequestFate Fate(SimProcess&, std::string_view) override { return {}; }
  void Done(SimProcess&, std::string_view) override {}
};

class SimKafkaUnderTest : public stream::LogUnderTest {
 public:
  explicit SimKafkaUnderTest(const SimKafka::Options& options) : kafka_(options, time_, network_) {}
  stream::Log& log() override { return log_; }
  stream::Log& other() override { return other_log_; }

 private:
  SimTime time_;
  Undisturbed network_;
  SimKafka kafka_;
  SimProcess process_{"one", time_}, other_{"two", time_};
  SimLog log_{kafka_, process_}, other_log_{kafka_, other_};
};

SimKafka::Options Prompt() { return {.poll_takes_time = true}; }

stream::LogOrWhy Make() { return {std::make_unique<SimKafkaUnderTest>(Prompt()), ""}; }
stream::LogOrWhy MakeSlow() {
  SimKafka::Options options = Prompt();
  options.fetch_misses_percent = 50;
  return {std::make_unique<SimKafkaUnderTest>(options), ""};
}
stream::LogOrWhy MakeLate() {
  SimKafka::Options options = Prompt();
  options.fetch_late_percent = 50;
  options.fetch_delay = options.group_delay = absl::Milliseconds(300);
  return {std::make_unique<SimKafkaUnderTest>(options), ""};
}

using stream::LogContract;

INSTANTIATE_TEST_SUITE_P(SimKafka, LogContract, testing::Values(&Make));
INSTANTIATE_TEST_SUITE_P(SlowSimKafka, LogContract, testing::Values(&MakeSlow));
INSTANTIATE_TEST_SUITE_P(LateSimKafka, LogContract, testing::Values(&MakeLate));

}  // namespace
}  // namespace lagesbild::sim
