// The map file of `feed csv --map FILE`: which column of a CSV file is what. Every key with its
// meaning: deploy/san-antonio/calls-map.yaml.
#pragma once

#include <string>

#include "base/settings.h"
#include "base/status.h"
#include "feeds/csv_map.h"

namespace lagesbild::app {

// InvalidArgument: one error a line, each file:line. NotFound: no such file. With `settings` (may
// be null) the org, the classes and the area that the map names must be in the configuration.
StatusOr<feeds::CsvMap> LoadCsvMap(const std::string& path, const Settings* settings);

}  // namespace lagesbild::app
