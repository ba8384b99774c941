#include "base/time.h"

#include <gmock/gmock.h>

#include <limits>

namespace lagesbild {
namespace {

using ::testing::Eq;
using ::testing::Optional;

TEST(Time, ReadsOffsetsAndFractions) {
  EXPECT_THAT(ParseTimeMs("1970-01-01T00:00:00Z"), Optional(0));
  EXPECT_THAT(ParseTimeMs("2023-01-14T21:47:00+01:00"), ParseTimeMs("2023-01-14T20:47:00Z"));
  EXPECT_THAT(ParseTimeMs("2023-01-14T20:47:00.25Z"), *ParseTimeMs("2023-01-14T20:47:00Z") + 250);
  EXPECT_THAT(ParseTimeMs("2024-02-29T12:00:00-02:30"), ParseTimeMs("2024-02-29T14:30:00Z"));
}

TEST(Time, RefusesWhatIsNoInstant) {
  for (const char* text :
       {"", "2023-01-14", "2023-01-14T21:47:00", "2023-02-29T00:00:00Z", "2023-13-01T00:00:00Z",
        "2023-01-14T24:00:00Z", "2023-01-14T21:47:00.Z", "2023-01-14T21:47:00+1:00",
        "2023-01-14 21:47:00Z", "1969-12-31T23:59:59Z", "2023-01-14T21:47:00Zx",
        "2023-01-14T21:47:60Z"}) {
    EXPECT_THAT(ParseTimeMs(text), Eq(std::nullopt)) << text;
  }
}

TEST(Time, FormatIsTheInverseOfParse) {
  for (const char* text :
       {"1970-01-01T00:00:00Z", "2024-02-29T23:59:59.001Z", "2023-12-31T12:00:00Z"}) {
    EXPECT_THAT(FormatTimeMs(*ParseTimeMs(text)), Eq(text));
  }
}

TEST(Time, FormatGivesTheNearestTimeThatHasAForm) {
  EXPECT_THAT(FormatTimeMs(kTimeMsMax), Eq("9999-12-31T23:59:59.999Z"));
  EXPECT_THAT(FormatTimeMs(kTimeMsMax + 1), Eq("9999-12-31T23:59:59.999Z"));
  EXPECT_THAT(FormatTimeMs(std::numeric_limits<int64_t>::max()), Eq("9999-12-31T23:59:59.999Z"));
  EXPECT_THAT(FormatTimeMs(std::numeric_limits<int64_t>::min()), Eq("0000-01-01T00:00:00Z"));
  EXPECT_THAT(FormatTimeMs(-1), Eq("1969-12-31T23:59:59.999Z"));
}

TEST(Time, FloorGoesDownBelowZeroToo) {
  EXPECT_THAT(FloorTo(61'000, kMinuteMs), Eq(60'000));
  EXPECT_THAT(FloorTo(-1, kMinuteMs), Eq(-60'000));
  EXPECT_THAT(FloorTo(-60'000, kMinuteMs), Eq(-60'000));
}

TEST(Duration, OneNumberOneUnit) {
  EXPECT_THAT(ParseDurationMs("5m"), Optional(5 * kMinuteMs));
  EXPECT_THAT(ParseDurationMs("250ms"), Optional(250));
  EXPECT_THAT(ParseDurationMs("28d"), Optional(28 * kDayMs));
  for (const char* text : {"", "5", "m", "-5m", "5 m", "5min", "1h30m"})
    EXPECT_THAT(ParseDurationMs(text), Eq(std::nullopt)) << text;
  EXPECT_THAT(FormatDurationMs(24 * kHourMs), Eq("24h"));
  EXPECT_THAT(FormatDurationMs(7 * kDayMs), Eq("7d"));
  EXPECT_THAT(FormatDurationMs(90 * kSecondMs), Eq("90s"));
}

}  // namespace
}  // namespace lagesbild
