// A rule in words, in Swedish or English, and what it watches. For people who write rules; alerts
// have sentences of their own (picture/). Pure functions; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "base/settings.h"

namespace lagesbild::app {

enum class Language : uint8_t { kSwedish, kEnglish };

// When it opens, when it resolves, when it opens again: a few sentences.
std::string RuleInWords(const Rule& rule, Language language);

// Names of the classes that can make it open; a single rule looks at grave ones only.
std::vector<std::string> WatchedClasses(const Rule& rule, const Settings& settings);

// How many areas it judges: those of its level; for a single rule, those an incident can lie in
// (with their pictures).
int64_t WatchedAreas(const Rule& rule, const Settings& settings);

}  // namespace lagesbild::app
