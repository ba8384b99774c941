#include "io/kafka_errors.h"

namespace lagesbild::io {
namespace {

struct Meaning {
  StatusCode status;
  rd_kafka_resp_err_t code;
};

// What is not here is Internal.
constexpr Meaning kMeanings[] = {
    {StatusCode::kFailedPrecondition, RD_KAFKA_RESP_ERR__FATAL},
    {StatusCode::kFailedPrecondition, RD_KAFKA_RESP_ERR__FENCED},
    {StatusCode::kFailedPrecondition, RD_KAFKA_RESP_ERR_PRODUCER_FENCED},
    {StatusCode::kFailedPrecondition, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH},
    {StatusCode::kFailedPrecondition, RD_KAFKA_RESP_ERR_TRANSACTION_COORDINATOR_FENCED},
    {StatusCode::kFailedPrecondition, RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID},
    {StatusCode::kFailedPrecondition, RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL},
    {StatusCode::kFailedPrecondition, RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION},
    {StatusCode::kFailedPrecondition, RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE},
    {StatusCode::kFailedPrecondition, RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT},
    {StatusCode::kFailedPrecondition, RD_KAFKA_RESP_ERR_POLICY_VIOLATION},
    {StatusCode::kPermissionDenied, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED},
    {StatusCode::kPermissionDenied, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED},
    {StatusCode::kPermissionDenied, RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED},
    {StatusCode::kPermissionDenied, RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED},
    {StatusCode::kPermissionDenied, RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED},
    {StatusCode::kPermissionDenied, RD_KAFKA_RESP_ERR__AUTHENTICATION},
    // The member is not who the broker knows: its transaction must go, Poll tells what became of
    // it.
    {StatusCode::kAborted, RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID},
    {StatusCode::kAborted, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION},
    {StatusCode::kAborted, RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS},
    {StatusCode::kDataLoss, RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET},
    {StatusCode::kDataLoss, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE},
    {StatusCode::kDataLoss, RD_KAFKA_RESP_ERR_INVALID_MSG},  // a CRC that does not fit
    {StatusCode::kDataLoss, RD_KAFKA_RESP_ERR__BAD_MSG},
    {StatusCode::kDataLoss, RD_KAFKA_RESP_ERR__BAD_COMPRESSION},
    {StatusCode::kDataLoss, RD_KAFKA_RESP_ERR__INCONSISTENT},
    {StatusCode::kNotFound, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART},
    {StatusCode::kNotFound, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC},
    {StatusCode::kNotFound, RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION},
    {StatusCode::kAlreadyExists, RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS},
    {StatusCode::kInvalidArgument, RD_KAFKA_RESP_ERR__INVALID_ARG},
    {StatusCode::kInvalidArgument, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE},
    {StatusCode::kInvalidArgument, RD_KAFKA_RESP_ERR_OFFSET_METADATA_TOO_LARGE},
    {StatusCode::kInvalidArgument, RD_KAFKA_RESP_ERR_INVALID_CONFIG},
    {StatusCode::kInvalidArgument, RD_KAFKA_RESP_ERR_INVALID_PARTITIONS},
    {StatusCode::kInvalidArgument, RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR},
    {StatusCode::kInvalidArgument, RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION},
    {StatusCode::kUnavailable, RD_KAFKA_RESP_ERR__TIMED_OUT},
    {StatusCode::kUnavailable, RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE},
    {StatusCode::kUnavailable, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT},
    {StatusCode::kUnavailable, RD_KAFKA_RESP_ERR__TRANSPORT},
    {StatusCode::kUnavailable, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN},
    {StatusCode::kUnavailable, RD_KAFKA_RESP_ERR__RESOLVE},
    {StatusCode::kUnavailable, RD_KAFKA_RESP_ERR__SSL},
    {StatusCode::kUnavailable, RD_KAFKA_RESP_ERR__WAIT_COORD},
    {StatusCode::kUnavailable, RD_KAFKA_RESP_ERR__WAIT_CACHE},
    {StatusCode::kUnavailable, RD_KAFKA_RESP_ERR__NODE_UPDATE},
    {StatusCode::kUnavailable, RD_KAFKA_RESP_ERR__PREV_IN_PROGRESS},
    {StatusCode::kUnavailable, RD_KAFKA_RESP_ERR__CONFLICT},
    {StatusCode::kUnavailable, RD_KAFKA_RESP_ERR__QUEUE_FULL},
    {StatusCode::kUnavailable, RD_KAFKA_RESP_ERR__DESTROY},
    {StatusCode::kUnavailable, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT},
    {StatusCode::kUnavailable, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE},
    {StatusCode::kUnavailable, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION},
    {StatusCode::kUnavailable, RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE},
    {StatusCode::kUnavailable, RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE},
    {StatusCode::kUnavailable, RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION},
    {StatusCode::kUnavailable, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS},
    {StatusCode::kUnavailable, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE},
    {StatusCode::kUnavailable, RD_KAFKA_RESP_ERR_NOT_COORDINATOR},
    {StatusCode::kUnavailable, RD_KAFKA_RESP_ERR_NOT_CONTROLLER},
    {StatusCode::kUnavailable, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS},
    {StatusCode::kUnavailable, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND},
    {StatusCode::kUnavailable, RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR},
    {StatusCode::kUnavailable, RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH},
    {StatusCode::kUnavailable, RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH},
    {StatusCode::kUnavailable, RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE},
    {StatusCode::kUnavailable, RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS},
    {StatusCode::kUnavailable, RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT},
    {StatusCode::kUnavailable, RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED},
};

StatusCode CodeOf(rd_kafka_resp_err_t code) {
  for (const Meaning& meaning : kMeanings) {
    if (meaning.code == code) return meaning.status;
  }
  return StatusCode::kInternal;
}

Status Make(StatusCode code, std::string_view what, rd_kafka_resp_err_t kafka,
            std::string_view detail) {
  std::string message = "kafka: ";
  message.append(what).append(": ").append(detail);
  message.append(" (").append(rd_kafka_err2name(kafka)).append(")");
  return Error(code, message);
}

}  // namespace

Status ToStatus(std::string_view what, rd_kafka_resp_err_t code, std::string_view detail) {
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
  return Make(CodeOf(code), what, code, detail);
}

Status ToStatus(std::string_view what, rd_kafka_resp_err_t code) {
  return ToStatus(what, code, rd_kafka_err2str(code));
}

Status ToStatus(std::string_view what, const rd_kafka_error_t* error) {
  if (error == nullptr) return absl::OkStatus();
  const rd_kafka_resp_err_t kafka = rd_kafka_error_code(error);
  const char* detail = rd_kafka_error_string(error);
  StatusCode code = CodeOf(kafka);
  if (rd_kafka_error_is_fatal(error)) {
    code = StatusCode::kFailedPrecondition;
  } else if (code == StatusCode::kPermissionDenied ||
             kafka == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID) {
    // Redoing the batch would end the same way.
  } else if (rd_kafka_error_txn_requires_abort(error)) {
    code = StatusCode::kAborted;
  } else if (rd_kafka_error_is_retriable(error)) {
    code = StatusCode::kUnavailable;
  }
  return Make(code, what, kafka, detail);
}

}  // namespace lagesbild::io
