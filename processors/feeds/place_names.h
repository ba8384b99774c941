// PlaceNames: the area that a place name of the police feed means.
//
// In: "Stockholm" (a municipality), "Stockholms län" (a county), whatever the case of their
// letters; out: the id of an area of the configuration. The rule: a name that ends in " län" is an
// area of the county level, called that or that without " län"; any other name is an area of the
// municipality level. Immutable; thread-compatible.
#pragma once

#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "base/settings.h"

namespace lagesbild::feeds {

class PlaceNames {
 public:
  struct Levels {
    std::string municipality = "municipality";
    std::string county = "county";
  };
  PlaceNames() = default;  // knows no name
  // Of two areas of one name and level, the name means neither.
  PlaceNames(const Settings& settings, const Levels& levels);

  // The area's id; empty: no area has that name.
  std::string Find(std::string_view name) const;

  static bool IsCounty(std::string_view name);  // ends in " län"

 private:
  absl::flat_hash_map<std::string, std::string> municipalities_, counties_;
};

}  // namespace lagesbild::feeds
