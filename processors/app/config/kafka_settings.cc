#include "app/config/kafka_settings.h"

#include "app/exit_code.h"

namespace lagesbild::app {
namespace {

StatusOr<io::KafkaConfig::Properties> Resolved(const KafkaProperties& properties) {
  LB_ASSIGN_OR_RETURN(const auto values, ResolveProperties(properties));
  return io::KafkaConfig::Properties(values.begin(), values.end());
}

}  // namespace

StatusOr<io::KafkaConfig> KafkaSettings(const KafkaConfig& from, const std::string& client_id) {
  io::KafkaConfig to;
  to.bootstrap_servers = from.bootstrap_servers;
  to.client_id = client_id;
  LB_ASSIGN_OR_RETURN(to.common, Resolved(from.common));
  LB_ASSIGN_OR_RETURN(to.consumer, Resolved(from.consumer));
  LB_ASSIGN_OR_RETURN(to.producer, Resolved(from.producer));
  return to;
}

int ExitCodeOfKafka(const Status& status) {
  switch (status.code()) {
    case StatusCode::kOk:
      return kExitOk;
    case StatusCode::kUnavailable:
      return kExitUnavailable;
    case StatusCode::kPermissionDenied:
      return kExitNotAuthorised;
    case StatusCode::kInvalidArgument:
      return kExitBadConfig;
    default:
      return kExitInternal;
  }
}

}  // namespace lagesbild::app
