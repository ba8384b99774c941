// LogPublisher: a feeds::Publisher into the topics of an embedded log of this process. Kafka has
// its own (io/kafka_producer.h). Thread-compatible.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "feeds/publisher.h"
#include "stream/ports.h"
#include "stream/topics.h"

namespace lagesbild::app {

class LogPublisher : public feeds::Publisher {
 public:
  // `log` is borrowed. NotFound: a topic is missing.
  static StatusOr<std::unique_ptr<LogPublisher>> Open(stream::Log& log,
                                                      const stream::Topics& topics);

  // Kept until Flush, which writes all in one transaction. InvalidArgument: a topic that is not
  // there.
  Status Publish(const feeds::RawMessage& message) override;
  Status Flush() override;

 private:
  struct To {
    std::string name;
    int32_t partitions = 1;
  };
  LogPublisher() = default;
  std::unique_ptr<stream::TransactionalSink> sink_;
  std::map<std::string, To> topics_;  // short name → topic
  bool begun_ = false;
};

}  // namespace lagesbild::app
