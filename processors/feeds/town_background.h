// The town's ordinary life: what each partner reports by hour of the day, with its delays and
// second thoughts.
#pragma once

#include <cstdint>

#include "feeds/town_episodes.h"

namespace lagesbild::feeds {

// Reports of what happens in the minute at `minute_ms` (local hour 0 to 23), sent then or later.
void OrdinaryMinute(TownStage& stage, int64_t minute_ms, int hour);

// A heartbeat of each source that has an expected gap.
void Heartbeats(TownDesk& desk, int64_t minute_ms);

// The police's summary of the night: shows that they are there, counts nowhere.
void NightSummary(TownStage& stage, int64_t at_ms);

}  // namespace lagesbild::feeds
