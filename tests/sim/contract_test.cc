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
  explicit SimKafkaUnderTest(int64_t fetch_misses_percent)
      : kafka_({.fetch_misses_percent = fetch_misses_percent, .poll_takes_time = true}, time_,
               network_) {}
  stream::Log& log() override { return log_; }
  stream::Log& other() override { return other_log_; }

 private:
  SimTime time_;
  Undisturbed network_;
  SimKafka kafka_;
  SimProcess process_{"one", time_}, other_{"two", time_};
  SimLog log_{kafka_, process_}, other_log_{kafka_, other_};
};

stream::LogOrWhy Make() { return {std::make_unique<SimKafkaUnderTest>(0), ""}; }
stream::LogOrWhy MakeSlow() { return {std::make_unique<SimKafkaUnderTest>(50), ""}; }

using stream::LogContract;

INSTANTIATE_TEST_SUITE_P(SimKafka, LogContract, testing::Values(&Make));
INSTANTIATE_TEST_SUITE_P(SlowSimKafka, LogContract, testing::Values(&MakeSlow));

}  // namespace
}  // namespace lagesbild::sim
