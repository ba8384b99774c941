// The broker that tests run against: LAGESBILD_TEST_KAFKA=host:port. Without it they are skipped,
// but fail where CI is set: there a broker must be.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "io/kafka_log.h"

namespace lagesbild::io {

inline std::string BrokerForTest() {
  const char* broker = std::getenv("LAGESBILD_TEST_KAFKA");
  return broker == nullptr ? "" : broker;
}

inline std::string WhyNoBroker() {
  const std::string why = "LAGESBILD_TEST_KAFKA is not set; tests/support/with-kafka sets it";
  if (std::getenv("CI") != nullptr) ADD_FAILURE() << why;
  return why;
}

inline std::unique_ptr<KafkaLog> LogForTest(const std::string& broker) {
  KafkaLogOptions options;
  options.config.bootstrap_servers = broker;
  auto log = KafkaLog::Open(std::move(options));
  EXPECT_TRUE(log.ok()) << log.status();
  return log.ok() ? *std::move(log) : nullptr;
}

}  // namespace lagesbild::io
