#include "io/kafka_config.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include "io/kafka_properties.h"

namespace lagesbild::io {
namespace {

using Fixed = std::pair<const char*, const char*>;

// Ours, but a user may say otherwise.
constexpr std::array kDefaults = {
    // Small transactions on Nagle's algorithm take 52 ms instead of 12.
    Fixed{"socket.nagle.disable", "true"},
    Fixed{"socket.keepalive.enable", "true"},
    // A broker that stands still is noticed after this long.
    Fixed{"socket.timeout.ms", "10000"},
    Fixed{"reconnect.backoff.ms", "50"},
    Fixed{"reconnect.backoff.max.ms", "2000"},
    Fixed{"log_level", "5"},
    Fixed{"log.thread.name", "false"},
};
constexpr std::array kConsumerDefaults = {
    // A partition that is started while a fetch waits at the broker is asked for only after that
    // fetch, and the end of a partition with an open transaction behind it is known only then.
    Fixed{"fetch.wait.max.ms", "50"},
    Fixed{"fetch.error.backoff.ms", "100"},
    // The bound of a partition's queue is in bytes; librdkafka 2.0 looks again at a full queue
    // after up to a second, so it must hold about a second of reading.
    Fixed{"queued.min.messages", "10000000"},
    Fixed{"queued.max.messages.kbytes", "8192"},
    Fixed{"session.timeout.ms", "6000"},
    Fixed{"heartbeat.interval.ms", "500"},
    Fixed{"max.poll.interval.ms", "30000"},
};
constexpr std::array kProducerDefaults = {
    Fixed{"transaction.timeout.ms", "10000"},
    Fixed{"linger.ms", "1"},
    // The first request of a transaction is refused while the markers of the one before are being
    // written: a few milliseconds, and it is sent again after this.
    Fixed{"retry.backoff.ms", "2"},
    Fixed{"queue.buffering.max.messages", "1000000"},
    Fixed{"queue.buffering.max.kbytes", "262144"},
};

bool IsConsumer(KafkaRole role) { return role != KafkaRole::kSink && role != KafkaRole::kProducer; }

bool IsSecret(std::string_view name) {
  return std::ranges::find(kSecretProperties, name) != std::end(kSecretProperties);
}

Status Set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
  char error[512];
  const auto result = rd_kafka_conf_set(conf, name.c_str(), value.c_str(), error, sizeof(error));
  if (result == RD_KAFKA_CONF_OK) return absl::OkStatus();
  // A secret's value stays out of messages, whatever librdkafka writes.
  if (IsSecret(name)) return InvalidArgument("kafka: " + name + ": librdkafka refuses its value");
  return InvalidArgument("kafka: " + name + ": " + error);
}

template <size_t N>
Status SetAll(rd_kafka_conf_t* conf, const std::array<Fixed, N>& properties) {
  for (const auto& [name, value] : properties) LB_RETURN_IF_ERROR(Set(conf, name, value));
  return absl::OkStatus();
}

Status SetUsers(rd_kafka_conf_t* conf, const KafkaConfig::Properties& properties) {
  for (const auto& [name, value] : properties) {
    for (const DeniedProperty& denied : kDeniedProperties) {
      if (name == denied.name) {
        return InvalidArgument("kafka: " + name +
                               " is not for you to set: " + std::string(denied.why));
      }
    }
    LB_RETURN_IF_ERROR(Set(conf, name, value));
  }
  return absl::OkStatus();
}

Status SetIdentity(rd_kafka_conf_t* conf, KafkaRole role, const KafkaIdentity& identity) {
  switch (role) {
    case KafkaRole::kReader:
      LB_RETURN_IF_ERROR(Set(conf, "enable.partition.eof", "true"));
      return Set(conf, "auto.offset.reset", "error");
    case KafkaRole::kMember:
      LB_RETURN_IF_ERROR(Set(conf, "group.id", identity.group));
      if (!identity.instance_id.empty()) {
        LB_RETURN_IF_ERROR(Set(conf, "group.instance.id", identity.instance_id));
      }
      return Set(conf, "partition.assignment.strategy", "cooperative-sticky");
    case KafkaRole::kSink:
      // A producer would create a topic it has not heard of.
      LB_RETURN_IF_ERROR(Set(conf, "allow.auto.create.topics", "false"));
      return Set(conf, "transactional.id", identity.transactional_id);
    case KafkaRole::kProducer:
      LB_RETURN_IF_ERROR(Set(conf, "allow.auto.create.topics", "false"));
      LB_RETURN_IF_ERROR(Set(conf, "enable.idempotence", "true"));
      // Never given up: whoever waits for Flush decides how long.
      LB_RETURN_IF_ERROR(Set(conf, "message.timeout.ms", "0"));
      return Set(conf, "partitioner", "murmur2_random");
    case KafkaRole::kAdmin:
      return absl::OkStatus();
  }
  return Internal("kafka: unknown role");
}

}  // namespace

StatusOr<KafkaConf> MakeKafkaConf(const KafkaConfig& config, KafkaRole role,
                                  const KafkaIdentity& identity) {
  if (config.bootstrap_servers.empty()) {
    return InvalidArgument("kafka: bootstrap.servers is missing");
  }
  KafkaConf conf(rd_kafka_conf_new());
  LB_RETURN_IF_ERROR(SetAll(conf.get(), kDefaults));
  if (IsConsumer(role)) {
    LB_RETURN_IF_ERROR(SetAll(conf.get(), kConsumerDefaults));
  } else {
    LB_RETURN_IF_ERROR(SetAll(conf.get(), kProducerDefaults));
  }
  LB_RETURN_IF_ERROR(Set(conf.get(), "client.id", config.client_id));
  LB_RETURN_IF_ERROR(SetUsers(conf.get(), config.common));
  LB_RETURN_IF_ERROR(SetUsers(conf.get(), IsConsumer(role) ? config.consumer : config.producer));
  LB_RETURN_IF_ERROR(Set(conf.get(), "bootstrap.servers", config.bootstrap_servers));
  if (IsConsumer(role)) {
    LB_RETURN_IF_ERROR(Set(conf.get(), "enable.auto.commit", "false"));
    LB_RETURN_IF_ERROR(Set(conf.get(), "enable.auto.offset.store", "false"));
    LB_RETURN_IF_ERROR(Set(conf.get(), "isolation.level", "read_committed"));
  }
  LB_RETURN_IF_ERROR(SetIdentity(conf.get(), role, identity));
  return conf;
}

Status CheckKafkaConfig(const KafkaConfig& config) {
  const KafkaIdentity identity{.group = "check", .instance_id = "", .transactional_id = "check"};
  for (KafkaRole role : {KafkaRole::kReader, KafkaRole::kMember, KafkaRole::kSink,
                         KafkaRole::kProducer, KafkaRole::kAdmin}) {
    LB_ASSIGN_OR_RETURN(KafkaConf conf, MakeKafkaConf(config, role, identity));
    // Some contradictions between properties are only seen when a client is made. It may try to
    // connect; nobody needs to answer.
    rd_kafka_conf_set_log_cb(conf.get(), nullptr);
    char error[512];
    const auto type = IsConsumer(role) ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER;
    rd_kafka_t* client = rd_kafka_new(type, conf.get(), error, sizeof(error));
    if (client == nullptr) return InvalidArgument(std::string("kafka: ") + error);
    (void)conf.release();  // the client owns it now
    rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  }
  return absl::OkStatus();
}

}  // namespace lagesbild::io
