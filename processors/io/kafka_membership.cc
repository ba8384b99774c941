#include "io/kafka_membership.h"

#include <cstring>
#include <string_view>
#include <utility>

#include "io/kafka_errors.h"

namespace lagesbild::io {
namespace {

// The generation stands in librdkafka's written form only: "CGMDv2:", int32 generation, then
// strings. -1 if the form is another.
int32_t GenerationOf(const rd_kafka_consumer_group_metadata_t* metadata) {
  constexpr std::string_view kMagic = "CGMDv2:";
  void* buffer = nullptr;
  size_t size = 0;
  KafkaError error(rd_kafka_consumer_group_metadata_write(metadata, &buffer, &size));
  if (error != nullptr) return -1;
  int32_t generation = -1;
  if (size > kMagic.size() + sizeof(generation) &&
      std::string_view(static_cast<const char*>(buffer), kMagic.size()) == kMagic) {
    std::memcpy(&generation, static_cast<const char*>(buffer) + kMagic.size(), sizeof(generation));
  }
  rd_kafka_mem_free(nullptr, buffer);
  return generation;
}

}  // namespace

KafkaMembership::KafkaMembership(KafkaGroupMetadata metadata)
    : metadata_(std::move(metadata)),
      valid_(metadata_ != nullptr && GenerationOf(metadata_.get()) >= 0) {}

}  // namespace lagesbild::io
