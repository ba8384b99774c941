#include "intake/area_index.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "intake/town.h"

namespace lagesbild::intake {
namespace {

constexpr int kLan = 0, kHv = 1, kWest = 2, kEast = 3, kSol = 4, kNone = -1;

TEST(AreaIndex, APointIsInTheDeepestAreaThatHoldsIt) {
  const Town town = MakeTown();
  EXPECT_EQ(town.areas->Locate({17.82, 59.35}, 25), kWest);
  EXPECT_EQ(town.areas->Locate({17.88, 59.35}, 25), kEast);
  EXPECT_EQ(town.areas->Locate({17.95, 59.35}, 25), kSol);
  EXPECT_EQ(town.areas->Locate({17.1, 59.9}, 25), kLan);
  EXPECT_EQ(town.areas->Locate({16.9, 59.9}, 25), kNone);
}

TEST(AreaIndex, AnImprecisePointGoesUpUntilTheAreaIsAsWide) {
  const Town town = MakeTown();
  EXPECT_EQ(town.areas->Locate({17.82, 59.35}, 3'000), kWest);
  EXPECT_EQ(town.areas->Locate({17.82, 59.35}, 3'000.1), kHv);
  EXPECT_EQ(town.areas->Locate({17.82, 59.35}, 5'000), kLan);
  EXPECT_EQ(town.areas->Locate({17.82, 59.35}, 50'000), kNone);
}

TEST(AreaIndex, ASharedBorderBelongsToTheAreaOfTheLowerIndex) {
  const Town town = MakeTown();
  EXPECT_EQ(town.areas->Locate({17.85, 59.35}, 25), kWest);
  EXPECT_EQ(town.areas->Locate({17.9, 59.35}, 25), kEast);  // deeper than sol
  EXPECT_EQ(town.areas->Locate({17.8, 59.3}, 25), kWest);   // a corner
  EXPECT_EQ(town.areas->Locate({19, 60}, 25), kLan);
}

TEST(AreaIndex, AHoleIsOutsideAndAnIslandInside) {
  AreaShape shape = Square(0, 0, 10, 10);
  shape.polygons[0].holes.push_back({{4, 4}, {4, 6}, {6, 6}, {6, 4}, {4, 4}});
  shape.polygons.push_back(Square(20, 20, 21, 21).polygons[0]);
  const std::vector<Area> areas = {{.id = "a", .radius_m = 1000}};
  const auto index = AreaIndex::Build(areas, {shape});
  ASSERT_TRUE(index.ok());
  EXPECT_EQ((*index)->Locate({5, 5}, 0), -1);
  EXPECT_EQ((*index)->Locate({4, 5}, 0), 0);  // the hole's edge
  EXPECT_EQ((*index)->Locate({1, 1}, 0), 0);
  EXPECT_EQ((*index)->Locate({20.5, 20.5}, 0), 0);
  EXPECT_EQ((*index)->Locate({15, 15}, 0), -1);
}

TEST(AreaIndex, TheDirectionOfARingDoesNotMatter) {
  AreaShape shape = Square(0, 0, 10, 10);
  std::ranges::reverse(shape.polygons[0].outer);
  const std::vector<Area> areas = {{.id = "a", .radius_m = 1000}};
  const auto index = AreaIndex::Build(areas, {shape});
  ASSERT_TRUE(index.ok());
  EXPECT_EQ((*index)->Locate({5, 5}, 0), 0);
  EXPECT_EQ((*index)->Locate({11, 5}, 0), -1);
}

TEST(AreaIndex, RefusesAreasWithoutShapesAndParentsInACircle) {
  std::vector<Area> areas = {{.id = "a", .parent = 1}, {.id = "b", .parent = 0}};
  EXPECT_EQ(AreaIndex::Build(areas, {Square(0, 0, 1, 1)}).status().code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(AreaIndex::Build(areas, {Square(0, 0, 1, 1), Square(0, 0, 1, 1)}).status().code(),
            StatusCode::kInvalidArgument);
  areas[0].parent = 7;
  EXPECT_EQ(AreaIndex::Build(areas, {Square(0, 0, 1, 1), Square(0, 0, 1, 1)}).status().code(),
            StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace lagesbild::intake
