// IntakeConfiguration: what intake works with: settings, polygons, secret; built by app/config.
// Immutable.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/settings.h"
#include "intake/area_index.h"

namespace lagesbild::stream {

struct IntakeConfiguration {
  Settings settings;                         // indexed; settings.version decides who serves
  std::unique_ptr<intake::AreaIndex> areas;  // same order as settings.areas
  std::string secret;                        // key of the reporter and key hashes
  std::string hash;                          // over all of this; no spaces
};

}  // namespace lagesbild::stream
