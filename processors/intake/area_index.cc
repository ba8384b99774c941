#include "intake/area_index.h"

#include <algorithm>
#include <boost/geometry/algorithms/assign.hpp>
#include <boost/geometry/algorithms/disjoint.hpp>
#include <boost/geometry/algorithms/expand.hpp>
#include <boost/geometry/geometries/box.hpp>
#include <boost/geometry/geometries/point_xy.hpp>
#include <boost/geometry/index/rtree.hpp>
#include <boost/geometry/strategies/cartesian/point_in_poly_winding.hpp>
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

// A ring that is asked for a point looks only at its edges above and below that point: they are
// listed by columns of longitude. Which side of an edge a point is on is Boost's to say, as in
// covered_by over the whole ring (an edge that does not reach the point's longitude adds nothing to
// the winding number); that would cost three times as much.
class ColumnRing {
 public:
  enum class Side { kOutside = -1, kBorder = 0, kInside = 1 };

  explicit ColumnRing(const Ring& ring) {
    for (const LonLat& p : ring) points_.emplace_back(p.lon, p.lat);
    if (ring.empty()) return;
    if (ring.front().lon != ring.back().lon || ring.front().lat != ring.back().lat)
      points_.push_back(points_.front());
    const auto [west, east] =
        std::ranges::minmax(points_, {}, [](const Point& p) { return p.x(); });
    west_ = west.x();
    columns_ = std::max<size_t>(1, points_.size() / kEdgesAColumn);
    per_degree_ = east.x() > west.x() ? static_cast<double>(columns_) / (east.x() - west.x()) : 0;
    std::vector<std::vector<uint32_t>> listed(columns_);
    for (uint32_t i = 0; i + 1 < points_.size(); ++i) {
      const auto [low, high] = std::minmax(points_[i].x(), points_[i + 1].x());
      for (size_t c = Column(low - kMarginDegrees); c <= Column(high + kMarginDegrees); ++c)
        listed[c].push_back(i);
    }
    for (const std::vector<uint32_t>& column : listed) {
      begins_.push_back(static_cast<uint32_t>(edges_.size()));
      edges_.insert(edges_.end(), column.begin(), column.end());
    }
    begins_.push_back(static_cast<uint32_t>(edges_.size()));
  }

  // For points within the ring's box; of others it may say nothing but outside or border.
  Side SideOf(const Point& point) const {
    using Winding = bg::strategy::within::cartesian_winding<Point>;
    if (columns_ == 0) return Side::kOutside;
    Winding::state_type state;
    const size_t column = Column(point.x());
    for (uint32_t e = begins_[column]; e < begins_[column + 1]; ++e) {
      if (!Winding::apply(point, points_[edges_[e]], points_[edges_[e] + 1], state))
        break;  // on it
    }
    return static_cast<Side>(Winding::result(state));
  }

 private:
  static constexpr size_t kEdgesAColumn = 4;
  static constexpr double kMarginDegrees = 1e-9;  // Boost takes nearly equal longitudes for equal

  size_t Column(double lon) const {
    const double c = (lon - west_) * per_degree_;
    return c <= 0 ? 0 : std::min(static_cast<size_t>(c), columns_ - 1);
  }

  std::vector<Point> points_;     // closed
  std::vector<uint32_t> edges_;   // by column; the edge from this point to the next
  std::vector<uint32_t> begins_;  // of each column in edges_, and the end
  size_t columns_ = 0;
  double west_ = 0, per_degree_ = 0;
};

// Outer ring and holes; the borders of both belong to it.
class Piece {
 public:
  Piece(int rank, const Polygon& polygon) : rank_(rank), outer_(polygon.outer) {
    for (const Ring& hole : polygon.holes) holes_.emplace_back(hole);
    bg::assign_inverse(box_);
    for (const LonLat& p : polygon.outer) bg::expand(box_, Point(p.lon, p.lat));
  }
  bool Covers(const Point& point) const {
    if (outer_.SideOf(point) == ColumnRing::Side::kOutside) return false;
    return std::ranges::none_of(holes_, [&](const ColumnRing& hole) {
      return hole.SideOf(point) == ColumnRing::Side::kInside;
    });
  }
  int rank() const { return rank_; }
  const Box& box() const { return box_; }

 private:
  int rank_;
  ColumnRing outer_;
  std::vector<ColumnRing> holes_;
  Box box_;
};

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
        if (polygon.outer.empty()) continue;
        pieces_.emplace_back(static_cast<int>(rank), polygon);
        entries.emplace_back(pieces_.back().box(), static_cast<uint32_t>(pieces_.size() - 1));
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
      if (pieces_[c].Covers(point)) return Climb(by_rank_[pieces_[c].rank()], precision_m);
    }
    return -1;
  }

 private:
  struct Up {
    int parent;
    double radius_m;
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
