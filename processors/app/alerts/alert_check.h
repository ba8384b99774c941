// Does an alert record add up? What can be told from the record alone: the sums, the comparison
// with the limits, and whether the state fits them.
//
// In: one AlertRecord, or the records of one alert in order; out: what is wrong, one sentence each
// in the reader's language; none: it adds up. Thread-safe. Source: contract, "Alert transition".
#pragma once

#include <string>
#include <vector>

#include "app/alerts/alert_record.h"
#include "app/alerts/alert_words.h"

namespace lagesbild::app {

std::vector<std::string> CheckAlert(const AlertRecord& alert, const Voice& voice);

// Transitions of one alert, ascending by sequence: gaps and repeats between them.
std::vector<std::string> CheckHistory(const std::vector<AlertRecord>& history, const Voice& voice);

// When an incident leaves a window: its pane's start and the window's length (contract, "Windows").
int64_t LeavesWindowMs(int64_t occurred_ms, int64_t window_ms);

}  // namespace lagesbild::app
