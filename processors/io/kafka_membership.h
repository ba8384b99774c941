// KafkaMembership: stream/ports.h Membership, from KafkaConsumer to KafkaSink. Immutable.
#pragma once

#include "io/kafka_handle.h"
#include "stream/ports.h"

namespace lagesbild::io {

// Who the member was when it was asked. Holds what the broker checks offsets of a transaction
// against.
class KafkaMembership : public stream::Membership {
 public:
  explicit KafkaMembership(KafkaGroupMetadata metadata);
  bool valid() const override { return valid_; }
  const rd_kafka_consumer_group_metadata_t* metadata() const { return metadata_.get(); }

 private:
  KafkaGroupMetadata metadata_;
  bool valid_ = false;
};

}  // namespace lagesbild::io
