#include "feeds/town.h"

#include <gtest/gtest.h>

#include <set>

#include "base/hash.h"
#include "base/time.h"
#include "feeds/town_config.h"

namespace lagesbild::feeds {
namespace {

const int64_t kStart = ParseTimeMs("2024-11-15T17:00:00Z").value();  // Friday, 18:00 in Stockholm

std::vector<RawMessage> Records(uint64_t seed, int64_t until_ms) {
  auto town = Town::Create({.seed = seed, .start_ms = kStart}).value();
  std::vector<RawMessage> out;
  while (town->NextMs() < until_ms) out.push_back(town->Next());
  return out;
}

int Count(const std::vector<RawMessage>& records, std::string_view part) {
  int n = 0;
  for (const RawMessage& r : records) n += r.value.find(part) != std::string::npos ? 1 : 0;
  return n;
}

TEST(Town, SameSeedAndStartGiveTheSameBytes) {
  const auto a = Records(42, kStart + 2 * kDayMs);
  EXPECT_EQ(a, Records(42, kStart + 2 * kDayMs));
  EXPECT_NE(a, Records(43, kStart + 2 * kDayMs));
  EXPECT_GT(a.size(), 1000U);
}

TEST(Town, ItsBytesAreTheSameOnEveryMachine) {
  std::string all;
  for (const RawMessage& r : Records(1, kStart + kDayMs)) {
    all += r.topic + r.key + std::to_string(r.timestamp_ms) + r.value;
  }
  EXPECT_EQ(Hex(StableHash({all})), "17d9bcd9e37cce31") << "records changed: set the new value";
}

TEST(Town, RecordsComeInAscendingTimeAndNeverFromTheFuture) {
  auto town = Town::Create({.seed = 3, .start_ms = kStart}).value();
  int64_t last = kStart;
  while (last < kStart + 5 * kDayMs) {
    const int64_t announced = town->NextMs();
    const RawMessage record = town->Next();
    ASSERT_EQ(record.timestamp_ms, announced);
    ASSERT_GE(record.timestamp_ms, last);
    last = record.timestamp_ms;
    const size_t at = record.value.find("\"occurred_from\":\"");
    if (at == std::string::npos) continue;
    const size_t from = at + 17;
    const auto occurred = ParseTimeMs(
        std::string_view(record.value).substr(from, record.value.find('"', from) - from));
    ASSERT_TRUE(occurred.has_value());
    ASSERT_LE(*occurred, record.timestamp_ms) << record.value;
  }
}

TEST(Town, TheFirstEveningTellsItsStories) {
  const auto evening = Records(5, kStart + 6 * kHourMs);
  const auto first = Records(5, kStart + 3 * kMinuteMs);
  EXPECT_EQ(Count(first, "\"class\":\"shooting\""), 1)
      << "the first alert's ground is there in 3 minutes";
  EXPECT_EQ(Count(evening, "\"class\":\"shooting\""), 13) << "twelve reports and a confirmation";
  EXPECT_EQ(Count(evening, "\"class\":\"knife-fight\""), 120);
  EXPECT_EQ(Count(evening, "\"exercise\":true"), 1);
  EXPECT_EQ(Count(evening, "\"verification\":\"refuted\""), Count(evening, "refuted"));
  EXPECT_GE(Count(evening, "refuted"), 2);
  EXPECT_EQ(Count(evening, "not in the schema"), 1);
}

TEST(Town, ASilentSourceSendsNothingAndThenItsBacklog) {
  const auto evening = Records(5, kStart + 6 * kHourMs);
  int during = 0, on_return = 0;
  for (const RawMessage& r : evening) {
    if (r.value.find(R"("org":"vaktlaget")") == std::string::npos) continue;
    const int64_t minute = (r.timestamp_ms - kStart) / kMinuteMs;
    during += minute >= 70 && minute < 150 ? 1 : 0;
    on_return += minute == 150 ? 1 : 0;
  }
  EXPECT_EQ(during, 0);
  EXPECT_GE(on_return, 1);
}

TEST(Town, EverySenderAndClassIsInTheConfiguration) {
  std::string text;
  for (const TownFile& file : TownConfiguration(TownMap(1))) text += file.content;
  std::set<std::string> orgs;
  for (const RawMessage& r : Records(9, kStart + 3 * kDayMs)) {
    if (r.topic == "commands") continue;
    const std::string org = r.key.substr(0, r.key.find('/'));
    orgs.insert(org);
    EXPECT_EQ(r.topic, org == kTipsOrg ? "tips" : "incidents");
    const size_t at = r.value.find("\"class\":\"") + 9;
    const std::string name = r.value.substr(at, r.value.find('"', at) - at);
    ASSERT_NE(text.find("  " + name + ":"), std::string::npos) << name;
  }
  EXPECT_EQ(orgs.size(), 9U);
  for (const std::string& org : orgs)
    EXPECT_NE(text.find("org: " + org + ","), std::string::npos) << org;
}

TEST(Town, RollsOnForWeeks) {
  const auto records = Records(11, kStart + 28 * kDayMs);
  EXPECT_GT(Count(records, "\"class\":\"shooting\""), 13);
  EXPECT_EQ(Count(records, "\"multi\":true"), 28);
}

}  // namespace
}  // namespace lagesbild::feeds
