// Explain: an alert record → the decision behind it, step by step, in Swedish or English.
//
// In: one AlertRecord and nothing else: no state, no configuration, no network; out: titled steps
// (rule, window, incidents, comparison, sources, certainty, completeness, state, what comes next)
// and what does not add up. What a record does not carry (the rule's hold) is said to be missing,
// not guessed. Thread-safe. Source: domain.md §4 ("From the record alone"), contract, "Alert
// transition".
#pragma once

#include <string>
#include <vector>

#include "app/alerts/alert_record.h"
#include "app/alerts/alert_words.h"

namespace lagesbild::app {

struct ExplainStep {
  std::string name;   // "rule", "window", …: the same in both languages
  std::string title;  // in the reader's language
  std::vector<std::string> lines;
};

struct Explanation {
  std::vector<ExplainStep> steps;
  std::vector<std::string> problems;  // empty: the record adds up
};

Explanation Explain(const AlertRecord& alert, const Voice& voice);

}  // namespace lagesbild::app
