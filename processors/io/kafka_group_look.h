// KafkaGroupLook: asks a group's coordinator who has what, without waiting for it. Used by
// KafkaConsumer, on its member's client. Thread-compatible.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "io/kafka_handle.h"
#include "stream/ports.h"

namespace lagesbild::io {

class KafkaGroupLook {
 public:
  KafkaGroupLook(std::shared_ptr<KafkaHandle> member, std::string group,
                 std::shared_ptr<KafkaWatch> watch);

  // Asks, or gives the answer to what was asked before. nullopt: no answer yet, or none to be had.
  std::optional<stream::GroupView> Look();

 private:
  void Ask();

  const std::shared_ptr<KafkaHandle> member_;
  const std::string group_;
  const std::shared_ptr<KafkaWatch> watch_;
  KafkaQueue answers_;
  bool asked_ = false;
};

// What librdkafka's client is called by the group's coordinator; empty: it is no member.
std::string KafkaMemberId(rd_kafka_t* member);

}  // namespace lagesbild::io
