#include "app/areas/area_check.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <numeric>

#include "absl/time/time.h"
#include "intake/area_overlay.h"
#include "intake/area_surface.h"

namespace lagesbild::app {
namespace {

using intake::Bounds;

constexpr double kOverlapShareMax = 0.01;    // of the smaller area
constexpr double kUncoveredShareMax = 0.01;  // of the parent
constexpr double kInsideShare =
    0.9;  // this much of an area in another of its level: one of them is misplaced
constexpr double kFarDegrees = 5;  // from the others: an outlier

std::string Number(double value) {
  char text[64];
  std::snprintf(text, sizeof text, value >= 100 ? "%.0f" : value >= 1 ? "%.1f" : "%.3g", value);
  return text;
}
std::string Km2(double m2) { return Number(m2 / 1e6) + " km²"; }
std::string Percent(double share) { return Number(share * 100) + " %"; }

struct Pair {
  int a, b;   // a < b
  double m2;  // that both cover
};

class Checker {
 public:
  Checker(const LinkedAreas& linked, const std::string& time_zone)
      : linked_(linked), time_zone_(time_zone) {
    const size_t n = linked.areas.size();
    children_.resize(n);
    for (size_t i = 0; i < n; ++i) {
      bounds_.push_back(intake::BoundsOf(linked.shapes[i]));
      if (linked.areas[i].parent >= 0)
        children_[linked.areas[i].parent].push_back(static_cast<int>(i));
    }
  }

  AreaFindings Run() {
    Summary();
    Shapes();
    Overlaps();
    Coverage();
    Swapped();
    return std::move(findings_);
  }

 private:
  const Area& At(int i) const { return linked_.areas[i]; }
  double M2(int i) const { return linked_.surfaces_m2[i]; }
  std::string Label(int i) const {
    return At(i).name == At(i).id ? At(i).id : At(i).id + " (" + At(i).name + ")";
  }
  double CommonM2(int a, int b) const {
    if (!bounds_[a].Meets(bounds_[b])) return 0;
    return intake::SurfaceM2(intake::Intersection(linked_.shapes[a], linked_.shapes[b]));
  }

  void Summary() {
    for (const std::string& level : linked_.levels) {
      LevelSummary s{level, 0, 0, INFINITY, 0};
      for (size_t i = 0; i < linked_.areas.size(); ++i) {
        if (linked_.areas[i].level != level) continue;
        const double km2 = M2(static_cast<int>(i)) / 1e6;
        ++s.areas;
        s.km2 += km2;
        s.km2_min = std::min(s.km2_min, km2);
        s.km2_max = std::max(s.km2_max, km2);
      }
      findings_.levels.push_back(s);
    }
  }

  void Shapes() {
    for (size_t i = 0; i < linked_.areas.size(); ++i) {
      const intake::ShapeFinding found = intake::CheckShape(linked_.shapes[i]);
      sound_.push_back(found.soundness != intake::Soundness::kUnsound);
      if (found.text.empty()) continue;
      (sound_.back() ? findings_.warnings : findings_.problems)
          .push_back(Label(static_cast<int>(i)) + ": " + found.text);
    }
  }

  bool Related(int a, int b) const {
    for (int at = At(a).parent; at >= 0; at = At(at).parent) {
      if (at == b) return true;
    }
    for (int at = At(b).parent; at >= 0; at = At(at).parent) {
      if (at == a) return true;
    }
    return false;
  }

  // Pairs that must not overlap: of one level, or both leaves. Only those whose boxes meet (a sweep
  // from west to east).
  void FindPairs() {
    std::vector<int> order(linked_.areas.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(),
              [&](int a, int b) { return bounds_[a].west < bounds_[b].west; });
    for (size_t i = 0; i < order.size(); ++i) {
      for (size_t j = i + 1; j < order.size() && bounds_[order[j]].west <= bounds_[order[i]].east;
           ++j) {
        const int a = std::min(order[i], order[j]), b = std::max(order[i], order[j]);
        const bool leaves = children_[a].empty() && children_[b].empty();
        if (!sound_[a] || !sound_[b] || (At(a).level != At(b).level && !leaves) || Related(a, b))
          continue;
        const double m2 = CommonM2(a, b);
        if (m2 > 0) pairs_.push_back({a, b, m2});
      }
    }
    std::sort(pairs_.begin(), pairs_.end(),
              [](const Pair& x, const Pair& y) { return x.a != y.a ? x.a < y.a : x.b < y.b; });
  }

  void Overlaps() {
    FindPairs();
    std::map<int, std::vector<int>> holds;  // an area and those of its own level that lie in it
    for (const Pair& p : pairs_) {
      const int small = M2(p.a) <= M2(p.b) ? p.a : p.b, large = small == p.a ? p.b : p.a;
      const double share = p.m2 / M2(small);
      const bool same = At(p.a).level == At(p.b).level;
      if (same && share >= kInsideShare && M2(large) > 1.5 * M2(small)) {
        holds[large].push_back(small);
      } else if (share > kOverlapShareMax &&
                 (same || (children_[p.a].empty() && children_[p.b].empty()))) {
        findings_.problems.push_back(Label(p.a) + " and " + Label(p.b) + ": overlap by " +
                                     Km2(p.m2) + ", " + Percent(share) + " of the smaller");
      }
    }
    for (const auto& [large, inside] : holds) {
      std::vector<std::string> names;
      for (const int i : inside) names.push_back(At(i).id);
      findings_.problems.push_back(Label(large) + ": wrong level? It is of level " +
                                   At(large).level + " and holds " + std::to_string(inside.size()) +
                                   " of that level: " + ListOf(names));
    }
  }

  void Coverage() {
    for (size_t p = 0; p < children_.size(); ++p) {
      const int parent = static_cast<int>(p);
      double covered = 0;
      bool all_sound = sound_[p];
      for (const int child : children_[p]) {
        all_sound = all_sound && sound_[child];
        if (!sound_[p] || !sound_[child]) continue;
        const double common = CommonM2(parent, child);
        covered += common;
        Outside(parent, child, common);
      }
      if (children_[p].empty() || !all_sound) continue;
      for (const Pair& pair : pairs_) {  // counted twice above
        if (At(pair.a).parent == parent && At(pair.b).parent == parent) covered -= pair.m2;
      }
      const double left = M2(parent) - covered;
      if (left > kUncoveredShareMax * M2(parent)) {
        findings_.warnings.push_back(Label(parent) + ": " + Km2(left) + " (" +
                                     Percent(left / M2(parent)) + ") is in none of its " +
                                     std::to_string(children_[p].size()) + " areas below it");
      }
    }
  }

  void Outside(int parent, int child, double common) {
    const double out = 1 - common / M2(child);
    if (out > 0.999) {
      findings_.problems.push_back(Label(child) + ": lies outside its parent " + Label(parent));
    } else if (out > 0.5) {
      findings_.warnings.push_back(Label(child) + ": " + Percent(out) +
                                   " of it lies outside its parent " + Label(parent));
    }
  }

  // One area far from all others that would be among them with its numbers swapped; or all of them,
  // told by the zone.
  void Swapped() {
    if (linked_.areas.empty()) return;
    std::vector<double> lons, lats;
    for (const Bounds& b : bounds_) {
      lons.push_back((b.west + b.east) / 2);
      lats.push_back((b.south + b.north) / 2);
    }
    const double lon = Median(lons), lat = Median(lats);
    if (LooksSwapped(lon, lat)) {
      findings_.problems.push_back(
          "longitude and latitude look swapped: the areas lie at longitude " + Number(lon) +
          ", latitude " + Number(lat) + ", which is not in the time zone " + time_zone_ +
          "; the other way round it is");
      return;
    }
    const double spread = std::max(kFarDegrees, 3 * std::max(Spread(lons, lon), Spread(lats, lat)));
    for (size_t i = 0; i < lons.size(); ++i) {
      const double far = std::max(std::abs(lons[i] - lon), std::abs(lats[i] - lat));
      if (far <= spread) continue;
      const bool swapped = std::max(std::abs(lats[i] - lon), std::abs(lons[i] - lat)) <= spread;
      const std::string where = "longitude " + Number(lons[i]) + ", latitude " + Number(lats[i]);
      if (swapped) {
        findings_.problems.push_back(Label(static_cast<int>(i)) +
                                     ": longitude and latitude look swapped: it lies at " + where +
                                     ", far from all others; the other way round it is among them");
      } else if (Alone(i)) {
        findings_.warnings.push_back(Label(static_cast<int>(i)) +
                                     ": lies far from all others, at " + where);
      }
    }
  }

  bool Alone(size_t i) const {
    Bounds wide = bounds_[i];
    wide.west -= kFarDegrees;
    wide.east += kFarDegrees;
    wide.south -= kFarDegrees;
    wide.north += kFarDegrees;
    for (size_t j = 0; j < bounds_.size(); ++j) {
      if (j != i && wide.Meets(bounds_[j])) return false;
    }
    return true;
  }

  static double Median(std::vector<double> values) {
    std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
    return values[values.size() / 2];
  }
  static double Spread(std::vector<double> values, double median) {
    for (double& v : values) v = std::abs(v - median);
    return Median(std::move(values));
  }

  // Standard time follows the sun within 2.5 hours everywhere that people live; nobody lives beyond
  // 72 degrees.
  bool LooksSwapped(double lon, double lat) const {
    absl::TimeZone zone;
    if (time_zone_ == "UTC" || !absl::LoadTimeZone(time_zone_, &zone)) return false;
    const double january =
        zone.At(absl::FromUnixSeconds(1673740800)).offset / 3600.0;                  // 2023-01-15
    const double july = zone.At(absl::FromUnixSeconds(1689379200)).offset / 3600.0;  // 2023-07-15
    const double hours = std::min(january, july);
    const auto fits = [&](double x, double y) {
      return std::abs(x / 15 - hours) <= 2.5 && std::abs(y) <= 72;
    };
    return !fits(lon, lat) && fits(lat, lon);
  }

  const LinkedAreas& linked_;
  const std::string& time_zone_;
  std::vector<Bounds> bounds_;
  std::vector<std::vector<int>> children_;
  std::vector<char> sound_;
  std::vector<Pair> pairs_;
  AreaFindings findings_;
};

}  // namespace

AreaFindings CheckAreas(const LinkedAreas& linked, const std::string& time_zone) {
  return Checker(linked, time_zone).Run();
}

}  // namespace lagesbild::app
