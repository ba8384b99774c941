// Outlook: what would end an alert, or bring it back, and when, as far as its record tells.
//
// In: one AlertRecord; out: sentences. The count's fall is known from the incidents listed: each
// leaves the window at its own time if nothing new comes. Thread-safe. Source: contract, "Alert
// transition", "Windows".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/alerts/alert_record.h"
#include "app/alerts/alert_words.h"

namespace lagesbild::app {

// When a count at its present incidents, and no new ones, comes down to `exit`. nullopt: it is
// there already, or the incident that decides is left out of the record.
std::optional<int64_t> FallsToExitMs(const AlertRecord& alert);

std::vector<std::string> OutlookLines(const AlertRecord& alert, const Voice& voice);

}  // namespace lagesbild::app
