// Rows as a person reads them, and all rows of a fold as two folds are compared by.
// LAGESBILD_SEED=n runs that seed.
#include "picture/row_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "picture/alerts.h"
#include "picture/harness.h"
#include "picture/world.h"

namespace lagesbild::picture {
namespace {

constexpr int kMoments = 120;

uint64_t FirstSeed() {
  const char* seed = std::getenv("LAGESBILD_SEED");
  return seed == nullptr ? 1 : std::strtoull(seed, nullptr, 10);
}

// What a fold that is restored from `rows` has; but for the sequences of aggregates, for how often
// one is announced depends on the commits.
Rows Canonical(const Rows& rows, const Settings& settings) {
  Fold fold([&](std::string_view) -> StatusOr<Settings> { return settings; });
  for (const auto& [key, value] : rows) EXPECT_TRUE(fold.Restore(key, value).ok());
  EXPECT_TRUE(fold.FinishRestore().ok());
  Rows all;
  fold.AllRows([&](std::string_view key, const std::string* value) {
    if (RowName(key).find("/sequence/") == std::string::npos) all[std::string(key)] = *value;
  });
  // How much of what is too old to be held has been put there depends on the commits, too.
  for (auto& [key, row] : all) {
    const std::string name = RowName(key);
    if (name.find("/alert/a-") == std::string::npos) continue;
    Alert alert = *DecodeAlert(row);
    alert.past.clear();
    alert.proven = false;
    row = EncodeAlert(alert);
  }
  return all;
}

Rows RowsAfter(uint64_t seed, const Settings& settings, int moments_a_commit, bool restarts) {
  Generator generator(seed, settings, {});
  Harness harness(settings);
  int n = 0;
  for (const Moment& moment : RecordStream(settings, generator, kMoments)) {
    harness.Feed(moment);
    if (++n % moments_a_commit != 0) continue;
    harness.Commit();
    if (restarts) harness.Restart();
  }
  harness.Commit();
  return harness.rows;
}

TEST(AllRows, AreTheSameWhateverTheCommitsAndRestarts) {
  const uint64_t first = FirstSeed();
  for (uint64_t seed = first; seed < first + 5; ++seed) {
    SCOPED_TRACE("LAGESBILD_SEED=" + std::to_string(seed));
    const Settings settings = BusyCounty(seed);
    const Rows once = Canonical(RowsAfter(seed, settings, kMoments, false), settings);
    EXPECT_GT(once.size(), 50u);
    for (const auto& [commits, restarts] : {std::pair(1, false), {7, false}, {5, true}}) {
      const Rows other = Canonical(RowsAfter(seed, settings, commits, restarts), settings);
      for (const auto& [key, value] : once) {
        EXPECT_TRUE(other.contains(key)) << RowName(key) << " is missing";
        if (other.contains(key) && other.at(key) != value) {
          ADD_FAILURE() << RowName(key) << ": " << *RowJson(key, other.at(key)) << "\n  wanted "
                        << *RowJson(key, value);
        }
      }
      EXPECT_EQ(other.size(), once.size());
    }
  }
}

TEST(RowText, EveryRowHasANameOfItsOwnAndCanBeRead) {
  const Settings settings = BusyCounty(1);
  std::set<std::string> names;
  for (const auto& [key, value] : RowsAfter(1, settings, 10, false)) {
    const std::string name = RowName(key);
    EXPECT_FALSE(name.starts_with("unknown/")) << name;
    EXPECT_TRUE(names.insert(name).second) << name;
    const auto json = RowJson(key, value);
    ASSERT_TRUE(json.ok()) << name << ": " << json.status();
    EXPECT_TRUE(json->starts_with('{') || json->starts_with('[')) << *json;
  }
  EXPECT_TRUE(names.contains("header"));
  EXPECT_TRUE(names.contains("configuration"));
}

TEST(RowText, AReportIsFoundInItsChunkAndItsReporterIsNotShown) {
  const Settings settings = SmallCounty();
  Harness harness(settings);
  Moment moment;
  moment.clock_ms = At(5);
  LogRecord configuration;
  configuration.clock_ms = At(5);
  configuration.body = Configuration{1, "0"};
  moment.records.push_back(std::move(configuration));
  moment.records.push_back(Record(At(5), settings, Tip("t1", "secret-hash-16by")));
  harness.Feed(moment);
  harness.Commit();
  std::string found;
  for (const auto& [key, value] : harness.rows) {
    ASSERT_TRUE(ForEachItem(key, value, [&](const std::string& name, const std::string& json) {
                  if (name.ends_with("/report/tips/tip-web/t1")) found = json;
                }).ok());
  }
  EXPECT_THAT(found, testing::HasSubstr(R"("id":"t1")"));
  EXPECT_THAT(found, testing::HasSubstr(R"("has_reporter":true)"));
  EXPECT_THAT(found, testing::Not(testing::HasSubstr("secret")));
}

TEST(RowText, WhatIsNoRowIsSaidToBeNone) {
  EXPECT_EQ(RowName("x"), "unknown/78");
  EXPECT_EQ(RowName(""), "unknown/");
  EXPECT_EQ(RowName(std::string("5hv")), "unknown/356876");
  EXPECT_EQ(RowJson("x", "").status().code(), StatusCode::kDataLoss);
  EXPECT_EQ(RowJson("0", "").status().code(), StatusCode::kDataLoss);
}

}  // namespace
}  // namespace lagesbild::picture
