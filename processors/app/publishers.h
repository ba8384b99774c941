// Where a command's records go: a file of replay input, the topics of Kafka, or the embedded log.
// The flags that say so, and the feeds::Publisher behind them.
#pragma once

#include <memory>
#include <vector>

#include "app/alert_args.h"
#include "app/command.h"
#include "feeds/publisher.h"

namespace lagesbild::app {

// --to; put them into Command::flags beside the configuration's.
std::vector<Flag> PublishFlags();

// The publisher that the flags say; null with an exit code, said on io.err. A file is whole after
// Flush, which ends it.
Opened<std::unique_ptr<feeds::Publisher>> OpenPublisher(const Args& args, Io& io);

int ExitCodeOfPublishing(const Status& status);

}  // namespace lagesbild::app
