// What a picture puts away into the store changes nothing that it says: random streams over weeks,
// with late reports, revisions, withdrawals, refutations, brigades of tips and restarts, against a
// fold that has all of it in memory. LAGESBILD_SEED=n runs one seed, LAGESBILD_ITERATIONS=n so many
// from the first on.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <random>
#include <span>

#include "picture/harness.h"
#include "picture/world.h"

namespace lagesbild::picture {
namespace {

constexpr int kMoments = 160;

// No window is longer than a day, so that most of a week may go.
Settings ShortSighted(uint64_t seed) {
  Settings settings = BusyCounty(seed);
  std::erase_if(settings.rules, [](const Rule& rule) { return rule.window_ms > kDayMs; });
  return settings;
}

struct Counted {
  int64_t away = 0;  // at most
  int64_t back = 0;  // reports that came back
};

void Compare(uint64_t seed, Counted& counted) {
  Settings settings = ShortSighted(seed);
  GeneratorOptions options;
  // Sparse, so that runs end; or so dense that they do not, and no alert is open all the time.
  const bool dense = seed % 3 == 0;
  for (Rule& rule : settings.rules) {
    if (dense && rule.type == RuleType::kCount) rule.enter = 1000;
    if (dense) rule.window_ms = std::min(rule.window_ms, 6 * kHourMs);
  }
  options.hours_between = dense ? 0.15 : seed % 2 == 0 ? 1 : 3;
  options.refutations_by_police = !dense || seed % 2 == 0;
  Generator generator(seed, settings, options);
  const std::vector<Moment> stream =
      RecordStream(settings, generator, dense ? 3 * kMoments : kMoments);
  Harness straight(settings), shelving(settings);
  std::vector<AlertTransition> want, got;
  std::mt19937_64 random(seed);
  int64_t away = 0;
  const auto count = [&] {
    const Fold::Stats stats = shelving.stats();
    const int64_t now = stats.reports - stats.in_memory;
    counted.away = std::max(counted.away, now);
    counted.back += std::max<int64_t>(0, away - now);
    away = now;
  };
  for (const Moment& moment : stream) {
    for (AlertTransition& t : straight.Feed(moment)) want.push_back(std::move(t));
    for (AlertTransition& t : shelving.Feed(moment)) got.push_back(std::move(t));
    count();
    if (random() % 2 == 0) shelving.Commit();
    if (random() % 12 == 0) {
      shelving.Commit();
      shelving.Restart();
    }
    away = shelving.stats().reports - shelving.stats().in_memory;
  }
  straight.Commit();
  shelving.Commit();
  EXPECT_TRUE(SameLines(JsonOf(got), JsonOf(want)));
  EXPECT_EQ(PictureText(shelving.latest), PictureText(straight.latest));
  EXPECT_EQ(CompletenessText(shelving.latest), CompletenessText(straight.latest));
}

TEST(Shelves, WhatIsPutAwayChangesNothing) {
  const char* const seed = std::getenv("LAGESBILD_SEED");
  const char* const iterations = std::getenv("LAGESBILD_ITERATIONS");
  const uint64_t first = seed != nullptr ? std::stoull(seed) : 1;
  const int count = iterations != nullptr ? std::stoi(iterations) : seed != nullptr ? 1 : 24;
  Counted counted;
  for (int i = 0; i < count && !testing::Test::HasFailure(); ++i) {
    SCOPED_TRACE("LAGESBILD_SEED=" + std::to_string(first + static_cast<uint64_t>(i)));
    Compare(first + static_cast<uint64_t>(i), counted);
  }
  RecordProperty("away", static_cast<int>(counted.away));
  RecordProperty("back", static_cast<int>(counted.back));
  EXPECT_GT(counted.away, 10);
  EXPECT_GT(counted.back, 10);
}

// ---- one thing at a time

class ShelvesStory : public testing::Test {
 protected:
  ShelvesStory() {
    std::erase_if(settings_.rules, [](const Rule& rule) { return rule.window_ms > kDayMs; });
    Begin();
  }

  // A fold of its own, under the settings as they are now.
  void Begin() {
    harness_ = std::make_unique<Harness>(settings_);
    Say(0, ToAll(At(0), Configuration{1, "0"}));
  }

  void Say(double minutes, LogRecord record) { harness_->Feed({At(minutes), {std::move(record)}}); }
  void Say(double minutes, const Report& report) {
    Say(minutes, Record(At(minutes), settings_, report));
  }
  // Thefts, so that there is something to put away.
  void SayTen() {
    for (int i = 1; i <= 10; ++i) {
      Say(i, Police(Numbered("p", i)).Of("theft").In("gard").Happened(i).Where(i * 10, 0));
    }
  }
  // The clock reaches `minutes`, and two commits come.
  void Later(double minutes) {
    Say(minutes, ToAll(At(minutes), Tick{}));
    harness_->Commit();
    harness_->Commit();
  }
  int64_t away() const { return harness_->stats().reports - harness_->stats().in_memory; }
  // Incidents of the longest window in gard.
  uint32_t Counted() {
    harness_->Commit();
    for (const NamedCell& cell : harness_->latest.at("gard").windows.back().cells) {
      if (cell.of == "all") return cell.cell.incidents;
    }
    return 0;
  }

  static constexpr double kDay = 24 * 60;
  Settings settings_ = SmallCounty();
  std::unique_ptr<Harness> harness_;
};

TEST_F(ShelvesStory, WhatIsOldLeavesMemoryAndStillCounts) {
  SayTen();
  EXPECT_EQ(away(), 0);
  Later(4 * kDay);
  EXPECT_EQ(harness_->stats().reports, 10);
  EXPECT_EQ(away(), 10);
  EXPECT_EQ(Counted(), 10u);
  harness_->Restart();
  EXPECT_EQ(away(), 10);
  EXPECT_EQ(Counted(), 10u);
}

TEST_F(ShelvesStory, ACorrectionAWithdrawalAndADuplicateFindTheirReport) {
  SayTen();
  Later(4 * kDay);
  Say(4 * kDay + 1, ToAll(At(4 * kDay + 1), Withdrawn(Police("p3"), 2)));
  EXPECT_EQ(Counted(), 9u);
  Say(4 * kDay + 2, Police("p4").Of("theft").In("strand").Happened(4).Where(900, 0).Revision(2));
  EXPECT_EQ(Counted(), 8u);
  Say(4 * kDay + 3, Police("p5").Of("theft").In("gard").Happened(5).Where(50, 0));
  EXPECT_EQ(Counted(), 8u);
}

TEST_F(ShelvesStory, ALateReportMergesWithOneThatWasPutAway) {
  SayTen();
  Say(11, Police("s1").Of("shooting").In("gard").Happened(11).Where(0, 0));
  Later(4 * kDay);
  EXPECT_EQ(away(), 11);
  Say(4 * kDay + 1, Guard("s2").Of("shooting").In("gard").Happened(12).Where(5, 0));
  EXPECT_EQ(Counted(), 11u);
}

// What it takes may depend on the whole run, however far before it that begins. Any other report
// brings back what lies near it and after it.
TEST_F(ShelvesStory, ARefutationBringsBackAllOfALongRunOfItsClass) {
  for (const bool refuted : {false, true}) {
    SCOPED_TRACE(refuted);
    Begin();
    constexpr int kRun = 30;
    for (int i = 1; i <= kRun; ++i) {
      Say(10 * i,
          Police(Numbered("a", i)).Of("assault").In("gard").Happened(10 * i).Where(500 * i, 0));
    }
    Later(4 * kDay);
    EXPECT_EQ(away(), kRun);
    const auto late = [&] {
      return Police("late").Of("assault").In("gard").Happened(10 * kRun).Where(0, 500);
    };
    Say(4 * kDay + 1, refuted ? late().Refuted() : late());
    if (refuted) {
      EXPECT_EQ(away(), 0);
    } else {
      EXPECT_GT(away(), kRun / 2);
    }
    EXPECT_EQ(Counted(), refuted ? kRun : kRun + 1);
  }
}

TEST_F(ShelvesStory, ALateTipFallsUnderTheLimitOfADayThatWasPutAway) {
  SayTen();
  for (int i = 1; i <= settings_.tips_per_day; ++i) {
    Say(10 + i, Tip(Numbered("t", i), "someone@day").Of("theft").In("gard").Happened(10 + i));
  }
  Later(4 * kDay);
  EXPECT_GT(away(), 10);
  const uint32_t before = Counted();
  Say(4 * kDay + 1, Tip("late", "someone@day").Of("assault").In("gard").Happened(40));
  EXPECT_EQ(Counted(), before);
  // The earliest tips of the day are those that count.
  Say(4 * kDay + 2, Tip("later", "someone@day").Of("assault").In("gard").Happened(1));
  EXPECT_EQ(Counted(), before);
}

TEST_F(ShelvesStory, ATipOverTheLimitStaysOverItWhileTheOthersArePutAway) {
  SayTen();
  for (int i = 1; i <= settings_.tips_per_day; ++i) {
    Say(10 + i, Tip(Numbered("t", i), "someone@day").Of("theft").In("gard").Happened(10 + i));
  }
  const Report late = Tip("evening", "someone@day").Of("theft").In("gard").Happened(20 * 60);
  Say(20 * 60, late);
  Later(60 * 60);
  EXPECT_EQ(harness_->stats().in_memory, 1);
  const uint32_t before = Counted();
  harness_->Restart();
  Say(60 * 60 + 1, ToAll(At(60 * 60 + 1), Withdrawn(late, 2)));
  EXPECT_EQ(Counted(), before);
}

TEST_F(ShelvesStory, AReportThatAnOpenAlertFollowsStays) {
  Rule& single = settings_.rules.front();
  ASSERT_EQ(single.type, RuleType::kSingle);
  single.hold_ms = 30 * kDayMs;
  single.max_age_ms = 10 * kDayMs;
  Begin();
  SayTen();
  Say(3 * kDay, Police("s1").Of("shooting").In("gard").Happened(11).Where(0, 0).Confirmed());
  Later(4 * kDay);
  EXPECT_EQ(away(), 10);
  EXPECT_EQ(harness_->stats().in_memory, 1);
}

// The alert is the same one, and is not opened a second time under another name.
TEST_F(ShelvesStory, AnAlertThatEndedIsFoundAgainWithItsReport) {
  settings_.rules.front().max_age_ms = 10 * kDayMs;
  Begin();
  SayTen();
  const Report shooting = Police("s1").Of("shooting").In("gard").Happened(11).Where(0, 0);
  std::vector<AlertTransition> said =
      harness_->Feed({At(11), {Record(At(11), settings_, shooting)}});
  ASSERT_EQ(said.size(), 1u);
  const std::string id = said.front().alert_id;
  Later(4 * kDay);
  EXPECT_EQ(away(), 11);
  const Report confirmed =
      Police("s1").Of("shooting").In("gard").Happened(11).Where(0, 0).Revision(2).Confirmed();
  said = harness_->Feed({At(4 * kDay + 1), {Record(At(4 * kDay + 1), settings_, confirmed)}});
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(said.front().alert_id, id);
  EXPECT_EQ(said.front().generation, 2);
}

TEST_F(ShelvesStory, WhatExpiresOnAShelfGoesWithItsRows) {
  SayTen();
  Later(4 * kDay);
  const auto shelved = [&] {
    return std::count_if(harness_->rows.begin(), harness_->rows.end(), [](const auto& row) {
      const size_t nul = row.first.find('\0');
      return nul != std::string::npos && nul + 1 < row.first.size() &&
             (row.first[nul + 1] == 'F' || row.first[nul + 1] == 'G');
    });
  };
  EXPECT_GT(shelved(), 0);
  Later(100 * kDay);
  EXPECT_EQ(harness_->stats().reports, 0);
  EXPECT_EQ(shelved(), 0);
}

TEST_F(ShelvesStory, AFoldThatMayNotReadTheStoreTakesAllBackAtOnce) {
  SayTen();
  Later(4 * kDay);
  Fold fold([&](std::string_view) -> StatusOr<Settings> { return settings_; });
  for (const auto& [key, value] : harness_->rows) ASSERT_TRUE(fold.Restore(key, value).ok());
  ASSERT_TRUE(fold.FinishRestore().ok());
  EXPECT_EQ(fold.stats().in_memory, 10);
  Rows rows = harness_->rows;
  fold.CollectRows(99, [&](std::string_view key, const std::string* value) {
    if (value == nullptr) rows.erase(std::string(key));
  });
  EXPECT_LT(rows.size(), harness_->rows.size());
}

TEST_F(ShelvesStory, ARowThatIsMissingOrCannotBeReadIsAnErrorNotAWrongCount) {
  SayTen();
  Later(4 * kDay);
  Shelving broken{.at_least = 8, .a_shelf = 3, .after_ms = 0, .again_ms = 0};
  broken.read = [](const std::string&) -> StatusOr<std::string> { return Internal("disk"); };
  Fold fold([&](std::string_view) -> StatusOr<Settings> { return settings_; }, broken);
  Rows rows = harness_->rows;
  for (const auto& [key, value] : rows) ASSERT_TRUE(fold.Restore(key, value).ok());
  ASSERT_TRUE(fold.FinishRestore().ok());
  Effects effects;
  const LogRecord record = ToAll(At(4 * kDay + 1), Withdrawn(Police("p3"), 2));
  EXPECT_EQ(fold.Instant(At(4 * kDay + 1), std::span(&record, 1), effects).code(),
            StatusCode::kInternal);

  const auto part = std::find_if(rows.begin(), rows.end(), [](const auto& row) {
    return row.first.find(std::string("\0G", 2)) != std::string::npos;
  });
  ASSERT_NE(part, rows.end());
  rows.erase(part);
  Fold lacking([&](std::string_view) -> StatusOr<Settings> { return settings_; }, broken);
  for (const auto& [key, value] : rows) ASSERT_TRUE(lacking.Restore(key, value).ok());
  EXPECT_EQ(lacking.FinishRestore().code(), StatusCode::kDataLoss);
}

}  // namespace
}  // namespace lagesbild::picture
