#include <gtest/gtest.h>

#include "base/time.h"
#include "feeds/polisen_event.h"

namespace lagesbild::feeds {
namespace {

absl::TimeZone Stockholm() {
  absl::TimeZone zone;
  EXPECT_TRUE(absl::LoadTimeZone("Europe/Stockholm", &zone)) << "time zone data is not installed";
  return zone;
}

EventTime Resolve(std::string_view name, std::string_view published) {
  PolisenEvent event;
  event.published_ms = ParsePublished(published).value();
  event.name_time = ParseNameTime(name);
  return ResolveEventTime(event, Stockholm());
}

std::string Time(std::string_view name, std::string_view published) {
  return FormatTimeMs(Resolve(name, published).ms);
}

TEST(PolisenTime, ReadsPublicationsWithAndWithoutAPaddedHour) {
  EXPECT_EQ(ParsePublished("2024-12-29 6:23:51 +01:00"), ParseTimeMs("2024-12-29T06:23:51+01:00"));
  EXPECT_EQ(ParsePublished("2024-12-28 21:54:39 +01:00"), ParseTimeMs("2024-12-28T21:54:39+01:00"));
  for (const char* bad : {"", "2024-12-29", "2024-12-29 6:23 +01:00", "2024-12-29 26:23:51 +01:00",
                          "2024-12-29 6:23:51", "29-12-2024 6:23:51 +01:00"}) {
    EXPECT_EQ(ParsePublished(bad), std::nullopt) << bad;
  }
}

TEST(PolisenTime, ReadsTheFormsOfNames) {
  const NameTime want{31, 12, 23, 50};
  EXPECT_EQ(ParseNameTime("31 december 23.50, Brand, Umeå"), want);
  EXPECT_EQ(ParseNameTime("31 december 23:50, Brand, Umeå"), want);
  EXPECT_EQ(ParseNameTime("31 Dec. kl. 23.50"), want);
  EXPECT_EQ(ParseNameTime("31 december, klockan 23.50"), want);
  EXPECT_EQ(ParseNameTime("1 maj 7.05"), (NameTime{1, 5, 7, 5}));
  for (const char* bad :
       {"", "Brand, Umeå", "31 december", "31 december 24.00", "31 december 23.60", "0 maj 10.00",
        "3 mai 10.00", "1 maj 7.5", "1 maj 7.055", "maj 10.00"}) {
    EXPECT_EQ(ParseNameTime(bad), std::nullopt) << bad;
  }
}

TEST(PolisenTime, NewYearsEvePublishedAfterMidnightWasLastYear) {
  EXPECT_EQ(Time("31 december 23.50, Explosion, Malmö", "2024-01-01 0:20:00 +01:00"),
            "2023-12-31T22:50:00Z");
  EXPECT_EQ(Time("01 januari 00.10, Explosion, Malmö", "2024-01-01 0:20:00 +01:00"),
            "2023-12-31T23:10:00Z");
}

TEST(PolisenTime, LocalTimeFollowsSummerTime) {
  EXPECT_EQ(Time("25 mars 21:15, x", "2023-03-25 22:44:44 +01:00"), "2023-03-25T20:15:00Z");
  EXPECT_EQ(Time("26 mars 06:15, x", "2023-03-26 7:08:06 +02:00"), "2023-03-26T04:15:00Z");
  // 26 March 2023: there is no 02:30. The clock as it was before: 01:30Z.
  EXPECT_EQ(Time("26 mars 02.30, x", "2023-03-26 7:08:06 +02:00"), "2023-03-26T01:30:00Z");
  // 29 October 2023: 02:30 comes twice. The first.
  EXPECT_EQ(Time("29 oktober 02.30, x", "2023-10-29 7:08:06 +01:00"), "2023-10-29T00:30:00Z");
}

TEST(PolisenTime, LeapDayExistsOnlyInItsYear) {
  EXPECT_EQ(Time("29 februari 07.19, x", "2024-02-29 7:19:35 +01:00"), "2024-02-29T06:19:00Z");
  EXPECT_EQ(Resolve("29 februari 07.19, x", "2022-03-01 7:19:35 +01:00").from,
            EventTime::From::kUnreadable);
  EXPECT_EQ(Resolve("31 april 07.19, x", "2024-05-01 7:19:35 +02:00").from,
            EventTime::From::kUnreadable);
}

TEST(PolisenTime, AnEventIsNotLaterThanItsPublicationButMayRunTenMinutesAhead) {
  const EventTime slip = Resolve("20 oktober 23:55, x", "2022-10-20 0:24:14 +02:00");
  EXPECT_EQ(slip.from, EventTime::From::kAfterPublication);
  EXPECT_EQ(FormatTimeMs(slip.ms), "2022-10-19T22:24:14Z");
  const EventTime ahead = Resolve("20 oktober 00:34, x", "2022-10-20 0:24:14 +02:00");
  EXPECT_EQ(ahead.from, EventTime::From::kName);
  EXPECT_EQ(FormatTimeMs(ahead.ms), "2022-10-19T22:34:00Z");
}

TEST(PolisenTime, WithoutATimeInTheNameItIsThePublication) {
  const EventTime time = Resolve("Information", "2022-10-20 0:24:14 +02:00");
  EXPECT_EQ(time.from, EventTime::From::kUnreadable);
  EXPECT_EQ(FormatTimeMs(time.ms), "2022-10-19T22:24:14Z");
}

}  // namespace
}  // namespace lagesbild::feeds
