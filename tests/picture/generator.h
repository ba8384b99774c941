// Generator: seeded streams of picture log records in which everything happens that may happen to a
// report.
//
// Few orgs, few classes, places a few steps apart around a district border in each of two pictures,
// so that reports merge, chain and change sides; revisions that move class, time, place and
// picture; duplicates, stale revisions, withdrawals (some before their report), refutations by the
// police, brigades of tips, late batches, commands. Records are as intake writes them: what is not
// plainly new comes with its Superseded. Same seed, same stream.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/log_record.h"
#include "base/settings.h"

namespace lagesbild::picture {

struct Moment {
  int64_t clock_ms = 0;
  std::vector<LogRecord> records;
};

struct GeneratorOptions {
  bool refutations_by_police = true;  // what they take with them depends on when reports came
  bool same_revision_twice = true;    // of equal ones the first wins: depends on the order, too
  bool commands = true;
  bool future = true;          // some events lie up to ten minutes ahead
  double hours_between = 0.7;  // mean time between instants
};

// The county of world.h with more rules: short holds, a picture-wide rule, one with `for`; some
// sources with a gap.
Settings BusyCounty(uint64_t seed);

class Generator {
 public:
  Generator(uint64_t seed, const Settings& settings, GeneratorOptions options);

  // The first moment holds the configuration alone, encoded as "0"; each is later than the one
  // before. `alert_ids`: what commands may name.
  Moment Next(const std::vector<std::string>& alert_ids);

 private:
  struct Sent {
    Report report;         // as last said
    int64_t revision = 1;  // the highest used, withdrawals included
  };

  int Below(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }
  bool Chance(double p) { return std::uniform_real_distribution<double>(0, 1)(random_) < p; }
  template <typename T>
  const T& Pick(const std::vector<T>& from) {
    return from[random_() % from.size()];
  }
  Sent NewReport();
  void SomethingAbout(Sent& sent, Moment& out);
  Report Revised(Sent& sent);  // its next revision: something about it has changed
  void Place(Report& report);
  void When(Report& report);
  void Send(const Report& report, Moment& out);
  void Withdraw(Sent& sent, Moment& out);
  void SomeCommand(const std::vector<std::string>& alert_ids, Moment& out);

  const Settings& settings_;
  GeneratorOptions options_;
  std::mt19937_64 random_;
  int64_t clock_ms_;
  bool began_ = false;
  int next_id_ = 0, next_command_ = 0;
  std::vector<Sent> sent_;
};

// The seed of a run: LAGESBILD_SEED, else `fallback`. How many runs: LAGESBILD_ITERATIONS, else
// `fallback`.
uint64_t SeedFromEnvironment(uint64_t fallback);
int IterationsFromEnvironment(int fallback);

}  // namespace lagesbild::picture
