#include "intake/area_index.h"

#include <algorithm>
#include <boost/geometry/algorithms/correct.hpp>
#include <boost/geometry/algorithms/covered_by.hpp>
#include <boost/geometry/algorithms/envelope.hpp>
#include <boost/geometry/geometries/box.hpp>
#include <boost/geometry/geometries/point_xy.hpp>
#include <boost/geometry/geometries/polygon.hpp>
#include <boost/geometry/index/rtree.hpp>
#include <numeric>
#include <string>
#include <utility>

#include "absl/container/inlined_vector.h"

namespace lagesbild::intake {
namespace {

namespace bg = boost::geometry;
namespace bgi = boost::geometry::index;

// Planar on purpose: RFC 7946 has edges straight in longitude and latitude.
using Point = bg::model::d2::point_xy<double>;
using Box = bg::model::box<Point>;
using BoostPolygon = bg::model::polygon<Point>;

BoostPolygon ToBoost(const Polygon& polygon) {
  BoostPolygon out;
  for (const LonLat& p : polygon.outer) out.outer().emplace_back(p.lon, p.lat);
  for (const Ring& hole : polygon.holes) {
    auto& ring = out.inners().emplace_back();
    for (const LonLat& p : hole) ring.emplace_back(p.lon, p.lat);
  }
  bg::correct(out);  // closes rings, turns them the right way round
  return out;
}

// Steps from each area up to the top of the hierarchy. InvalidArgument: a cycle, or a parent that
// is not there.
StatusOr<std::vector<int>> Depths(std::span<const Area> areas) {
  std::vector<int> depths(areas.size());
  for (size_t i = 0; i < areas.size(); ++i) {
    for (int at = areas[i].parent; at >= 0; at = areas[at].parent) {
      if (at >= static_cast<int>(areas.size()) || ++depths[i] > static_cast<int>(areas.size())) {
        return InvalidArgument("areas: the parents of " + areas[i].id + " lead nowhere");
      }
    }
  }
  return depths;
}

}  // namespace

class AreaIndex::Impl {
 public:
  Impl(std::span<const Area> areas, const std::vector<int>& depths, std::vector<AreaShape> shapes)
      : by_rank_(areas.size()) {
    for (const Area& area : areas) up_.push_back({area.parent, area.radius_m});
    std::iota(by_rank_.begin(), by_rank_.end(), 0);
    std::ranges::sort(by_rank_, [&](int a, int b) {
      return depths[a] != depths[b] ? depths[a] > depths[b] : a < b;
    });
    std::vector<Entry> entries;
    for (size_t rank = 0; rank < by_rank_.size(); ++rank) {
      for (const Polygon& polygon : shapes[by_rank_[rank]].polygons) {
        pieces_.push_back({static_cast<int>(rank), ToBoost(polygon)});
        entries.emplace_back(bg::return_envelope<Box>(pieces_.back().polygon), pieces_.size() - 1);
      }
    }
    tree_ = Tree(entries);
  }

  int Locate(LonLat p, double precision_m) const {
    const Point point(p.lon, p.lat);
    // Pieces are in the order of ranks, so the first that holds the point is of the deepest area.
    absl::InlinedVector<uint32_t, 32> candidates;
    for (auto it = tree_.qbegin(bgi::intersects(point)); it != tree_.qend(); ++it) {
      candidates.push_back(it->second);
    }
    std::ranges::sort(candidates);
    for (const uint32_t c : candidates) {
      if (bg::covered_by(point, pieces_[c].polygon))
        return Climb(by_rank_[pieces_[c].rank], precision_m);
    }
    return -1;
  }

 private:
  struct Up {
    int parent;
    double radius_m;
  };
  struct Piece {
    int rank;
    BoostPolygon polygon;
  };
  using Entry = std::pair<Box, uint32_t>;  // a piece's envelope, its place in pieces_
  using Tree = bgi::rtree<Entry, bgi::rstar<8>>;

  int Climb(int area, double precision_m) const {
    while (area >= 0 && up_[area].radius_m < precision_m) area = up_[area].parent;
    return area;
  }

  std::vector<int> by_rank_;  // areas, the deepest first, of equal depth by index
  std::vector<Up> up_;        // by area
  std::vector<Piece> pieces_;
  Tree tree_;
};

AreaIndex::AreaIndex(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AreaIndex::~AreaIndex() = default;

StatusOr<std::unique_ptr<AreaIndex>> AreaIndex::Build(std::span<const Area> areas,
                                                      std::vector<AreaShape> shapes) {
  if (areas.size() != shapes.size()) {
    return InvalidArgument(std::to_string(areas.size()) + " areas with " +
                           std::to_string(shapes.size()) + " shapes");
  }
  LB_ASSIGN_OR_RETURN(const std::vector<int> depths, Depths(areas));
  return std::unique_ptr<AreaIndex>(
      new AreaIndex(std::make_unique<Impl>(areas, depths, std::move(shapes))));
}

int AreaIndex::Locate(LonLat point, double precision_m) const {
  return impl_->Locate(point, precision_m);
}

}  // namespace lagesbild::intake
