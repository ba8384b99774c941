// From librdkafka's errors to Status, one meaning a code (base/status.h, stream/ports.h).
//
//   fatal, fenced, another with our instance id     FailedPrecondition   start over, or stop
//   not authorised                                  PermissionDenied     stop
//   the transaction must be aborted                 Aborted              abort, redo the batch
//   timed out, broker away, outcome unknown         Unavailable          drop the object, or call
//   again offset outside the log                          DataLoss no such topic or partition
//   NotFound a record or a property that cannot be           InvalidArgument anything else Internal
// Messages hold librdkafka's text: broker and topic names, offsets, codes; never a key or a value
// of a record.
#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"

namespace lagesbild::io {

struct KafkaErrorDeleter {
  void operator()(rd_kafka_error_t* error) const { rd_kafka_error_destroy(error); }
};
using KafkaError = std::unique_ptr<rd_kafka_error_t, KafkaErrorDeleter>;

// `what` is the call that failed: "commit", "describe topic x".
Status ToStatus(std::string_view what, rd_kafka_resp_err_t code);
Status ToStatus(std::string_view what, rd_kafka_resp_err_t code, std::string_view detail);

// Of a transactional call; null is OK. The flags of the error go before its code.
Status ToStatus(std::string_view what, const rd_kafka_error_t* error);

}  // namespace lagesbild::io
