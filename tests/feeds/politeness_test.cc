#include "feeds/politeness.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/time.h"
#include "feeds/town_random.h"

namespace lagesbild::feeds {
namespace {

constexpr int64_t kNow = 1'700'000'000'000;

TEST(Politeness, WaitsTheIntervalAfterAnAnswerAndTenSecondsAtLeast) {
  Politeness politeness({.interval_ms = 120'000}, {});
  EXPECT_EQ(politeness.NextMs(kNow), kNow);
  politeness.Called(kNow);
  EXPECT_EQ(politeness.NextMs(kNow), kNow + 10'000);
  politeness.Succeeded(kNow + 500, 0.5);
  EXPECT_EQ(politeness.NextMs(kNow + 500), kNow + 500 + 126'000);
}

TEST(Politeness, BacksOffTwiceAsLongEachTimeWithJitterUpToAnHour) {
  Politeness politeness({.interval_ms = 60'000}, {});
  int64_t now = kNow;
  for (const int64_t want : {60'000, 120'000, 240'000, 480'000, 960'000, 1'800'000, 1'800'000}) {
    politeness.Called(now);
    politeness.Failed(now, 0, 0);
    EXPECT_EQ(politeness.NextMs(now) - now, want) << "without jitter";
    now += 2 * kHourMs;
  }
  politeness.Failed(now, 0.999, 0);
  EXPECT_GT(politeness.NextMs(now) - now, 3'500'000);
  EXPECT_LE(politeness.NextMs(now) - now, 3'600'000);
  politeness.Called(now);
  politeness.Succeeded(now, 0);
  EXPECT_EQ(politeness.failures_in_a_row(), 0);
  EXPECT_EQ(politeness.NextMs(now) - now, 60'000);
}

TEST(Politeness, ObeysRetryAfterUpToADay) {
  Politeness politeness({}, {});
  politeness.Called(kNow);
  politeness.Failed(kNow, 0, 7'200'000);
  EXPECT_EQ(politeness.NextMs(kNow), kNow + 7'200'000);
  politeness.Failed(kNow, 0, 40 * kDayMs);
  EXPECT_EQ(politeness.NextMs(kNow), kNow + kDayMs);
}

TEST(Politeness, NeverMoreThanSixtyAnHourAnd1440ADayWhateverHappens) {
  TownRandom random(17);
  // The interval is set to nothing: only the caps hold it back.
  Politeness politeness({.interval_ms = 0}, {});
  std::vector<int64_t> calls;
  int64_t now = kNow;
  while (now < kNow + 3 * kDayMs) {
    now = politeness.NextMs(now);
    politeness.Called(now);
    calls.push_back(now);
    if (random.Chance(20)) politeness = Politeness({.interval_ms = 0}, politeness.calls());
    if (random.Chance(100)) {
      politeness.Failed(now, 0.5, 0);
    } else {
      politeness.Succeeded(now, 0.5);
    }
    now += random.Below(3000);
  }
  for (size_t i = 1; i < calls.size(); ++i) {
    ASSERT_GE(calls[i] - calls[i - 1], 10'000);
    if (i >= 60) {
      ASSERT_GE(calls[i] - calls[i - 60], kHourMs);
    }
    if (i >= 1440) {
      ASSERT_GE(calls[i] - calls[i - 1440], kDayMs);
    }
  }
  EXPECT_GT(calls.size(), 3000U) << "and not much fewer";
}

TEST(Politeness, AClockSetBackDoesNotStopItForLong) {
  Politeness politeness({}, {kNow + 30 * kDayMs});
  EXPECT_EQ(politeness.NextMs(kNow), kNow + 10'000);
}

TEST(Politeness, ReadsRetryAfterInBothForms) {
  const int64_t now = ParseTimeMs("2015-10-21T07:27:00Z").value();
  EXPECT_EQ(ParseRetryAfterMs("120", now), 120'000);
  EXPECT_EQ(ParseRetryAfterMs("Wed, 21 Oct 2015 07:28:00 GMT", now), 60'000);
  EXPECT_EQ(ParseRetryAfterMs("Wed, 21 Oct 2015 07:20:00 GMT", now), 0);
  for (const char* odd : {"", "soon", "-5", "1.5"})
    EXPECT_EQ(ParseRetryAfterMs(odd, now), 0) << odd;
}

}  // namespace
}  // namespace lagesbild::feeds
