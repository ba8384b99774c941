// KafkaAdmin: topics as the broker has them: describe, create, change their configuration.
//
// Place: KafkaLog's Describe and CreateTopic, and `lagesbild topics`. Each call asks the broker,
// waits for its answer and is bounded (10 s): Unavailable after that. Thread-compatible; KafkaLog
// guards its own.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "io/kafka_config.h"
#include "io/kafka_handle.h"
#include "stream/ports.h"

namespace lagesbild::io {

class KafkaAdmin {
 public:
  using Config = std::vector<std::pair<std::string, std::string>>;

  static StatusOr<std::unique_ptr<KafkaAdmin>> Make(const KafkaConfig& config,
                                                    std::shared_ptr<KafkaWatch> watch);

  // Those of the topics that exist, in the order asked, each with all of its configuration,
  // defaults included. Two requests, however many topics.
  StatusOr<std::vector<stream::TopicInfo>> Describe(std::span<const std::string> topics);
  // AlreadyExists; InvalidArgument: the broker refuses a name, a count or a property. Returns when
  // the topic can be described. Replication is the broker's default.
  Status Create(const stream::TopicInfo& topic);
  // Sets these properties and leaves the others as they are. NotFound.
  Status Configure(const std::string& topic, const Config& changes);

  // Who is in the group, a line each: its instance id, else its member id, and where it is. Empty:
  // nobody, or no such group.
  StatusOr<std::vector<std::string>> GroupMembers(const std::string& group);

 private:
  struct Entry {
    std::string name, value;
    bool of_topic = false;  // set on the topic itself, not a default
  };
  using Entries = std::vector<Entry>;

  explicit KafkaAdmin(std::shared_ptr<KafkaHandle> handle) : handle_(std::move(handle)) {}
  // By name, of at least one topic; one that does not exist is left out.
  StatusOr<std::map<std::string, int32_t>> PartitionsOf(std::span<const std::string> topics);
  StatusOr<std::map<std::string, Entries>> EntriesOf(std::span<const std::string> topics);

  const std::shared_ptr<KafkaHandle> handle_;
};

}  // namespace lagesbild::io
