#include "app/kafka_settings.h"

namespace lagesbild::app {

io::KafkaConfig KafkaSettings(const KafkaConfig& from, const std::string& client_id) {
  const auto list = [](const KafkaProperties& properties) {
    io::KafkaConfig::Properties out(properties.values.begin(), properties.values.end());
    for (const auto& [name, file] : properties.files) out.emplace_back(name + "_file", file);
    return out;
  };
  io::KafkaConfig to;
  to.bootstrap_servers = from.bootstrap_servers;
  to.client_id = client_id;
  to.common = list(from.common);
  to.consumer = list(from.consumer);
  to.producer = list(from.producer);
  return to;
}

}  // namespace lagesbild::app
