#include "app/areas/area_grid.h"

#include <cmath>
#include <numbers>

#include "intake/area_overlay.h"
#include "intake/area_surface.h"

namespace lagesbild::app {
namespace {

constexpr double kMetresADegree = 6'371'007.181 * std::numbers::pi / 180;  // of latitude
constexpr double kScrapShareMin = 0.005;                                   // of a cell

// A, B, … Z, AA, AB, …
std::string ColumnName(int column) {
  std::string name;
  for (int n = column; n >= 0; n = n / 26 - 1)
    name.insert(name.begin(), static_cast<char>('A' + n % 26));
  return name;
}

// Cells from the north-west corner of a box.
struct Grid {
  double west, north;
  double width, height;  // of a cell, degrees
  int columns, rows;

  intake::AreaShape Cell(int column, int row) const {
    return Box(column, row, column + 1, row + 1);
  }
  intake::AreaShape Outline() const { return Box(0, 0, columns, rows); }

 private:
  intake::AreaShape Box(int west_column, int north_row, int east_column, int south_row) const {
    const double w = Lon(west_column), e = Lon(east_column), n = Lat(north_row), s = Lat(south_row);
    return {{{{{w, s}, {e, s}, {e, n}, {w, n}, {w, s}}, {}}}};
  }
  double Lon(int column) const { return RoundedDegree(west + column * width); }
  double Lat(int row) const { return RoundedDegree(north - row * height); }
};

StatusOr<Grid> GridOver(const intake::Bounds& b, double cell_m) {
  if (!(b.east > b.west && b.north > b.south))
    return InvalidArgument("no surface to lay a grid over");
  Grid grid{};
  grid.west = b.west;
  grid.north = b.north;
  grid.height = cell_m / kMetresADegree;
  grid.width = grid.height / std::cos((b.south + b.north) / 2 * std::numbers::pi / 180);
  const double columns = std::ceil((b.east - b.west) / grid.width - 1e-6);
  const double rows = std::ceil((b.north - b.south) / grid.height - 1e-6);
  if (columns * rows > kGridCellsMax) {
    return InvalidArgument(std::to_string(static_cast<int64_t>(columns * rows)) +
                           " cells; at most " + std::to_string(kGridCellsMax) +
                           " are allowed, use larger ones");
  }
  grid.columns = static_cast<int>(std::max(columns, 1.0));
  grid.rows = static_cast<int>(std::max(rows, 1.0));
  return grid;
}

NamedShape CellOf(const NamedShape& city, const GridOptions& options, int column, int row,
                  intake::AreaShape shape) {
  const std::string name = ColumnName(column) + std::to_string(row + 1);
  return {city.id + "-" + name, name, options.cell_level, city.id, std::move(shape)};
}

// As it will be written; parts that vanish by that are dropped.
intake::AreaShape Rounded(intake::AreaShape shape) {
  for (intake::Polygon& polygon : shape.polygons) {
    for (intake::LonLat& p : polygon.outer) p = {RoundedDegree(p.lon), RoundedDegree(p.lat)};
    for (intake::Ring& hole : polygon.holes) {
      for (intake::LonLat& p : hole) p = {RoundedDegree(p.lon), RoundedDegree(p.lat)};
    }
  }
  std::erase_if(shape.polygons,
                [](const intake::Polygon& p) { return intake::SurfaceM2({{p}}) < 1; });
  return shape;
}

}  // namespace

StatusOr<std::vector<NamedShape>> GridOfShape(const NamedShape& city, const GridOptions& options) {
  LB_ASSIGN_OR_RETURN(const Grid grid, GridOver(intake::BoundsOf(city.shape), options.cell_m));
  std::vector<NamedShape> areas = {city};
  for (int row = 0; row < grid.rows; ++row) {
    for (int column = 0; column < grid.columns; ++column) {
      const intake::AreaShape cell = grid.Cell(column, row);
      intake::AreaShape cut = Rounded(intake::Intersection(cell, city.shape));
      if (intake::SurfaceM2(cut) < kScrapShareMin * intake::SurfaceM2(cell)) continue;
      areas.push_back(CellOf(city, options, column, row, std::move(cut)));
    }
  }
  return areas;
}

StatusOr<std::vector<NamedShape>> GridOfBox(NamedShape city, double west, double south, double east,
                                            double north, const GridOptions& options) {
  LB_ASSIGN_OR_RETURN(const Grid grid, GridOver({west, south, east, north}, options.cell_m));
  city.shape = grid.Outline();
  std::vector<NamedShape> areas = {city};
  for (int row = 0; row < grid.rows; ++row) {
    for (int column = 0; column < grid.columns; ++column) {
      areas.push_back(CellOf(city, options, column, row, grid.Cell(column, row)));
    }
  }
  return areas;
}

}  // namespace lagesbild::app
