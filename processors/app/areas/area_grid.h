// BuildGrid: square cells for a city that has no districts drawn.
//
// In: the city (a shape or a box), the length of a cell's side. Out: the city and its cells, west
// to east and north to south, named as on a map: column letters and row number ("C12"). Cells of a
// shape are cut at its border; a scrap of less than 0.5 % of a cell is left out. Pure; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "app/areas/geojson_writer.h"
#include "base/status.h"

namespace lagesbild::app {

struct GridOptions {
  double cell_m = 1000;
  std::string cell_level = "cell";
};
inline constexpr int kGridCellsMax = 50'000;  // a city

// `city.shape` is cut into cells; InvalidArgument: it has no surface, or there would be too many
// cells.
StatusOr<std::vector<NamedShape>> GridOfShape(const NamedShape& city, const GridOptions& options);

// The same for a box in degrees, which grows to the east and south until it holds whole cells.
StatusOr<std::vector<NamedShape>> GridOfBox(NamedShape city, double west, double south, double east,
                                            double north, const GridOptions& options);

}  // namespace lagesbild::app
