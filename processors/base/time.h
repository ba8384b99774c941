// Times as text: RFC 3339 in, RFC 3339 UTC out, durations as "90s", "5m", "6h", "7d".
// Stored and wire times are Unix milliseconds, UTC, in names that end in _ms.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lagesbild {

inline constexpr int64_t kSecondMs = 1000;
inline constexpr int64_t kMinuteMs = 60 * kSecondMs;
inline constexpr int64_t kHourMs = 60 * kMinuteMs;
inline constexpr int64_t kDayMs = 24 * kHourMs;

// The end of the year 9999. No time here lies further from 1970 than that, so that a time and some
// durations can be added: what comes from outside, or from a stored row, is held to it.
inline constexpr int64_t kTimeMsMax = 253'402'300'799'999;
inline constexpr int64_t kSpanMsMax = 36'500 * kDayMs;  // the longest duration in a configuration
constexpr bool IsTimeMs(int64_t ms) { return ms >= -kTimeMsMax && ms <= kTimeMsMax; }

// The largest multiple of `step` that is ≤ value, for values below 0 too.
constexpr int64_t FloorTo(int64_t value, int64_t step) {
  const int64_t r = value % step;
  return value - (r < 0 ? r + step : r);
}

// "2023-01-14T21:47:00.250+01:00" or "…Z"; years 1970 to 2200, offset required, fractions cut to a
// millisecond. nullopt: anything else, impossible dates included (a leap second :60 too).
std::optional<int64_t> ParseTimeMs(std::string_view text);

// "2023-01-14T20:47:00Z", with milliseconds only where there are any. A time outside the years 0000
// to 9999, for which RFC 3339 has no form, gives the nearest that has one.
std::string FormatTimeMs(int64_t ms);
void AppendTimeMs(int64_t ms, std::string& out);

// "250ms" "30s" "5m" "6h" "7d"; a whole number ≥ 0 and one unit. nullopt: anything else.
std::optional<int64_t> ParseDurationMs(std::string_view text);
// The shortest of those forms that is exact: 86400000 → "24h" (days from 48 h on: "7d").
std::string FormatDurationMs(int64_t ms);

}  // namespace lagesbild
