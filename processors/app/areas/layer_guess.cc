#include "app/areas/layer_guess.h"

#include <algorithm>
#include <set>

namespace lagesbild::app {
namespace {

size_t CountHaving(const std::vector<Feature>& features, const std::string& property) {
  return static_cast<size_t>(std::count_if(features.begin(), features.end(), [&](const Feature& f) {
    const auto it = f.properties.find(property);
    return it != f.properties.end() && !it->second.empty();
  }));
}

bool AllDiffer(const std::vector<Feature>& features, const std::string& property) {
  std::set<std::string> seen;
  for (const Feature& f : features) {
    const auto it = f.properties.find(property);
    if (it != f.properties.end() && !it->second.empty() && !seen.insert(it->second).second)
      return false;
  }
  return true;
}

// Property names, likely ones first, then the rest as they sort.
std::vector<std::string> Candidates(const std::vector<Feature>& features,
                                    const std::vector<std::string>& likely,
                                    const std::vector<std::string>& parts) {
  std::set<std::string> all;
  for (const Feature& f : features) {
    for (const auto& [name, value] : f.properties) all.insert(name);
  }
  std::vector<std::string> names;
  for (const std::string& name : likely) {
    if (all.contains(name)) names.push_back(name);
  }
  for (const std::string& part : parts) {
    for (const std::string& name : all) {
      const bool has = name.find(part) != std::string::npos;
      if (has && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  return names;
}

std::string GuessName(const std::vector<Feature>& features) {
  if (CountHaving(features, "name") > 0) return "name";
  const std::vector<std::string> names =
      Candidates(features, {"namn", "NAME", "NAMN", "Namn"}, {"nam", "NAM"});
  for (const std::string& name : names) {
    if (CountHaving(features, name) == features.size()) return name;
  }
  return names.empty() ? "name" : names.front();
}

std::vector<std::string> GuessId(const std::vector<Feature>& features, const std::string& name) {
  if (CountHaving(features, "id") > 0) return {"id"};  // gaps and doubles in it are to be said
  const std::vector<std::string> candidates =
      Candidates(features, {"ID", "code", "kod", "KOD"}, {"code", "kod", "KOD", "_id", "id", "ID"});
  std::string with_gaps;
  for (const std::string& property : candidates) {
    if (!AllDiffer(features, property)) continue;
    if (CountHaving(features, property) == features.size()) return {property};
    if (with_gaps.empty() && 2 * CountHaving(features, property) > features.size())
      with_gaps = property;
  }
  if (!with_gaps.empty() && with_gaps != name) return {with_gaps, name};
  const bool name_fits =
      AllDiffer(features, name) && CountHaving(features, name) == features.size();
  return {candidates.empty() || name_fits ? name : candidates.front()};
}

}  // namespace

LayerConfig GuessLayer(const std::string& file, const std::vector<Feature>& features,
                       const LayerHints& hints) {
  LayerConfig layer;
  layer.file = file;
  const std::string name = hints.name.empty() ? GuessName(features) : hints.name;
  layer.name = {name};
  layer.id = hints.id.empty() ? GuessId(features, name) : std::vector<std::string>{hints.id};
  if (!hints.parent.empty()) layer.parent = hints.parent;
  layer.level = hints.level;
  if (layer.level.empty() && CountHaving(features, "level") == 0) layer.level = "area";
  return layer;
}

std::string LayerText(const LayerConfig& layer, const std::vector<Feature>& features) {
  const bool by_place = CountHaving(features, layer.parent) == 0;
  return "id: " + ListOf(layer.id) + "; name: " + ListOf(layer.name) + "; level: " +
         (layer.level.empty() ? "property level" : "\"" + layer.level + "\" for all") +
         "; parent: " + (by_place ? "by containment" : layer.parent);
}

}  // namespace lagesbild::app
