// LogTail: the clock of the last record of the picture log, for an intake whose lease was lost.
//
// Reads the ends of the partitions, committed records only. A pure function of the log.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "stream/world.h"

namespace lagesbild::stream {

// nullopt: the log has no record. Unavailable: it does not answer now. DataLoss: its last record
// cannot be read.
StatusOr<std::optional<int64_t>> LastLogClock(World& world, const std::string& topic,
                                              int32_t partitions);

}  // namespace lagesbild::stream
