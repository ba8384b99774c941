// GuessLayer: which properties of a GeoJSON file are the id, name, level and parent of its areas,
// for commands that are given a file and no configuration. What the person says goes before what is
// guessed. Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "app/areas/geojson.h"
#include "app/config/config.h"

namespace lagesbild::app {

// What the person said. Empty: guess.
struct LayerHints {
  std::string id, name, parent, level;
};

// Id: the property `id`, else one that every feature has with a value of its own; with gaps, filled
// from the name. Name: `name`, else one like it. Level: the property `level`, else "area" for all.
LayerConfig GuessLayer(const std::string& file, const std::vector<Feature>& features,
                       const LayerHints& hints);

// "id: code5, name; name: name; level: area; parent: by containment", for a person to see what was
// guessed.
std::string LayerText(const LayerConfig& layer, const std::vector<Feature>& features);

}  // namespace lagesbild::app
