// Kafka as the configuration has it, in the form that io/kafka_config.h takes: one place for every
// command that talks to brokers.
#pragma once

#include <string>

#include "app/config/config.h"
#include "io/kafka_config.h"

namespace lagesbild::app {

// Secrets are read from their files here. InvalidArgument: a file that cannot be read.
StatusOr<io::KafkaConfig> KafkaSettings(const KafkaConfig& from, const std::string& client_id);

// The exit code of a command that a Kafka call has ended.
int ExitCodeOfKafka(const Status& status);

}  // namespace lagesbild::app
