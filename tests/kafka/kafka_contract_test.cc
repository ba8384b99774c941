// The contract of stream/ports.h on a real broker.
#include "kafka/kafka_for_test.h"
#include "stream/log_contract.h"

namespace lagesbild::stream {
namespace {

class KafkaUnderTest : public LogUnderTest {
 public:
  KafkaUnderTest()
      : log_(io::LogForTest(io::BrokerForTest())), other_(io::LogForTest(io::BrokerForTest())) {}
  Log& log() override { return *log_; }
  Log& other() override { return *other_; }

 private:
  std::unique_ptr<io::KafkaLog> log_, other_;
};

LogOrWhy MakeKafkaLogUnderTest() {
  if (io::BrokerForTest().empty()) return {.log = nullptr, .why_not = io::WhyNoBroker()};
  return {.log = std::make_unique<KafkaUnderTest>(), .why_not = ""};
}

INSTANTIATE_TEST_SUITE_P(Kafka, LogContract, testing::Values(&MakeKafkaLogUnderTest));

}  // namespace
}  // namespace lagesbild::stream
