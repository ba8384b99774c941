// FeedTarget: where the feed commands publish: a file of replay input (--to FILE), or the topics of
// Kafka. Also the flags and exit codes that the feed commands share.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/command.h"
#include "app/config/config.h"
#include "app/config/config_args.h"
#include "app/service/stop_signal.h"
#include "feeds/publisher.h"

namespace lagesbild::app {

class FeedTarget : public feeds::Publisher {
 public:
  virtual Status Close() = 0;  // Flush, and a file is whole
};

// --config, --set, --to and then `more`.
std::vector<Flag> WithFeedFlags(std::vector<Flag> more);

// To the file that --to names, else to Kafka by `loaded`. On Kafka it waits for a broker and for
// room until `stop` (borrowed) asks it to end, and says on stderr what it waits for. NotFound:
// the file's folder. FailedPrecondition: no broker is configured, or a topic is missing.
StatusOr<std::unique_ptr<FeedTarget>> OpenFeedTarget(const Args& args, const LoadedConfig& loaded,
                                                     const StopSignal& stop);

// Says `lagesbild WORDS: what` on io.err and gives the exit code.
int FailFeed(const std::string& words, const Status& status, Io& io);

}  // namespace lagesbild::app
