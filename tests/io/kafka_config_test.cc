#include "io/kafka_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace lagesbild::io {
namespace {

using testing::HasSubstr;

KafkaConfig Config() {
  KafkaConfig config;
  config.bootstrap_servers = "127.0.0.1:1";
  return config;
}

std::string Get(const rd_kafka_conf_t* conf, const char* name) {
  char value[256];
  size_t size = sizeof(value);
  return rd_kafka_conf_get(conf, name, value, &size) == RD_KAFKA_CONF_OK ? value : "(none)";
}

TEST(KafkaConfig, APlainOneIsAcceptedForEveryClient) {
  const Status status = CheckKafkaConfig(Config());
  EXPECT_TRUE(status.ok()) << status;
}

TEST(KafkaConfig, PropertiesPassThroughToTheClientsTheyAreFor) {
  KafkaConfig config = Config();
  config.common = {{"socket.timeout.ms", "1234"}};
  config.consumer = {{"fetch.wait.max.ms", "7"}};
  config.producer = {{"linger.ms", "3"}};
  auto reader = MakeKafkaConf(config, KafkaRole::kReader, {});
  auto sink = MakeKafkaConf(config, KafkaRole::kSink, {.transactional_id = "t"});
  ASSERT_TRUE(reader.ok() && sink.ok());
  EXPECT_EQ(Get(reader->get(), "socket.timeout.ms"), "1234");
  EXPECT_EQ(Get(sink->get(), "socket.timeout.ms"), "1234");
  EXPECT_EQ(Get(reader->get(), "fetch.wait.max.ms"), "7");
  EXPECT_EQ(Get(sink->get(), "linger.ms"), "3");
}

TEST(KafkaConfig, WhatExactlyOnceRestsOnIsRefusedByName) {
  for (const char* name : {"enable.auto.commit", "isolation.level", "enable.idempotence",
                           "transactional.id", "group.id", "acks", "auto.offset.reset"}) {
    KafkaConfig config = Config();
    config.common = {{name, "x"}};
    const Status status = CheckKafkaConfig(config);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << name;
    EXPECT_THAT(status.ToString(), HasSubstr(name));
  }
}

TEST(KafkaConfig, ReadersReadCommittedAndNeverJump) {
  auto reader = MakeKafkaConf(Config(), KafkaRole::kReader, {});
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ(Get(reader->get(), "isolation.level"), "read_committed");
  EXPECT_EQ(Get(reader->get(), "enable.auto.commit"), "false");
  EXPECT_EQ(Get(reader->get(), "enable.partition.eof"), "true");
}

TEST(KafkaConfig, AnUnknownPropertyIsNamed) {
  KafkaConfig config = Config();
  config.producer = {{"linger.mss", "3"}};
  const Status status = CheckKafkaConfig(config);
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(status.ToString(), HasSubstr("linger.mss"));
}

TEST(KafkaConfig, ContradictionsAreFoundWithoutABroker) {
  KafkaConfig config = Config();
  config.producer = {{"message.timeout.ms", "60000"}};
  EXPECT_TRUE(absl::IsInvalidArgument(CheckKafkaConfig(config)));
}

TEST(KafkaConfig, BootstrapServersAreRequired) {
  EXPECT_TRUE(absl::IsInvalidArgument(CheckKafkaConfig({})));
}

}  // namespace
}  // namespace lagesbild::io
