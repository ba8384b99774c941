// Settings that no file could say, but damaged bytes can: refused before a fold lives by them.
#include "stream/settings_codec.h"

#include <gtest/gtest.h>

#include <functional>

#include "stream/small_town.h"

namespace lagesbild::stream {
namespace {

bool Decodes(const std::function<void(Settings&)>& damage) {
  Settings settings = SmallTown();
  damage(settings);
  return DecodeSettings(EncodeSettings(settings)).ok();
}

TEST(SettingsCodec, TakesBackWhatItWrote) {
  EXPECT_TRUE(Decodes([](Settings&) {}));
}

// Whoever goes up the parents would never come to an end.
TEST(SettingsCodec, RefusesParentsThatFormACycle) {
  EXPECT_FALSE(Decodes([](Settings& s) { s.families[0].parent = 0; }));
  EXPECT_FALSE(Decodes([](Settings& s) { s.areas[1].parent = 1; }));
  // Above the pictures, too.
  EXPECT_FALSE(Decodes([](Settings& s) {
    s.areas[0].parent = 3;
    s.areas[3].parent = 0;
  }));
}

TEST(SettingsCodec, RefusesACountRuleWhoseWindowIsNotCounted) {
  EXPECT_FALSE(Decodes([](Settings& s) { s.rules[1].window_ms = 5 * kHourMs; }));
}

TEST(SettingsCodec, RefusesWindowsThatDoNotAscend) {
  EXPECT_FALSE(Decodes([](Settings& s) { s.windows_ms = {kDayMs, kHourMs, kDayMs}; }));
  EXPECT_FALSE(Decodes([](Settings& s) { s.windows_ms = {-kHourMs, kHourMs, kDayMs}; }));
}

TEST(SettingsCodec, RefusesSpansThatNoSumCanTake) {
  EXPECT_FALSE(Decodes([](Settings& s) { s.grace_ms = INT64_MAX; }));
  EXPECT_FALSE(Decodes([](Settings& s) { s.sources[0].expected_gap_ms = INT64_MAX; }));
  EXPECT_FALSE(Decodes([](Settings& s) { s.rules[0].hold_ms = -1; }));
  EXPECT_FALSE(Decodes([](Settings& s) { s.classes[0].merge_ms = INT64_MAX; }));
  EXPECT_FALSE(Decodes([](Settings& s) { s.areas[0].radius_m = -1; }));
}

}  // namespace
}  // namespace lagesbild::stream
