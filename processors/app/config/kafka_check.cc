#include "app/config/kafka_check.h"

#include "io/kafka_config.h"

namespace lagesbild::app {
namespace {

io::KafkaConfig::Properties Values(const KafkaProperties& properties) {
  return {properties.values.begin(), properties.values.end()};
}

// The value that a message of librdkafka is about; null: about several, or none that was given.
const EffectiveValue* Blamed(const LoadedConfig& loaded, const std::string& message) {
  for (const EffectiveValue& value : loaded.values) {
    if (!value.property.empty() && message.starts_with("kafka: " + value.property + ": "))
      return &value;
  }
  return nullptr;
}

void Drop(const std::string& property, io::KafkaConfig& config) {
  for (io::KafkaConfig::Properties* list : {&config.common, &config.consumer, &config.producer}) {
    std::erase_if(*list, [&](const auto& entry) { return entry.first == property; });
  }
}

void WarnOfSecrets(const LoadedConfig& loaded, Diagnostics& diagnostics) {
  const KafkaConfig& kafka = loaded.config.kafka;
  for (const KafkaProperties* properties : {&kafka.common, &kafka.consumer, &kafka.producer}) {
    for (const auto& [property, file] : properties->files) {
      if (const auto secret = ReadSecretFile(file); !secret.ok()) {
        diagnostics.Warning({loaded.config.file, 0},
                            "kafka: " + property + "_file: " + Message(secret.status()));
      }
    }
  }
}

}  // namespace

void CheckKafkaSettings(const LoadedConfig& loaded, Diagnostics& diagnostics) {
  WarnOfSecrets(loaded, diagnostics);
  const KafkaConfig& kafka = loaded.config.kafka;
  io::KafkaConfig config;
  config.bootstrap_servers = "127.0.0.1:1";  // nobody is asked
  config.common = Values(kafka.common);
  config.consumer = Values(kafka.consumer);
  config.producer = Values(kafka.producer);
  const size_t given = config.common.size() + config.consumer.size() + config.producer.size();
  for (size_t i = 0; i < given; ++i) {  // librdkafka names one at a time
    const Status status = io::CheckKafkaConfig(config);
    if (status.ok()) return;
    const EffectiveValue* value = Blamed(loaded, Message(status));
    if (value == nullptr) {
      diagnostics.Error({loaded.config.file, 0}, Message(status));
      return;
    }
    diagnostics.Error(value->where, Message(status));
    Drop(value->property, config);
  }
}

}  // namespace lagesbild::app
