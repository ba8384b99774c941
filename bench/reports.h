// The reports of the bench, made by arithmetic from a seed: the same numbers everywhere.
//
// In: Draw, what they are like. Out: Generate, reports in the order of their arrival. By default it
// is the workload of bench/run; bench/growth varies one thing at a time.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <tuple>
#include <vector>

#include "grid.h"

namespace lagesbild::bench {

inline constexpr int64_t kFirstMs = 1'767'571'200'000;  // 2026-01-05T00:00:00Z
inline constexpr int64_t kSecondMs = 1000, kMinuteMs = 60 * kSecondMs, kHourMs = 60 * kMinuteMs;
inline constexpr int kSources = 20;

struct Draw {
  int64_t events = 0;
  uint64_t seed = 1;
  int32_t areas = kAreas, classes = kClasses;
  double zipf = 1.0;      // over the areas; 0: each as likely
  double days = 7;        // of a million reports
  int64_t incident = 1;   // so many reports in a row are of one event: its class, area, 20 m, 5 min
  bool revisions = true;  // of a hundred reports 3 come twice and 2 are corrected
  int64_t pairs = 0;      // only so many of the pairs (area, class), each as likely; 0: all
  int64_t sweeps = 0;     // first all pairs in turn, so often, none of them twice or corrected
  int32_t beside = -1;    // what follows the sweeps: classes from this one on, in all areas
};

// splitmix64: the same numbers everywhere, which std's distributions do not promise.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t Next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  double Unit() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }
  int64_t Below(int64_t n) { return static_cast<int64_t>(Next() % static_cast<uint64_t>(n)); }
  // Exponential, at most `max`.
  int64_t Wait(int64_t mean, int64_t max) {
    const double wait = -static_cast<double>(mean) * std::log(1 - Unit());
    return std::min(max, static_cast<int64_t>(wait));
  }

 private:
  uint64_t state_;
};

struct Report {
  int64_t number = 0, occurred_ms = 0, arrived_ms = 0;
  int32_t area = 0, revision = 1, klass = 0, source = 0;
  double lat = 0, lon = 0;
};

// Cumulated shares of the areas; which area has which rank is shuffled.
class Zipf {
 public:
  Zipf(int32_t areas, double exponent, Random& random)
      : area_(static_cast<size_t>(areas)), up_to_(area_.size()) {
    std::iota(area_.begin(), area_.end(), 0);
    for (size_t i = area_.size() - 1; i > 0; --i) {
      std::swap(area_[i], area_[static_cast<size_t>(random.Below(static_cast<int64_t>(i) + 1))]);
    }
    double sum = 0;
    for (size_t i = 0; i < up_to_.size(); ++i) {
      up_to_[i] = sum += 1.0 / std::pow(static_cast<double>(i + 1), exponent);
    }
  }
  int32_t Draw(Random& random) const {
    const double at = random.Unit() * up_to_.back();
    return area_[static_cast<size_t>(std::upper_bound(up_to_.begin(), up_to_.end() - 1, at) -
                                     up_to_.begin())];
  }

 private:
  std::vector<int32_t> area_;
  std::vector<double> up_to_;
};

// Who comes when, from where, with what.
class Partners {
 public:
  explicit Partners(const Draw& draw)
      : draw_(draw),
        grid_(draw.areas),
        random_(draw.seed),
        zipf_(draw.areas, draw.zipf, random_),
        ms_a_report_(draw.days * 24 * static_cast<double>(kHourMs) / 1e6) {}

  // Report `i`, and what becomes of it.
  void Add(int64_t i, std::vector<Report>& records) {
    Report report;
    report.number = i;
    report.occurred_ms =
        kFirstMs + static_cast<int64_t>((static_cast<double>(i) + random_.Unit()) * ms_a_report_);
    report.arrived_ms = report.occurred_ms + random_.Wait(10 * kMinuteMs, 2 * kHourMs);
    report.area = zipf_.Draw(random_);
    report.klass = static_cast<int32_t>(random_.Below(draw_.classes));
    report.source = static_cast<int32_t>(random_.Below(kSources));
    const double y = random_.Unit(), x = random_.Unit();
    Choose(report);
    const Place place = grid_.PlaceIn(report.area, x, y);
    report.lat = place.lat;
    report.lon = place.lon;
    if (draw_.incident > 1) Join(report);
    records.push_back(report);
    const int64_t luck = random_.Below(100);
    if (draw_.revisions && i >= draw_.pairs * draw_.sweeps) Revise(report, luck, records);
  }

 private:
  // Which pair of area and class, if it is not just any.
  void Choose(Report& report) {
    const bool sweeping = report.number < draw_.pairs * draw_.sweeps;
    if (!sweeping && draw_.beside >= 0) {
      report.klass =
          draw_.beside + static_cast<int32_t>(random_.Below(draw_.classes - draw_.beside));
    } else if (draw_.pairs > 0) {
      const int64_t pair = sweeping ? report.number % draw_.pairs : random_.Below(draw_.pairs);
      report.area = static_cast<int32_t>(pair % draw_.areas);
      report.klass = static_cast<int32_t>(pair / draw_.areas % draw_.classes);
    }
  }

  // The first of an incident leads, the others are about the same.
  void Join(Report& report) {
    if (report.number % draw_.incident == 0) {
      leader_ = report;
      return;
    }
    const int64_t delay = report.arrived_ms - report.occurred_ms;
    report.occurred_ms = leader_.occurred_ms + random_.Below(5 * kMinuteMs);
    report.arrived_ms = report.occurred_ms + delay;
    report.area = leader_.area;
    report.klass = leader_.klass;
    report.lat = leader_.lat + 1e-4 * (2 * random_.Unit() - 1);
    report.lon = leader_.lon + 1e-4 * (2 * random_.Unit() - 1);
  }

  void Revise(const Report& report, int64_t luck, std::vector<Report>& records) {
    if (luck < 3) {
      Report again = report;
      again.arrived_ms += random_.Below(30 * kMinuteMs);
      records.push_back(again);
    } else if (luck < 5) {
      Report corrected = report;
      corrected.revision = 2;
      corrected.klass = static_cast<int32_t>(
          (report.klass + 1 + random_.Below(std::max(1, draw_.classes - 1))) % draw_.classes);
      corrected.arrived_ms += kSecondMs + random_.Wait(30 * kMinuteMs, 2 * kHourMs);
      records.push_back(corrected);
    }
  }

  const Draw draw_;
  const Grid grid_;
  Random random_;
  const Zipf zipf_;
  const double ms_a_report_;
  Report leader_;
};

inline std::vector<Report> Generate(const Draw& draw) {
  Partners partners(draw);
  std::vector<Report> records;
  records.reserve(static_cast<size_t>(draw.events));
  for (int64_t i = 0; static_cast<int64_t>(records.size()) < draw.events; ++i) {
    partners.Add(i, records);
  }
  records.resize(static_cast<size_t>(draw.events));
  std::sort(records.begin(), records.end(), [](const Report& a, const Report& b) {
    return std::tie(a.arrived_ms, a.number, a.revision) <
           std::tie(b.arrived_ms, b.number, b.revision);
  });
  return records;
}

}  // namespace lagesbild::bench
