// The fold beside the slow models, instant by instant, on random streams: the same windows, the
// same alerts. LAGESBILD_SEED=n runs one seed, LAGESBILD_ITERATIONS=n as many from the first on.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "picture/announce.h"
#include "picture/harness.h"
#include "picture/slow_judge.h"
#include "picture/world.h"

namespace lagesbild::picture {
namespace {

constexpr int kMoments = 150;

// What both can say, but for the alert's name.
std::string Text(const AlertTransition& t) {
  std::string out = FormatTimeMs(t.at_ms) + " " + std::string(StateName(t.state)) + " " + t.rule +
                    " " + t.picture + "/" + t.area + " of " + t.of +
                    Numbered(" generation ", t.generation) + Numbered(" sequence ", t.sequence) +
                    " since " + FormatTimeMs(t.since_ms);
  for (const std::string& org : t.blind_sources) out += " blind:" + org;
  if (t.silenced) out += " silenced";
  if (t.acknowledged) out += " acknowledged";
  const bool count_rule = t.window_ms > 0;
  if (t.state == AlertState::kCancelled && !count_rule) return out;
  out += Numbered(" observed ", t.observed) + " kinds";
  for (uint32_t n : t.by_kind) out += Numbered(" ", n);
  std::vector<std::string> incidents;
  // The newest fifty are named; of those that happened at the same time, either.
  const int64_t cut_ms =
      static_cast<int64_t>(t.incidents.size()) < t.observed ? t.incidents.front().occurred_ms : 0;
  for (const IncidentSummary& i : t.incidents) {
    if (i.occurred_ms <= cut_ms) continue;
    incidents.push_back("\n    " + i.class_name + " " + FormatTimeMs(i.occurred_ms) +
                        Numbered(" reports ", i.reports) +
                        Numbered(" verification ", static_cast<int>(i.verification)));
  }
  std::sort(incidents.begin(), incidents.end());
  for (const std::string& i : incidents) out += i;
  return out;
}

std::string Text(const slow::Transition& s) {
  AlertTransition t;
  t.at_ms = s.at_ms;
  t.state = s.state;
  t.rule = s.rule;
  t.picture = s.picture;
  t.area = s.area;
  t.of = s.of;
  t.generation = s.generation;
  t.sequence = s.sequence;
  t.since_ms = s.since_ms;
  t.blind_sources = s.blind;
  t.silenced = s.silenced;
  t.acknowledged = s.acknowledged;
  t.observed = s.observed;
  t.by_kind = s.by_kind;
  t.window_ms = s.window_ms;
  const size_t omitted = s.incidents.size() > 50 ? s.incidents.size() - 50 : 0;
  for (size_t i = omitted; i < s.incidents.size(); ++i) {
    const slow::Brief& b = s.incidents[i];
    t.incidents.push_back({0, b.class_name, b.occurred_ms, b.reports, b.verification});
  }
  return Text(t);
}

// Fold and models side by side.
class Lockstep {
 public:
  Lockstep(uint64_t seed, const Settings& settings)
      : settings_(settings), fold_(settings_), judge_(settings_), random_(seed) {}

  std::string History(const Moment& moment) const { return HistoryOf(moment, judge_.log()); }
  const std::vector<std::string>& alert_ids() const { return ids_; }

  // False: they differ, and it has been reported.
  bool Step(const Moment& moment) {
    const auto said = fold_.Feed(moment);
    const auto wanted = judge_.Instant(moment.clock_ms, moment.records);
    return SameAlerts(said, wanted) && SameWindows(moment.clock_ms) &&
           Same(fold_.dead_letters, judge_.dead_letters());
  }

 private:
  static bool Same(size_t got, int want) {
    EXPECT_EQ(got, static_cast<size_t>(want)) << "dead letters";
    return got == static_cast<size_t>(want);
  }

  bool SameAlerts(const std::vector<AlertTransition>& said,
                  const std::vector<slow::Transition>& wanted) {
    std::vector<std::string> got, want;
    for (const auto& t : said) got.push_back(Text(t));
    for (const auto& t : wanted) want.push_back(Text(t));
    std::vector<std::string> got_sorted = got, want_sorted = want;
    std::sort(got_sorted.begin(), got_sorted.end());
    std::sort(want_sorted.begin(), want_sorted.end());
    EXPECT_EQ(got_sorted, want_sorted);
    if (got_sorted != want_sorted) return false;
    std::vector<bool> taken(wanted.size());
    for (size_t i = 0; i < said.size(); ++i) {
      if (!MatchName(said[i], got[i], wanted, want, taken)) return false;
    }
    return true;
  }

  // The same alert has the same id all along, and another alert another.
  bool MatchName(const AlertTransition& said, const std::string& got,
                 const std::vector<slow::Transition>& wanted, const std::vector<std::string>& want,
                 std::vector<bool>& taken) {
    const auto known = number_.find(said.alert_id);
    for (size_t j = 0; j < wanted.size(); ++j) {
      if (taken[j] || want[j] != got) continue;
      const bool fits =
          known == number_.end() ? wanted[j].sequence == 1 : known->second == wanted[j].alert;
      if (!fits) continue;
      taken[j] = true;
      if (known == number_.end()) {
        number_[said.alert_id] = wanted[j].alert;
        judge_.Name(wanted[j].alert, said.alert_id);
        ids_.push_back(said.alert_id);
      }
      if (said.state != AlertState::kCancelled) return true;
      EXPECT_TRUE(wanted[j].reasons.contains(said.reason)) << got << " because " << said.reason;
      return wanted[j].reasons.contains(said.reason);
    }
    ADD_FAILURE() << "another alert under this id: " << said.alert_id << "\n" << got;
    return false;
  }

  bool SameWindows(int64_t clock_ms) {
    if (random_() % 3 == 0) return true;  // commits come when they like
    fold_.Commit();
    std::map<std::string, Aggregate> want;
    for (const Area& area : settings_.areas) {
      const auto& incidents = judge_.incidents(settings_.areas[area.picture].id);
      want[area.id].windows = slow::WindowsOf(settings_, incidents, area.id, clock_ms, false);
      if (!area.leaf) {
        want[area.id].unlocated = slow::WindowsOf(settings_, incidents, area.id, clock_ms, true);
      }
    }
    const std::string got_text = PictureText(fold_.latest), want_text = PictureText(want);
    EXPECT_EQ(got_text, want_text) << "at " << FormatTimeMs(clock_ms);
    return got_text == want_text;
  }

  Settings settings_;
  Harness fold_;
  slow::Judge judge_;
  std::mt19937_64 random_;
  std::map<std::string, int> number_;  // alert id → number in the model
  std::vector<std::string> ids_;
};

TEST(LockstepTest, TheFoldSaysWhatTheModelsSayAtEveryInstant) {
  const uint64_t first = SeedFromEnvironment(1);
  const int runs =
      std::getenv("LAGESBILD_SEED") ? IterationsFromEnvironment(1) : IterationsFromEnvironment(24);
  for (int i = 0; i < runs && !testing::Test::HasFailure(); ++i) {
    const uint64_t seed = first + static_cast<uint64_t>(i);
    SCOPED_TRACE(Numbered("LAGESBILD_SEED=", static_cast<int64_t>(seed)));
    const Settings settings = BusyCounty(seed);
    GeneratorOptions options;
    options.hours_between = seed % 4 == 0 ? 6 : 0.5;
    options.future = seed % 2 == 0;
    Generator generator(seed, settings, options);
    Lockstep lockstep(seed, settings);
    for (int m = 0; m < kMoments; ++m) {
      const Moment moment = generator.Next(lockstep.alert_ids());
      SCOPED_TRACE(Numbered("moment ", m));
      if (lockstep.Step(moment)) continue;
      ADD_FAILURE() << lockstep.History(moment);
      break;
    }
  }
}

}  // namespace
}  // namespace lagesbild::picture
