// AreaIndex: the deepest area that holds a point. Boost.Geometry's R-tree and winding rule, edges
// straight in lon/lat (RFC 7946). In: WGS84 degrees; out: an index into the areas it was built
// from. Immutable; thread-compatible. Source of the rule: contract, Report ("a point counts in the
// deepest area that contains it and whose equal-area radius is at least precision_m").
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/settings.h"
#include "base/status.h"

namespace lagesbild::intake {

struct LonLat {
  double lon = 0, lat = 0;
};
using Ring = std::vector<LonLat>;  // closed: first point repeated at the end
struct Polygon {
  Ring outer;
  std::vector<Ring> holes;
};
struct AreaShape {
  std::vector<Polygon> polygons;
};

class AreaIndex {
 public:
  // `shapes[i]` is the shape of `areas[i]`; the areas' parents and radius_m are set.
  // InvalidArgument: sizes differ.
  static StatusOr<std::unique_ptr<AreaIndex>> Build(std::span<const Area> areas,
                                                    std::vector<AreaShape> shapes);
  ~AreaIndex();

  // The deepest area holding the point whose radius_m ≥ precision_m (its ancestors are tried); -1:
  // none. A point on a shared border belongs to the area of the lower index.
  int Locate(LonLat point, double precision_m) const;

 private:
  class Impl;
  explicit AreaIndex(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace lagesbild::intake
