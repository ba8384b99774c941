// Configuration comes in the log: what changes when, and what is forgotten in the end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "picture/harness.h"
#include "picture/slow_model.h"
#include "picture/town.h"

namespace lagesbild::picture {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr double kHour = 60;

Settings Version(int64_t version, Settings settings) {
  settings.version = version;
  settings.rule_set = Numbered("version-", version);
  return settings;
}

TEST(ConfigurationStory, ARuleThatIsNewJudgesFromThenOn) {
  Settings tighter = Version(2, SmallCounty());
  tighter.rules[1].enter = 2;
  Town town(SmallCounty());
  town.Send(0, Police("a").Happened(0));
  town.Send(1, Police("b").Happened(1).Where(1000, 0));
  EXPECT_THAT(town.Said(), IsEmpty());
  town.Configure(10, tighter);
  town.Pass(20);
  const auto said = town.Transitions();
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(Line(said[0]), "10: open violence-24h in gard, 2");
  EXPECT_EQ(said[0].rule_set, "version-2");
  EXPECT_EQ(said[0].enter, 2);
}

TEST(ConfigurationStory, ALowerVersionIsRefused) {
  Settings tighter = Version(1, SmallCounty());
  tighter.rules[1].enter = 1;
  Town town(Version(2, SmallCounty()));
  town.Configure(10, tighter);
  town.Send(20, Police("c"));
  EXPECT_THAT(town.Said(), IsEmpty());
}

TEST(ConfigurationStory, TheSameRulesAgainSayNothing) {
  Town town(SmallCounty());
  town.Send(0, Police("p").Of("shooting"));
  EXPECT_THAT(town.Said(), ElementsAre("0: open grave-single in gard"));
  town.Configure(10, Version(2, SmallCounty()));
  town.Pass(20);
  EXPECT_THAT(town.Said(), IsEmpty());
  town.Pass(7 * kHour);
  EXPECT_THAT(town.Said(), ElementsAre("360: resolved grave-single in gard"));
}

TEST(ConfigurationStory, AnAlertOfARuleThatIsNoMoreEnds) {
  Settings without = Version(2, SmallCounty());
  without.rules.erase(without.rules.begin());
  Town town(SmallCounty());
  town.Send(0, Police("p").Of("shooting"));
  EXPECT_THAT(town.Said(), ElementsAre("0: open grave-single in gard"));
  town.Configure(10, without);
  town.Pass(20);
  EXPECT_THAT(town.Said(), ElementsAre("10: resolved grave-single in gard"));
}

// A county where things lie otherwise: another merge distance, a place in another district, a class
// in another family.
Settings Otherwise(Settings settings) {
  settings = Version(2, std::move(settings));
  settings.classes[0].merge_metres = 20;
  settings.classes[2].merge_ms = 2 * kHourMs;
  settings.classes[3].merge_ms = 30 * kMinuteMs;
  settings.classes[3].merge_metres = 100;
  settings.classes[1].family = settings.FindFamily("property");
  settings.areas[settings.FindArea("torget")].parent = settings.FindArea("strand");
  settings.tips_per_day = 2;
  EXPECT_TRUE(settings.Index("borough").ok());
  return settings;
}

TEST(ConfigurationProperty, WhatIsHeldIsCountedAsIfItHadAlwaysBeenSo) {
  const uint64_t first = SeedFromEnvironment(1);
  for (uint64_t seed = first; seed < first + 8 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(Numbered("LAGESBILD_SEED=", static_cast<int64_t>(seed)));
    Settings before = BusyCounty(seed);
    const Settings after = Otherwise(before);
    Generator generator(seed, before, {});
    std::vector<Moment> stream = RecordStream(before, generator, 60);
    const int64_t clock_ms = stream.back().clock_ms + 1;
    stream.push_back({clock_ms, {ToAll(clock_ms, Configuration{2, "1"})}});

    Harness harness(before);
    harness.AddSettings(after);
    slow::Log log;
    for (const Moment& moment : stream) {
      harness.Feed(moment);
      log.insert(log.end(), moment.records.begin(), moment.records.end());
      if (moment.clock_ms % 3 == 0) harness.Commit();
    }
    harness.Commit();
    std::map<std::string, Aggregate> want;
    for (const Area& area : after.areas) {
      const auto incidents = slow::Merge(after, slow::Revise(log, PictureOf(after, area.id)));
      want[area.id].windows = slow::WindowsOf(after, incidents, area.id, clock_ms, false);
      if (!area.leaf)
        want[area.id].unlocated = slow::WindowsOf(after, incidents, area.id, clock_ms, true);
    }
    EXPECT_EQ(PictureText(harness.latest), PictureText(want));
    harness.Restart();
    const Moment later{clock_ms + 1, {ToAll(clock_ms + 1, Configuration{3, "1"})}};
    harness.Feed(later);
    harness.Commit();
    EXPECT_EQ(PictureText(harness.latest), PictureText(want));
  }
}

TEST(ConfigurationProperty, RestartsAroundANewConfigurationAreOfNoConsequence) {
  const uint64_t first = SeedFromEnvironment(1);
  for (uint64_t seed = first; seed < first + 8 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(Numbered("LAGESBILD_SEED=", static_cast<int64_t>(seed)));
    const Settings before = BusyCounty(seed), after = Otherwise(before);
    GeneratorOptions options;
    options.hours_between = seed % 2 == 0 ? 6 : 0.5;
    Generator generator(seed, before, options);
    std::vector<Moment> stream = RecordStream(before, generator, 120);
    std::mt19937_64 random(seed);
    for (size_t m = 1; m < stream.size(); ++m) {
      if (random() % 10 != 0) continue;
      const int64_t clock_ms = stream[m].clock_ms, version = static_cast<int64_t>(m);
      stream[m].records.push_back(
          ToAll(clock_ms, Configuration{version, random() % 2 == 0 ? "1" : "0"}));
    }
    Harness straight(before), restarted(before);
    straight.AddSettings(after);
    restarted.AddSettings(after);
    std::vector<AlertTransition> want, got;
    for (const Moment& moment : stream) {
      for (AlertTransition& t : straight.Feed(moment)) want.push_back(std::move(t));
      for (AlertTransition& t : restarted.Feed(moment)) got.push_back(std::move(t));
      if (random() % 3 == 0) restarted.Commit();
      if (random() % 6 == 0) {
        restarted.Commit();
        restarted.Restart();
      }
    }
    straight.Commit();
    restarted.Commit();
    EXPECT_TRUE(SameLines(JsonOf(got), JsonOf(want)));
    EXPECT_EQ(PictureText(restarted.latest), PictureText(straight.latest));
    EXPECT_TRUE(restarted.sequences_whole);
  }
}

// What an area still has to tell is not lost: it counts nothing, so nothing that moves leads there.
class EmptiedArea : public testing::Test {
 protected:
  void SetUp() override {
    harness_.AddSettings(Version(2, SmallCounty()));
    harness_.Feed({kStart,
                   {ToAll(kStart, Configuration{1, "0"}),
                    Record(kStart, SmallCounty(), Police("p").In("torget"))}});
    harness_.Commit();
    ASSERT_NE(TextOf("torget"), "");
  }
  void Configure(int64_t at_ms) {
    harness_.Feed({at_ms, {ToAll(at_ms, Configuration{2, "1"})}});
    harness_.Commit();
  }
  std::string TextOf(const std::string& area) { return WindowsText(harness_.latest[area].windows); }

  Harness harness_{SmallCounty()};
};

TEST_F(EmptiedArea, ByAWithdrawalBeforeTheConfigurationIsTold) {
  harness_.Feed({kStart + 1, {ToAll(kStart + 1, Withdrawn(Police("p"), 2))}});
  Configure(kStart + 2);
  EXPECT_EQ(TextOf("torget"), "");
}

TEST_F(EmptiedArea, ByTimeAloneBeforeTheConfigurationIsTold) {
  constexpr double kLater = 400 * 24 * kHour;
  const int64_t later_ms = At(kLater);
  const Report other = Police("q").Happened(kLater).In("gard");
  harness_.Feed({later_ms, {Record(later_ms, SmallCounty(), other)}});
  Configure(later_ms + 1);
  EXPECT_EQ(TextOf("torget"), "");
}

TEST(ForgettingProperty, WhenAllIsLongPastNothingIsKept) {
  const uint64_t first = SeedFromEnvironment(1);
  for (uint64_t seed = first; seed < first + 6 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(Numbered("LAGESBILD_SEED=", static_cast<int64_t>(seed)));
    const Settings settings = BusyCounty(seed);
    Generator generator(seed, settings, {});
    const std::vector<Moment> stream = RecordStream(settings, generator, 80);
    Harness harness(settings);
    for (const Moment& moment : stream) harness.Feed(moment);
    harness.Commit();
    const size_t full = harness.rows.size();
    int64_t clock_ms = stream.back().clock_ms;
    for (int day = 0; day < 120; ++day) {
      clock_ms += kDayMs;
      // All sources are heard, so that no alert waits for one.
      Moment moment{clock_ms, {}};
      for (const Source& source : settings.sources) {
        moment.records.push_back(
            ToAll(clock_ms, Liveness{source.org, FloorTo(clock_ms, kMinuteMs)}));
      }
      harness.Feed(moment);
      harness.Commit();
    }
    EXPECT_EQ(harness.stats().reports, 0);
    EXPECT_EQ(harness.stats().incidents, 0);
    EXPECT_EQ(PictureText(harness.latest), "");
    std::string rows;
    for (const auto& [key, value] : harness.rows) rows += testing::PrintToString(key) + "\n";
    EXPECT_LE(harness.rows.size(), 40u) << "of " << full << "\n" << rows;
  }
}

}  // namespace
}  // namespace lagesbild::picture
