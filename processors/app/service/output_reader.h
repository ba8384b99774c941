// OutputReader: follows the output topics of a log in this process: alerts, aggregates, dead
// letters, as they are committed. For the demo's view and its --json. Thread-compatible.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "stream/ports.h"
#include "stream/topics.h"

namespace lagesbild::app {

class OutputReader {
 public:
  // `topic` is the short name: "alerts", "aggregates", "dead-letters".
  using Sink = std::function<void(std::string_view topic, const stream::RecordView& record)>;

  static StatusOr<std::unique_ptr<OutputReader>> Open(stream::Log& log,
                                                      const stream::Topics& topics);
  // All that there is to read now; waits up to `wait` for the first.
  Status Read(absl::Duration wait, const Sink& sink);

 private:
  struct Followed {
    std::string short_name;
    stream::TopicPartition at;
  };
  OutputReader() = default;
  std::unique_ptr<stream::Consumer> consumer_;
  std::vector<Followed> followed_;
};

}  // namespace lagesbild::app
