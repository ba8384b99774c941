// What librdkafka's admin calls need and give, freed with its owner: options of a call, the event
// that answers it.
#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>

namespace lagesbild::io {

struct KafkaEventDeleter {
  void operator()(rd_kafka_event_t* event) const { rd_kafka_event_destroy(event); }
};
using KafkaEvent = std::unique_ptr<rd_kafka_event_t, KafkaEventDeleter>;

struct KafkaAdminOptionsDeleter {
  void operator()(rd_kafka_AdminOptions_t* options) const {
    rd_kafka_AdminOptions_destroy(options);
  }
};
using KafkaAdminOptions = std::unique_ptr<rd_kafka_AdminOptions_t, KafkaAdminOptionsDeleter>;

}  // namespace lagesbild::io
