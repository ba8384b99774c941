// The configuration that simulated runs have: the small town of the engine's tests, with one rule
// more, whose alerts come and go.
#pragma once

#include <memory>

#include "stream/small_town.h"

namespace lagesbild::sim {

// A later version has one count more to reach.
inline std::unique_ptr<stream::IntakeConfiguration> SimConfiguration(int64_t version = 1) {
  auto configuration = stream::Configured(version);
  Rule rule;
  rule.id = "assault-1h";
  rule.of = {Of::What::kClass, "assault"};
  rule.level = "district";
  rule.window_ms = kHourMs;
  rule.enter = 1 + version;
  rule.exit = 0;
  configuration->settings.rules.push_back(rule);
  EXPECT_TRUE(configuration->settings.Index("borough").ok());
  return configuration;
}

}  // namespace lagesbild::sim
