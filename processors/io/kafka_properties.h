// The librdkafka properties that a user may not set, and those that hold a secret. app/config
// refuses them with file and line; kafka_config.cc once more, for whoever comes by another way. No
// library; constants only.
#pragma once

#include <string_view>

namespace lagesbild::io {

struct DeniedProperty {
  std::string_view name, why;
};

inline constexpr std::string_view kExactlyOnce = "exactly-once rests on it";
inline constexpr std::string_view kElsewhere = "it is set from other keys of the configuration";

// Aliases included: librdkafka takes both names.
inline constexpr DeniedProperty kDeniedProperties[] = {
    {"bootstrap.servers", "it has a key of its own, kafka.bootstrap.servers"},
    {"metadata.broker.list", "use kafka.bootstrap.servers"},
    {"group.id", kElsewhere},
    {"group.instance.id", kElsewhere},
    {"transactional.id", kElsewhere},
    {"transaction.timeout.ms", "what waits for a dead owner's transaction is built on it"},
    {"partition.assignment.strategy", "partitions are handed over by cooperative-sticky"},
    {"enable.auto.commit", kExactlyOnce},
    {"auto.commit.interval.ms", kExactlyOnce},
    {"enable.auto.offset.store", kExactlyOnce},
    {"offset.store.method", kExactlyOnce},
    {"auto.offset.reset", "an offset outside the log must be an error, not a jump"},
    {"isolation.level", kExactlyOnce},
    {"enable.partition.eof", "the engine needs to know when a partition is drained"},
    {"enable.idempotence", kExactlyOnce},
    {"acks", kExactlyOnce},
    {"request.required.acks", kExactlyOnce},
    {"max.in.flight", kExactlyOnce},
    {"max.in.flight.requests.per.connection", kExactlyOnce},
    {"message.send.max.retries", kExactlyOnce},
    {"retries", kExactlyOnce},
    {"allow.auto.create.topics", "topics are made by `lagesbild topics apply`"},
    {"plugin.library.paths", "no foreign code is loaded"},
};

// In a configuration only as <name>_file; their values appear in no message.
inline constexpr std::string_view kSecretProperties[] = {
    "sasl.password", "sasl.oauthbearer.config", "sasl.oauthbearer.client.secret",
    "ssl.key.pem",   "ssl.key.password",        "ssl.keystore.password"};

}  // namespace lagesbild::io
