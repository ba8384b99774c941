// What must not matter does not: the order of arrival, the order within an instant, ticks, commits,
// partitions and restarts. Random streams; a failure names its seed. LAGESBILD_SEED=n runs one
// seed, LAGESBILD_ITERATIONS=n so many.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/hash.h"
#include "picture/announce.h"
#include "picture/harness.h"
#include "picture/slow_model.h"
#include "picture/world.h"

namespace lagesbild::picture {
namespace {

constexpr int kMoments = 120;

// Runs `body(seed)` for each seed, until one fails.
void ForSeeds(int runs, const std::function<void(uint64_t)>& body) {
  const uint64_t first = SeedFromEnvironment(1);
  runs = IterationsFromEnvironment(std::getenv("LAGESBILD_SEED") ? 1 : runs);
  for (int i = 0; i < runs && !testing::Test::HasFailure(); ++i) {
    const uint64_t seed = first + static_cast<uint64_t>(i);
    SCOPED_TRACE(Numbered("LAGESBILD_SEED=", static_cast<int64_t>(seed)));
    body(seed);
  }
}

std::vector<Moment> Stream(uint64_t seed, const Settings& settings) {
  GeneratorOptions options;
  options.hours_between = seed % 4 == 0 ? 6 : 0.5;
  Generator generator(seed, settings, options);
  return RecordStream(settings, generator, kMoments);
}

struct Outcome {
  std::vector<AlertTransition> said;
  std::string picture;       // the last aggregates
  std::string completeness;  // of those
  size_t dead_letters = 0;
};

Outcome Play(const Settings& settings, const std::vector<Moment>& stream) {
  Harness harness(settings);
  Outcome out;
  for (const Moment& moment : stream) {
    for (AlertTransition& t : harness.Feed(moment)) out.said.push_back(std::move(t));
  }
  harness.Commit();
  out.picture = PictureText(harness.latest);
  out.completeness = CompletenessText(harness.latest);
  out.dead_letters = harness.dead_letters;
  return out;
}

// Which records must keep their order within an instant: those of one report, and commands.
std::string OrderKey(const LogRecord& record) {
  const auto of = [](const ReportKey& key) {
    return key.org + "/" + key.id + (key.tip ? "/tip" : "");
  };
  if (const auto* report = std::get_if<Report>(&record.body)) return of(report->key);
  if (const auto* superseded = std::get_if<Superseded>(&record.body)) return of(superseded->key);
  return std::holds_alternative<Command>(record.body) ? "command" : "";
}

// A random order of `records` in which records of one key keep theirs.
std::vector<LogRecord> Shuffled(const std::vector<LogRecord>& records, std::mt19937_64& random) {
  std::map<std::string, std::vector<LogRecord>> queues;
  std::vector<std::string> turns;
  for (const LogRecord& record : records) {
    const std::string key = OrderKey(record);
    queues[key].push_back(record);
    turns.push_back(key);
  }
  std::shuffle(turns.begin(), turns.end(), random);
  std::map<std::string, size_t> next;
  std::vector<LogRecord> out;
  for (const std::string& key : turns) out.push_back(queues[key][next[key]++]);
  return out;
}

TEST(PropertyTest, IncidentsAndCountsAreAFunctionOfTheSetOfReports) {
  ForSeeds(16, [](uint64_t seed) {
    const Settings settings = BusyCounty(seed);
    GeneratorOptions options;
    options.refutations_by_police = options.same_revision_twice = options.commands =
        options.future = false;
    Generator generator(seed, settings, options);
    const std::vector<Moment> stream = RecordStream(settings, generator, kMoments);

    // The same records in any order, some twice, from the end of the stream on.
    std::vector<LogRecord> records;
    std::mt19937_64 random(seed);
    for (size_t m = 1; m < stream.size(); ++m) {
      for (const LogRecord& record : stream[m].records) {
        records.push_back(record);
        if (random() % 10 == 0) records.push_back(record);
      }
    }
    std::shuffle(records.begin(), records.end(), random);
    int64_t clock_ms = stream.back().clock_ms;
    std::vector<Moment> shuffled = {stream.front()};
    for (LogRecord& record : records) {
      if (random() % 3 != 0 || shuffled.size() == 1) shuffled.push_back({++clock_ms, {}});
      record.clock_ms = clock_ms;
      shuffled.back().records.push_back(record);
    }
    std::vector<Moment> as_it_came = stream;
    as_it_came.push_back({clock_ms, {}});
    const Outcome outcome = Play(settings, shuffled);
    EXPECT_EQ(outcome.picture, Play(settings, as_it_came).picture);

    slow::Log log;
    for (const Moment& moment : stream)
      log.insert(log.end(), moment.records.begin(), moment.records.end());
    std::map<std::string, Aggregate> want;
    for (const Area& area : settings.areas) {
      const auto incidents = slow::Merge(settings, slow::Revise(log, PictureOf(settings, area.id)));
      want[area.id].windows = slow::WindowsOf(settings, incidents, area.id, clock_ms, false);
      if (!area.leaf)
        want[area.id].unlocated = slow::WindowsOf(settings, incidents, area.id, clock_ms, true);
    }
    EXPECT_EQ(outcome.picture, PictureText(want));
  });
}

TEST(PropertyTest, TheOrderWithinAnInstantIsOfNoConsequence) {
  ForSeeds(16, [](uint64_t seed) {
    const Settings settings = BusyCounty(seed);
    const std::vector<Moment> stream = Stream(seed, settings);
    std::vector<Moment> shuffled = stream;
    std::mt19937_64 random(seed);
    for (Moment& moment : shuffled) moment.records = Shuffled(moment.records, random);
    const Outcome a = Play(settings, stream), b = Play(settings, shuffled);
    EXPECT_TRUE(SameLines(JsonOf(b.said), JsonOf(a.said)));
    EXPECT_EQ(a.picture, b.picture);
    EXPECT_EQ(a.completeness, b.completeness);
  });
}

TEST(PropertyTest, TheCadenceOfTicksIsOfNoConsequence) {
  ForSeeds(16, [](uint64_t seed) {
    const Settings settings = BusyCounty(seed);
    const std::vector<Moment> stream = Stream(seed, settings);
    std::vector<Moment> ticked;
    std::mt19937_64 random(seed);
    for (const Moment& moment : stream) {
      int64_t at_ms = ticked.empty() ? moment.clock_ms : ticked.back().clock_ms;
      for (int n = static_cast<int>(random() % 6); n > 0; --n) {
        at_ms += 1 + static_cast<int64_t>(random() % static_cast<uint64_t>(2 * kHourMs));
        if (random() % 2) at_ms = FloorTo(at_ms, kMinuteMs);
        if (at_ms >= moment.clock_ms || (!ticked.empty() && at_ms <= ticked.back().clock_ms)) break;
        ticked.push_back({at_ms, {}});
        if (random() % 2) ticked.back().records.push_back(ToAll(at_ms, Tick{}));
      }
      ticked.push_back(moment);
    }
    const Outcome a = Play(settings, stream), b = Play(settings, ticked);
    EXPECT_TRUE(SameLines(JsonOf(b.said), JsonOf(a.said)));
    EXPECT_EQ(a.picture, b.picture);
    EXPECT_EQ(a.completeness, b.completeness);
  });
}

TEST(PropertyTest, CommitsAndRestartsAreOfNoConsequence) {
  ForSeeds(16, [](uint64_t seed) {
    const Settings settings = BusyCounty(seed);
    const std::vector<Moment> stream = Stream(seed, settings);
    const Outcome straight = Play(settings, stream);

    Harness harness(settings);
    std::mt19937_64 random(seed);
    std::vector<AlertTransition> said;
    for (const Moment& moment : stream) {
      for (AlertTransition& t : harness.Feed(moment)) said.push_back(std::move(t));
      if (random() % 3 == 0) harness.Commit();
      if (random() % 8 == 0) {
        harness.Commit();
        harness.Restart();
      }
    }
    harness.Commit();
    EXPECT_TRUE(SameLines(JsonOf(said), JsonOf(straight.said)));
    EXPECT_EQ(PictureText(harness.latest), straight.picture);
    EXPECT_EQ(CompletenessText(harness.latest), straight.completeness);
    EXPECT_TRUE(harness.sequences_whole);
    EXPECT_EQ(harness.dead_letters, straight.dead_letters);
  });
}

// One fold a partition, each with its pictures' records and what goes to all; ticks where they
// fall.
std::map<std::string, std::vector<std::string>> PlayOver(int partitions, const Settings& settings,
                                                         const std::vector<Moment>& stream,
                                                         std::mt19937_64& random) {
  std::map<std::string, std::vector<std::string>> by_picture;
  for (int p = 0; p < partitions; ++p) {
    Harness harness(settings);
    for (const Moment& moment : stream) {
      Moment mine{moment.clock_ms, {}};
      for (const LogRecord& record : moment.records) {
        if (record.picture.empty() || PartitionOf(record.picture, partitions) == p) {
          mine.records.push_back(record);
        }
      }
      const bool last = &moment == &stream.back();
      if (mine.records.empty() && !last && random() % 2) continue;
      for (const AlertTransition& t : harness.Feed(mine))
        by_picture[t.picture].push_back(AlertJson(t));
    }
  }
  return by_picture;
}

TEST(PropertyTest, PartitionsOfTheLogAreOfNoConsequence) {
  ForSeeds(16, [](uint64_t seed) {
    const Settings settings = BusyCounty(seed);
    const std::vector<Moment> stream = Stream(seed, settings);
    std::mt19937_64 random(seed);
    auto one = PlayOver(1, settings, stream, random), five = PlayOver(5, settings, stream, random);
    for (const std::string picture : {"hv", "ja", "lan"}) {
      EXPECT_TRUE(SameLines(five[picture], one[picture])) << picture;
    }
  });
}

// What a coordinator can check with the record alone in hand.
void CheckByItself(const AlertTransition& t) {
  SCOPED_TRACE(AlertJson(t));
  const bool count = t.window_ms > 0;
  EXPECT_LE(t.since_ms, t.at_ms);
  EXPECT_EQ(t.state == AlertState::kOpen, t.since_ms == t.at_ms && t.state == AlertState::kOpen);
  EXPECT_EQ(count, t.enter > 0);
  EXPECT_EQ(t.incident_count, static_cast<int64_t>(t.incidents.size()) + t.incidents_omitted);
  EXPECT_LE(t.incidents.size(), 50u);
  int64_t kinds = 0, reports = 0;
  for (uint32_t n : t.by_kind) kinds += n;
  for (const IncidentSummary& i : t.incidents) reports += i.reports;
  EXPECT_EQ(kinds, t.report_count);
  if (t.incidents_omitted == 0) {
    EXPECT_EQ(reports, t.report_count);
  }
  EXPECT_EQ(t.completeness == Completeness::kComplete, t.blind_sources.empty());
  EXPECT_EQ(t.reason.empty(), t.state != AlertState::kCancelled && t.reason != "dismissed");
  EXPECT_FALSE(t.text_sv.empty());
  EXPECT_FALSE(t.text_en.empty());
  if (count) {
    EXPECT_EQ(t.observed, t.incident_count);
    if (t.state == AlertState::kOpen) {
      EXPECT_GE(t.observed, t.enter);
    }
    if (t.state == AlertState::kCancelled) {
      EXPECT_LT(t.observed, t.enter);
    }
    if (t.state == AlertState::kResolved && t.reason.empty()) {
      EXPECT_LE(t.observed, t.exit);
    }
  }
  if (t.state == AlertState::kResolved && t.reason.empty()) {
    EXPECT_TRUE(t.blind_sources.empty()) << "nothing resolves while a contributing source is blind";
  }
}

TEST(PropertyTest, EveryTrailIsWholeAndEveryRecordStandsByItself) {
  ForSeeds(16, [](uint64_t seed) {
    const Settings settings = BusyCounty(seed);
    const Outcome outcome = Play(settings, Stream(seed, settings));
    std::map<std::string, std::vector<AlertTransition>> trails;
    int64_t last_ms = 0;
    std::string last_id;
    for (const AlertTransition& t : outcome.said) {
      CheckByItself(t);
      EXPECT_GE(t.at_ms, last_ms);
      if (t.at_ms == last_ms) {
        EXPECT_LT(last_id, t.alert_id) << "in the order of alert ids";
      }
      last_ms = t.at_ms;
      last_id = t.alert_id;
      trails[t.alert_id].push_back(t);
    }
    for (const auto& [id, trail] : trails) {
      bool open = false, gone = false;
      int generation = 0;
      for (size_t i = 0; i < trail.size(); ++i) {
        SCOPED_TRACE(AlertJson(trail[i]));
        EXPECT_EQ(trail[i].sequence, static_cast<int64_t>(i) + 1);
        EXPECT_FALSE(gone) << "a cancelled alert does not come back";
        const bool opens = trail[i].state == AlertState::kOpen;
        EXPECT_NE(opens, open);
        generation += opens;
        EXPECT_EQ(trail[i].generation, generation);
        open = opens || trail[i].state == AlertState::kUpdated;
        gone = trail[i].state == AlertState::kCancelled;
      }
    }
  });
}

}  // namespace
}  // namespace lagesbild::picture
