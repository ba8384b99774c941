// KafkaProducer: an idempotent producer without transactions, for those who write to the input
// topics (`lagesbild feed`, `lagesbild alerts ack`). The partition is chosen by the key as every
// Kafka client does by default (murmur2).
//
// Produce takes copies; librdkafka sends and tries again for as long as it takes, in order, each
// record once; Flush waits for the broker's word. Thread-compatible.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "io/kafka_config.h"
#include "io/kafka_handle.h"
#include "stream/ports.h"

namespace lagesbild::io {

struct KafkaRecord {
  std::string topic;
  std::string_view key, value;
  std::span<const stream::HeaderView> headers;
  int64_t timestamp_ms = 0;  // kept where the topic has CreateTime
};

class KafkaProducer {
 public:
  // Connects to nothing yet. InvalidArgument, NotFound: see MakeKafkaConf.
  static StatusOr<std::unique_ptr<KafkaProducer>> Make(const KafkaConfig& config,
                                                       KafkaLogLine line = KafkaLineToStderr);
  ~KafkaProducer();  // what was not flushed may be lost

  // Unavailable: 64 MiB are unsent and the broker takes none of it; call again, nothing was taken.
  // InvalidArgument: the record is larger than message.max.bytes. Else what became of an earlier
  // record, as of Flush.
  Status Produce(const KafkaRecord& record);
  // OK: all is written. Unavailable: not yet; nothing is lost, call again. NotFound: there is no
  // such topic. PermissionDenied, FailedPrecondition, Internal: some were refused for good.
  Status Flush(absl::Duration limit);

 private:
  KafkaProducer() = default;
  static void OnDelivered(rd_kafka_t* client, const rd_kafka_message_t* message, void* opaque);

  std::shared_ptr<KafkaHandle> handle_;
  std::vector<rd_kafka_vu_t> arguments_;  // kept for its memory
  Status
      refused_;  // of the first record that was; set by callbacks, which run inside our own calls
};

}  // namespace lagesbild::io
