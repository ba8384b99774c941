#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "app/config.h"
#include "app/folder.h"

namespace lagesbild::app {
namespace {

TEST(LoadConfig, TakesTheContractsConfiguration) {
  SKIP_UNLESS_SHARED("contract/lagesbild.yaml");
  const auto loaded = LoadConfig(SharedPath("contract/lagesbild.yaml"), {}, {});
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  const Settings& s = loaded->settings;
  EXPECT_EQ(loaded->config.group, "lagesbild");
  EXPECT_EQ(s.classes.size(), 16u);
  EXPECT_EQ(s.families.size(), 6u);
  EXPECT_EQ(s.sources.size(), 8u);
  EXPECT_EQ(s.rules.size(), 2u);
  EXPECT_EQ(s.areas.size(), 10u);
  EXPECT_EQ(loaded->shapes.size(), s.areas.size());
  EXPECT_EQ(s.time_zone, "Europe/Stockholm");
  EXPECT_EQ(s.rule_set.size(), 16u);
  const int hv = s.FindArea("hv"), gard = s.FindArea("hv-22501");
  ASSERT_GE(gard, 0);
  EXPECT_EQ(s.areas[gard].parent, hv);
  EXPECT_EQ(s.areas[gard].picture, hv);
  EXPECT_NEAR(s.areas[gard].radius_m, std::sqrt(1347216 / M_PI),
              2);  // the city's own figure: 1,347,216 m²
  EXPECT_EQ(s.classes[s.FindClass("vandalism")].merge_ms, 0);
  EXPECT_TRUE(s.classes[s.FindClass("shooting")].grave);
  EXPECT_TRUE(s.Covers(s.rules[1].of, s.FindClass("shooting")));
}

}  // namespace
}  // namespace lagesbild::app
