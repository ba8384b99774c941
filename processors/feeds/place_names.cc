#include "feeds/place_names.h"

#include "feeds/text.h"

namespace lagesbild::feeds {
namespace {

constexpr std::string_view kCountySuffix = " län";

std::string_view WithoutSuffix(std::string_view name) {
  if (name.ends_with(kCountySuffix)) name.remove_suffix(kCountySuffix.size());
  return name;
}

}  // namespace

PlaceNames::PlaceNames(const Settings& settings, const Levels& levels) {
  const auto add = [](auto& map, const std::string& name, const std::string& id) {
    const auto [at, fresh] = map.emplace(name, id);
    if (!fresh) at->second.clear();
  };
  for (const Area& area : settings.areas) {
    const std::string name = FoldCase(Trim(area.name));
    if (area.level == levels.municipality) add(municipalities_, name, area.id);
    if (area.level == levels.county) add(counties_, std::string(WithoutSuffix(name)), area.id);
  }
}

bool PlaceNames::IsCounty(std::string_view name) { return FoldCase(name).ends_with(kCountySuffix); }

std::string PlaceNames::Find(std::string_view name) const {
  const std::string folded = FoldCase(Trim(name));
  const bool county = folded.ends_with(kCountySuffix);
  const auto& map = county ? counties_ : municipalities_;
  const auto at = map.find(std::string(WithoutSuffix(folded)));
  return at == map.end() ? std::string() : at->second;
}

}  // namespace lagesbild::feeds
