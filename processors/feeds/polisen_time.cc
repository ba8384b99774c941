// The two times of a police event: when it was published, and, from its name, when it happened.
#include <array>
#include <cstdlib>

#include "base/time.h"
#include "feeds/polisen_event.h"
#include "feeds/text.h"

namespace lagesbild::feeds {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {
    "januari", "februari", "mars",      "april",   "maj",      "juni",
    "juli",    "augusti",  "september", "oktober", "november", "december"};
constexpr int64_t kSlackMs = 10 * kMinuteMs;

// Reads one or two digits; -1 if there are none.
int TakeNumber(std::string_view& text) {
  int value = -1;
  for (int i = 0; i < 2 && !text.empty() && text[0] >= '0' && text[0] <= '9'; ++i) {
    value = (value < 0 ? 0 : value * 10) + (text[0] - '0');
    text.remove_prefix(1);
  }
  return value;
}

void SkipAny(std::string_view& text, std::string_view chars) {
  while (!text.empty() && chars.find(text[0]) != std::string_view::npos) text.remove_prefix(1);
}

// A month's name or at least its first three letters; 0 if it is none.
int TakeMonth(std::string_view& text) {
  size_t n = 0;
  while (n < text.size() && ((text[n] | 0x20) >= 'a' && (text[n] | 0x20) <= 'z')) ++n;
  const std::string word = FoldCase(text.substr(0, n));
  if (n < 3) return 0;
  for (size_t i = 0; i < kMonths.size(); ++i) {
    if (kMonths[i].starts_with(word)) {
      text.remove_prefix(n);
      return static_cast<int>(i) + 1;
    }
  }
  return 0;
}

// nullopt: a date that the year does not have.
std::optional<int64_t> InYear(const NameTime& t, int64_t year, const absl::TimeZone& zone) {
  const absl::CivilMinute civil(year, t.month, t.day, t.hour, t.minute);
  if (civil.month() != t.month || civil.day() != t.day) return std::nullopt;
  // `pre`: of an hour that comes twice the first; of one that is skipped the clock as it was
  // before.
  return absl::ToUnixMillis(zone.At(absl::CivilSecond(civil)).pre);
}

}  // namespace

std::optional<int64_t> ParsePublished(std::string_view datetime) {
  std::string text(datetime);  // "2024-12-29 6:23:51 +01:00" → "2024-12-29T06:23:51+01:00"
  if (text.size() < 18 || text[10] != ' ') return std::nullopt;
  text[10] = 'T';
  if (text[12] == ':') text.insert(11, 1, '0');
  if (text.size() > 19 && text[19] == ' ') text.erase(19, 1);
  return ParseTimeMs(text);
}

std::optional<NameTime> ParseNameTime(std::string_view name) {
  NameTime t;
  SkipAny(name, " ");
  t.day = TakeNumber(name);
  SkipAny(name, " .");
  t.month = TakeMonth(name);
  SkipAny(name, " .,");
  for (const std::string_view word : {"klockan", "kl"}) {
    if (FoldCase(name.substr(0, word.size())) == word) {
      name.remove_prefix(word.size());
      SkipAny(name, " .");
      break;
    }
  }
  t.hour = TakeNumber(name);
  if (name.empty() || (name[0] != '.' && name[0] != ':')) return std::nullopt;
  name.remove_prefix(1);
  const size_t before = name.size();
  t.minute = TakeNumber(name);
  const bool two_digits = before - name.size() == 2;
  if (t.day < 1 || t.day > 31 || t.month == 0 || t.hour < 0 || t.hour > 23 || !two_digits ||
      t.minute > 59 || (!name.empty() && name[0] >= '0' && name[0] <= '9')) {
    return std::nullopt;
  }
  return t;
}

EventTime ResolveEventTime(const PolisenEvent& event, const absl::TimeZone& zone) {
  const int64_t published = event.published_ms;
  if (!event.name_time) return {published, EventTime::From::kUnreadable};
  const int64_t year = zone.At(absl::FromUnixMillis(published)).cs.year();
  std::optional<int64_t> best;
  for (int64_t y = year - 1; y <= year + 1; ++y) {
    const std::optional<int64_t> at = InYear(*event.name_time, y, zone);
    if (at && (!best || std::llabs(*at - published) < std::llabs(*best - published))) best = at;
  }
  if (!best) return {published, EventTime::From::kUnreadable};
  if (*best > published + kSlackMs) return {published, EventTime::From::kAfterPublication};
  return {*best, EventTime::From::kName};
}

}  // namespace lagesbild::feeds
