// KafkaConfig: what a user may say about Kafka, and the librdkafka configurations made of it.
//
// Place: app/config fills it from `kafka:` in lagesbild.yaml; KafkaLog makes every client with it.
// Properties pass through to librdkafka under its own names (CONFIGURATION.md of librdkafka),
// `common` to every client, `consumer` and `producer` beside it. What exactly-once rests on is ours
// and refused here (app/config refuses it with file and line). Secrets come as values, read from
// their files by app/config, and appear in no message. Thread-compatible.
#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"

namespace lagesbild::io {

struct KafkaConfig {
  using Properties = std::vector<std::pair<std::string, std::string>>;

  std::string bootstrap_servers;          // host:port,host:port
  std::string client_id = "lagesbild";    // in the brokers' logs and quotas
  Properties common, consumer, producer;  // librdkafka's names
};

// The clients we make; each has its own fixed properties.
enum class KafkaRole {
  kReader,    // reads partitions it was told to, member of no group
  kMember,    // a member of a group; reads nothing itself
  kSink,      // a transactional producer
  kProducer,  // an idempotent producer without transactions
  kAdmin,     // describes, creates and alters topics
};

struct KafkaIdentity {
  std::string group;             // kMember
  std::string instance_id;       // kMember; empty: a dynamic member
  std::string transactional_id;  // kSink
};

struct KafkaConfDeleter {
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
};
using KafkaConf = std::unique_ptr<rd_kafka_conf_t, KafkaConfDeleter>;

// The configuration of one client. InvalidArgument: a property that is denied, unknown, misplaced
// or has a value that librdkafka refuses (named in the message).
StatusOr<KafkaConf> MakeKafkaConf(const KafkaConfig& config, KafkaRole role,
                                  const KafkaIdentity& identity);

// Tries every role; for start-up and `config check`. No broker needs to answer.
Status CheckKafkaConfig(const KafkaConfig& config);

}  // namespace lagesbild::io
