#include "base/time.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

namespace lagesbild {
namespace {

bool Digits(std::string_view text, size_t at, size_t n, int& out) {
  if (at + n > text.size()) return false;
  int v = 0;
  for (size_t i = at; i < at + n; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    v = v * 10 + (text[i] - '0');
  }
  out = v;
  return true;
}

// Days from 1970-01-01 of a date of the proleptic Gregorian calendar, and back (Hinnant,
// "chrono-Compatible Low-Level Date Algorithms").
int64_t DaysFromCivil(int64_t y, int m, int d) {
  y -= m <= 2;
  const int64_t era = (y >= 0 ? y : y - 399) / 400;
  const int64_t yoe = y - era * 400;
  const int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
  const int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146097 + doe - 719468;
}

struct Civil {
  int64_t year;
  int month, day;
};
Civil CivilFromDays(int64_t z) {
  z += 719468;
  const int64_t era = (z >= 0 ? z : z - 146096) / 146097;
  const int64_t doe = z - era * 146097;
  const int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const int64_t mp = (5 * doy + 2) / 153;
  const int day = static_cast<int>(doy - (153 * mp + 2) / 5 + 1);
  const int month = static_cast<int>(mp < 10 ? mp + 3 : mp - 9);
  return {yoe + era * 400 + (month <= 2), month, day};
}

int DaysInMonth(int y, int m) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
  return m == 2 && leap ? 29 : kDays[m - 1];
}

// "00" to "99".
constexpr std::array<char, 200> kPairs = [] {
  std::array<char, 200> pairs{};
  for (int i = 0; i < 200; ++i) pairs[i] = static_cast<char>('0' + (i % 2 ? i / 2 % 10 : i / 20));
  return pairs;
}();

void PutPair(int64_t v, char* at) { std::memcpy(at, &kPairs[static_cast<size_t>(v) * 2], 2); }

}  // namespace

std::optional<int64_t> ParseTimeMs(std::string_view t) {
  int y, mo, d, h, mi, s;
  if (t.size() < 20 || !Digits(t, 0, 4, y) || t[4] != '-' || !Digits(t, 5, 2, mo) || t[7] != '-' ||
      !Digits(t, 8, 2, d) || (t[10] != 'T' && t[10] != 't') || !Digits(t, 11, 2, h) ||
      t[13] != ':' || !Digits(t, 14, 2, mi) || t[16] != ':' || !Digits(t, 17, 2, s)) {
    return std::nullopt;
  }
  if (y < 1970 || y > 2200 || mo < 1 || mo > 12 || d < 1 || d > DaysInMonth(y, mo) || h > 23 ||
      mi > 59 || s > 59) {
    return std::nullopt;
  }
  size_t at = 19;
  int ms = 0;
  if (t[at] == '.') {
    const size_t start = ++at;
    int scale = 100;
    for (; at < t.size() && t[at] >= '0' && t[at] <= '9'; ++at, scale /= 10)
      ms += (t[at] - '0') * scale;
    if (at == start || at - start > 9) return std::nullopt;
  }
  int64_t offset_ms = 0;
  if (at < t.size() && (t[at] == 'Z' || t[at] == 'z')) {
    ++at;
  } else {
    int oh, om;
    if (at + 6 > t.size() || (t[at] != '+' && t[at] != '-') || !Digits(t, at + 1, 2, oh) ||
        t[at + 3] != ':' || !Digits(t, at + 4, 2, om) || oh > 23 || om > 59) {
      return std::nullopt;
    }
    offset_ms = (oh * 60 + om) * kMinuteMs * (t[at] == '-' ? -1 : 1);
    at += 6;
  }
  if (at != t.size()) return std::nullopt;
  return ((DaysFromCivil(y, mo, d) * 24 + h) * 60 + mi) * kMinuteMs + s * kSecondMs + ms -
         offset_ms;
}

void AppendTimeMs(int64_t ms, std::string& out) {
  constexpr int64_t kYearZeroMs = -62'167'219'200'000;
  ms = std::clamp(ms, kYearZeroMs, kTimeMsMax);
  const int64_t days = FloorTo(ms, kDayMs) / kDayMs;
  const int64_t in_day = ms - days * kDayMs;
  const Civil c = CivilFromDays(days);
  char text[] = "0000-00-00T00:00:00.000Z";
  PutPair(c.year / 100, text);
  PutPair(c.year % 100, text + 2);
  PutPair(c.month, text + 5);
  PutPair(c.day, text + 8);
  PutPair(in_day / kHourMs, text + 11);
  PutPair(in_day / kMinuteMs % 60, text + 14);
  PutPair(in_day / kSecondMs % 60, text + 17);
  const int64_t fraction = in_day % kSecondMs;
  if (fraction == 0) {
    text[19] = 'Z';
    out.append(text, 20);
  } else {
    text[20] = static_cast<char>('0' + fraction / 100);
    PutPair(fraction % 100, text + 21);
    out.append(text, 24);
  }
}

std::string FormatTimeMs(int64_t ms) {
  std::string out;
  AppendTimeMs(ms, out);
  return out;
}

std::optional<int64_t> ParseDurationMs(std::string_view text) {
  size_t n = 0;
  int64_t v = 0;
  while (n < text.size() && text[n] >= '0' && text[n] <= '9') {
    if (v > 1'000'000'000'000) return std::nullopt;
    v = v * 10 + (text[n++] - '0');
  }
  if (n == 0) return std::nullopt;
  const std::string_view unit = text.substr(n);
  int64_t scale = 0;
  if (unit == "ms") scale = 1;
  if (unit == "s") scale = kSecondMs;
  if (unit == "m") scale = kMinuteMs;
  if (unit == "h") scale = kHourMs;
  if (unit == "d") scale = kDayMs;
  if (scale == 0 || v > std::numeric_limits<int64_t>::max() / scale / 1000) return std::nullopt;
  return v * scale;
}

std::string FormatDurationMs(int64_t ms) {
  if (ms != 0 && ms % kDayMs == 0 && ms >= 2 * kDayMs) return std::to_string(ms / kDayMs) + "d";
  if (ms != 0 && ms % kHourMs == 0) return std::to_string(ms / kHourMs) + "h";
  if (ms != 0 && ms % kMinuteMs == 0) return std::to_string(ms / kMinuteMs) + "m";
  if (ms % kSecondMs == 0) return std::to_string(ms / kSecondMs) + "s";
  return std::to_string(ms) + "ms";
}

}  // namespace lagesbild
