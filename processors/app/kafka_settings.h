// Kafka as the configuration has it, in the form that io/kafka_config.h takes.
#pragma once

#include <string>

#include "app/config.h"
#include "io/kafka_config.h"

namespace lagesbild::app {

io::KafkaConfig KafkaSettings(const KafkaConfig& from, const std::string& client_id);

}  // namespace lagesbild::app
