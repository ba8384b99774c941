#include "app/areas/areas_file.h"

#include <algorithm>
#include <map>

#include "absl/container/flat_hash_map.h"
#include "app/areas/geojson.h"
#include "intake/area_surface.h"

namespace lagesbild::app {
namespace {

constexpr int kParallels = 9;       // along which an area is sampled to find its parent
constexpr double kShareMin = 0.25;  // of an area that must lie in its parent
constexpr size_t kIdBytesMax = 128;
constexpr size_t kNameBytesMax = 200;

bool Matches(const Feature& feature, const LayerConfig& layer) {
  return std::all_of(layer.where.begin(), layer.where.end(), [&](const auto& condition) {
    const auto it = feature.properties.find(condition.first);
    return it != feature.properties.end() &&
           std::find(condition.second.begin(), condition.second.end(), it->second) !=
               condition.second.end();
  });
}

std::string FirstOf(const Feature& feature, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const auto it = feature.properties.find(name);
    if (it != feature.properties.end() && !it->second.empty()) return it->second;
  }
  return "";
}

bool HasControl(const std::string& text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// "allowed: …" for a property that is not there.
std::string PropertiesOf(const Feature& feature) {
  std::vector<std::string> names;
  for (const auto& [name, value] : feature.properties) names.push_back(name);
  return names.empty() ? "it has no properties" : "it has " + ListOf(names);
}

RawArea AreaOf(const Feature& feature, const LayerConfig& layer) {
  RawArea area;
  area.id = FirstOf(feature, layer.id);
  area.name = FirstOf(feature, layer.name);
  if (area.name.empty()) area.name = area.id;
  area.level = layer.level.empty() ? FirstOf(feature, {"level"}) : layer.level;
  area.parent = FirstOf(feature, {layer.parent});
  area.where.file = layer.file + ": feature " + std::to_string(feature.number) +
                    (area.id.empty() ? "" : " (" + area.id.substr(0, 80) + ")");
  return area;
}

// Empty: nothing is wrong with it.
std::string ProblemOf(const RawArea& area, const Feature& feature, const LayerConfig& layer) {
  if (area.id.empty()) {
    return "no id: property " + ListOf(layer.id) + " is missing or empty; " + PropertiesOf(feature);
  }
  if (area.id.size() > kIdBytesMax || HasControl(area.id)) {
    return "id is longer than 128 bytes or has control characters";
  }
  if (area.name.size() > kNameBytesMax || HasControl(area.name)) {
    return "name is longer than 200 bytes or has control characters";
  }
  if (area.level.empty()) {
    return "no level: property level is missing; give the layer one (areas.layers: level: …)";
  }
  return feature.problem;
}

// Finds the parent of each area by what was written, else by where it lies.
class Linker {
 public:
  Linker(const std::vector<RawArea>& raw, const std::vector<std::string>& levels,
         Diagnostics& diagnostics)
      : raw_(raw), diagnostics_(diagnostics) {
    for (size_t i = 0; i < levels.size(); ++i) rank_[levels[i]] = static_cast<int>(i);
    by_level_.resize(levels.size());
    for (size_t i = 0; i < raw.size(); ++i) {
      ids_.emplace(raw[i].id, static_cast<int>(i));
      by_level_[Rank(i)].push_back(static_cast<int>(i));
      bounds_.push_back(intake::BoundsOf(raw[i].shape));
    }
  }

  int ParentOf(size_t i) const { return raw_[i].parent.empty() ? ByPlace(i) : ByWord(i); }

 private:
  int Rank(size_t i) const { return rank_.at(raw_[i].level); }

  // The area of the next coarser level that holds most of this one; borders of two files never
  // agree to the metre.
  int ByPlace(size_t i) const {
    const std::vector<intake::InteriorPoint> inside =
        intake::InteriorPoints(raw_[i].shape, kParallels);
    for (int rank = Rank(i) - 1; rank >= 0; --rank) {
      int best = -1;
      double most = 0;
      for (const int candidate : by_level_[rank]) {
        if (!bounds_[candidate].Meets(bounds_[i])) continue;
        double share = 0;
        for (const intake::InteriorPoint& p : inside) {
          if (bounds_[candidate].Holds(p.at) && intake::Covers(raw_[candidate].shape, p.at))
            share += p.share;
        }
        if (share > most) {
          most = share;
          best = candidate;
        }
      }
      if (most >= kShareMin) return best;
    }
    return -1;
  }

  int ByWord(size_t i) const {
    const RawArea& area = raw_[i];
    int found = -1;
    if (const auto it = ids_.find(area.parent); it != ids_.end() && Rank(it->second) < Rank(i))
      return it->second;
    for (int rank = Rank(i) - 1; rank >= 0 && found < 0; --rank) {
      for (const int candidate : by_level_[rank]) {
        if (raw_[candidate].name != area.parent) continue;
        if (found >= 0) {
          diagnostics_.Error(area.where,
                             "parent \"" + area.parent + "\" is the name of two areas; use the id");
          return -1;
        }
        found = candidate;
      }
    }
    if (found < 0) Unknown(area);
    return found;
  }

  void Unknown(const RawArea& area) const {
    if (const auto it = ids_.find(area.parent); it != ids_.end()) {
      const RawArea& parent = raw_[it->second];
      diagnostics_.Error(area.where, "wrong level: its parent \"" + area.parent +
                                         "\" is of level " + parent.level +
                                         ", not of one coarser than " + area.level +
                                         " (levels are ordered by size)");
      return;
    }
    std::vector<std::string> ids;
    for (const RawArea& other : raw_) ids.push_back(other.id);
    diagnostics_.Error(area.where,
                       "unknown parent \"" + area.parent + "\"" + DidYouMean(area.parent, ids));
  }

  const std::vector<RawArea>& raw_;
  Diagnostics& diagnostics_;
  std::map<std::string, int> rank_;
  absl::flat_hash_map<std::string, int> ids_;
  std::vector<std::vector<int>> by_level_;
  std::vector<intake::Bounds> bounds_;
};

// Parents as written that go round in a circle: levels cannot order them, so they are told apart
// here.
void ReportCycles(const std::vector<RawArea>& raw, Diagnostics& diagnostics) {
  absl::flat_hash_map<std::string, size_t> ids;
  for (size_t i = 0; i < raw.size(); ++i) ids.emplace(raw[i].id, i);
  std::vector<char> seen(raw.size(), 0);  // 1: on this walk, 2: done
  for (size_t start = 0; start < raw.size(); ++start) {
    std::vector<size_t> walk;
    size_t at = start;
    while (seen[at] == 0) {
      seen[at] = 1;
      walk.push_back(at);
      const auto it = ids.find(raw[at].parent);
      if (raw[at].parent.empty() || it == ids.end()) break;
      at = it->second;
      if (seen[at] == 1) {
        std::string names = raw[at].id;
        for (size_t i = walk.size(); i-- > 0;) {
          names = raw[walk[i]].id + " → " + names;
          if (walk[i] == at) break;
        }
        diagnostics.Error(raw[at].where, "parents form a circle: " + names);
      }
    }
    for (const size_t i : walk) seen[i] = 2;
  }
}

}  // namespace

void AreasFromFeatures(std::vector<Feature> features, const LayerConfig& layer,
                       const Where& named_at, Diagnostics& diagnostics, std::vector<RawArea>& out) {
  bool any = false;
  for (Feature& feature : features) {
    if (!Matches(feature, layer)) continue;
    any = true;
    RawArea area = AreaOf(feature, layer);
    if (const std::string problem = ProblemOf(area, feature, layer); !problem.empty()) {
      diagnostics.Error(area.where, problem);
      continue;
    }
    area.shape = std::move(feature.shape);
    area.surface_m2 = intake::SurfaceM2(area.shape);
    out.push_back(std::move(area));
  }
  if (!any) {
    diagnostics.Error(named_at,
                      layer.file + (features.empty() ? ": has no features"
                                                     : ": no feature is what `where` asks for"));
  }
}

void ReadAreaLayer(const LayerConfig& layer, const std::string& config_file,
                   Diagnostics& diagnostics, std::vector<RawArea>& out) {
  const Where named_at{config_file, layer.line};
  std::vector<Feature> features;
  if (ReadGeoJson(layer.file, named_at, diagnostics, features) != GeoJsonFile::kRead) return;
  AreasFromFeatures(std::move(features), layer, named_at, diagnostics, out);
}

std::vector<std::string> LevelsOf(const std::vector<RawArea>& raw) {
  std::map<std::string, std::pair<double, int>> sums;
  for (const RawArea& area : raw) {
    sums[area.level].first += area.surface_m2;
    ++sums[area.level].second;
  }
  std::vector<std::string> levels;
  for (const auto& [level, sum] : sums) levels.push_back(level);
  const auto mean = [&](const std::string& level) {
    return sums[level].first / sums[level].second;
  };
  std::sort(levels.begin(), levels.end(), [&](const std::string& a, const std::string& b) {
    return mean(a) != mean(b) ? mean(a) > mean(b) : a < b;
  });
  return levels;
}

LinkedAreas LinkAreas(std::vector<RawArea> raw, Diagnostics& diagnostics) {
  absl::flat_hash_map<std::string, Where> first;
  std::vector<RawArea> unique;
  for (RawArea& area : raw) {
    const auto [it, is_new] = first.emplace(area.id, area.where);
    if (!is_new) {
      diagnostics.Error(area.where,
                        "duplicate id \"" + area.id + "\", first in " + it->second.Text());
      continue;
    }
    unique.push_back(std::move(area));
  }
  LinkedAreas linked;
  linked.levels = LevelsOf(unique);
  ReportCycles(unique, diagnostics);
  const Linker linker(unique, linked.levels, diagnostics);
  for (size_t i = 0; i < unique.size(); ++i) {
    Area& area = linked.areas.emplace_back();
    area.id = unique[i].id;
    area.name = unique[i].name;
    area.level = unique[i].level;
    area.parent = linker.ParentOf(i);
    area.radius_m = intake::EqualAreaRadiusM(unique[i].surface_m2);
  }
  for (RawArea& area : unique) {
    linked.surfaces_m2.push_back(area.surface_m2);
    linked.shapes.push_back(std::move(area.shape));
  }
  return linked;
}

}  // namespace lagesbild::app
