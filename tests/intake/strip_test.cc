#include "intake/strip.h"

#include <gmock/gmock.h>

#include "intake/town.h"

namespace lagesbild::intake {
namespace {

using ::testing::Eq;
using ::testing::Ne;

TEST(Strip, AReportersHashIsTheSameWithinALocalDayAndAnotherTheNext) {
  Stripper stripper("secret", "Europe/Stockholm");
  const auto hash = [&](std::string_view time) { return stripper.ReporterHash(Ms(time), "r-17"); };
  const std::string day = hash("2023-03-01T00:00:00+01:00");
  EXPECT_EQ(day.size(), 16u);
  EXPECT_THAT(hash("2023-03-01T23:59:59.999+01:00"), Eq(day));
  EXPECT_THAT(hash("2023-03-02T00:00:00+01:00"), Ne(day));
  EXPECT_THAT(hash("2023-02-28T23:59:59.999+01:00"), Ne(day));
  EXPECT_THAT(hash("2023-03-01T12:00:00+01:00"), Eq(day));
  EXPECT_THAT(stripper.ReporterHash(Ms("2023-03-01T12:00:00+01:00"), "r-18"), Ne(day));
}

TEST(Strip, ADayOfDaylightSavingIsOneDay) {
  Stripper stripper("secret", "Europe/Stockholm");
  const auto hash = [&](std::string_view time) { return stripper.ReporterHash(Ms(time), "r"); };
  EXPECT_THAT(hash("2023-10-29T00:00:00+02:00"),
              Eq(hash("2023-10-29T23:59:59+01:00")));  // 25 hours
  EXPECT_THAT(hash("2023-10-29T23:59:59+01:00"), Ne(hash("2023-10-30T00:00:00+01:00")));
  EXPECT_THAT(hash("2023-03-26T00:00:00+01:00"),
              Eq(hash("2023-03-26T23:59:59+02:00")));  // 23 hours
  EXPECT_THAT(hash("2023-03-26T23:59:59+02:00"), Ne(hash("2023-03-27T00:00:00+02:00")));
}

// HMAC-SHA256(secret, "reporter\0" "2023-03-01\0" "r-17"), from an independent implementation.
TEST(Strip, HashesMayNotChange) {
  Stripper stripper("secret", "Europe/Stockholm");
  const std::string hash = stripper.ReporterHash(Ms("2023-03-01T12:00:00Z"), "r-17");
  EXPECT_THAT(hash, Eq(std::string("\xf6"
                                   "\x69"
                                   "\xe1"
                                   "\x17"
                                   "\xd2"
                                   "\xb8"
                                   "\x24"
                                   "\xd2"
                                   "\x7a"
                                   "\xc0"
                                   "\x01"
                                   "\x16"
                                   "\x9f"
                                   "\x20"
                                   "\x12"
                                   "\x2c",
                                   16)));
  EXPECT_THAT(stripper.KeyHash("polisen/r1"), Eq("300b52544212a07631a20638c927a4dc"));
}

TEST(Strip, TheSecretMatters) {
  Stripper a("secret", "UTC"), b("another", "UTC");
  EXPECT_THAT(a.KeyHash("k"), Ne(b.KeyHash("k")));
  EXPECT_THAT(a.ReporterHash(0, "k"), Ne(b.ReporterHash(0, "k")));
}

TEST(Strip, NothingHashesToNothing) {
  Stripper stripper("secret", "UTC");
  EXPECT_THAT(stripper.KeyHash(""), Eq(""));
  EXPECT_THAT(stripper.ReporterHash(0, ""), Eq(""));
}

}  // namespace
}  // namespace lagesbild::intake
