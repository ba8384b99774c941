// The fingerprint that every alert names: one hash over all that the picture sees of the
// configuration.
#pragma once

#include <string>

#include "base/settings.h"

namespace lagesbild::app {

// Canonical JSON of `settings` without version, rule_set and the indices: fields in the order of
// base/settings.h, lists in theirs. The bytes are a function of the values alone.
std::string CanonicalSettings(const Settings& settings);

// 16 hex digits over CanonicalSettings.
std::string RuleSetFingerprint(const Settings& settings);

}  // namespace lagesbild::app
