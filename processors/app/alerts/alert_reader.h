// AlertReader: where the alert commands get their transitions from: files, or the topic alerts of a
// log.
//
// In: replay output or bare alerts as NDJSON (plain, .zst, .gz, "-" is stdin), or the topic on
// Kafka or the embedded log, read_committed from its beginning. Out: AlertRecords, in the order of
// the source; partitions of a topic one after the other. Thread-compatible.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/alerts/alert_record.h"
#include "base/status.h"
#include "stream/ports.h"

namespace lagesbild::app {

class AlertReader {
 public:
  using Take = std::function<void(AlertRecord&&)>;

  virtual ~AlertReader() = default;
  // All there is now, up to the end. NotFound: no such file or topic. InvalidArgument: not what it
  // should be (with file and line). Unavailable: no broker.
  virtual Status ReadAll(const Take& take) = 0;
  // What comes after that, until `stop` says so; returns at once where nothing can come.
  virtual Status Follow(const Take& take, const std::function<bool()>& stop) = 0;

  // Records that were passed over: of other topics (files), or unreadable (a log).
  int64_t passed_over() const { return passed_over_; }

 protected:
  int64_t passed_over_ = 0;
};

std::unique_ptr<AlertReader> ReadAlertFiles(std::vector<std::string> paths);

// `log` is borrowed. `patience`: how long ReadAll may read nothing before it gives up.
std::unique_ptr<AlertReader> ReadAlertLog(stream::Log& log, std::string topic,
                                          absl::Duration patience);

}  // namespace lagesbild::app
