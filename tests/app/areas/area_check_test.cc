#include "app/areas/area_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "app/areas/layer_guess.h"
#include "app/folder.h"
#include "intake/area_overlay.h"

namespace lagesbild::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

intake::AreaShape Box(double west, double south, double east, double north) {
  return {{{{{west, south}, {east, south}, {east, north}, {west, north}, {west, south}}, {}}}};
}

// Areas one by one; levels are borough and district.
class Map {
 public:
  Map& Add(const std::string& id, const std::string& level, const std::string& parent,
           intake::AreaShape shape) {
    RawArea area;
    area.id = area.name = id;
    area.level = level;
    area.parent = parent;
    area.shape = std::move(shape);
    area.surface_m2 = intake::SurfaceM2(area.shape);
    area.where = {id, 0};
    raw_.push_back(std::move(area));
    return *this;
  }
  AreaFindings Check(const std::string& zone = "Europe/Stockholm") {
    Diagnostics diagnostics;
    const LinkedAreas linked = LinkAreas(raw_, diagnostics);
    EXPECT_THAT(diagnostics.errors(), IsEmpty());
    return CheckAreas(linked, zone);
  }

 private:
  std::vector<RawArea> raw_;
};

Map TwoHalves() {
  return Map()
      .Add("b", "borough", "", Box(17.8, 59.3, 17.9, 59.4))
      .Add("w", "district", "b", Box(17.8, 59.3, 17.85, 59.4))
      .Add("e", "district", "b", Box(17.85, 59.3, 17.9, 59.4));
}

TEST(CheckAreas, FindsNothingWrongWithTwoHalves) {
  const AreaFindings found = TwoHalves().Check();
  EXPECT_THAT(found.problems, IsEmpty());
  EXPECT_THAT(found.warnings, IsEmpty());
  ASSERT_EQ(found.levels.size(), 2u);
  EXPECT_EQ(found.levels[0].level, "borough");
  EXPECT_NEAR(found.levels[0].km2, 63.2, 0.2);
  EXPECT_EQ(found.levels[1].areas, 2);
}

TEST(CheckAreas, FindsLeavesThatOverlapByMoreThanAHundredthOfTheSmaller) {
  EXPECT_THAT(
      TwoHalves().Add("x", "district", "b", Box(17.8, 59.39, 17.81, 59.41)).Check().problems,
      ElementsAre("w and x: overlap by 0.633 km², 50.0 % of the smaller"));
  Map slight = Map()
                   .Add("b", "borough", "", Box(17.8, 59.3, 17.9, 59.4))
                   .Add("w", "district", "b", Box(17.8, 59.3, 17.8504, 59.4))
                   .Add("e", "district", "b", Box(17.85, 59.3, 17.9, 59.4));
  EXPECT_THAT(slight.Check().problems, IsEmpty()) << "0.8 %";
}

TEST(CheckAreas, FindsHolesInTheCoverage) {
  Map map = Map()
                .Add("b", "borough", "", Box(17.8, 59.3, 17.9, 59.4))
                .Add("w", "district", "b", Box(17.8, 59.3, 17.85, 59.4))
                .Add("e", "district", "b", Box(17.86, 59.3, 17.9, 59.4));
  const AreaFindings found = map.Check();
  EXPECT_THAT(found.problems, IsEmpty());
  EXPECT_THAT(found.warnings,
              ElementsAre("b: 6.3 km² (10.0 %) is in none of its 2 areas below it"));
}

TEST(CheckAreas, FindsOutlinesThatCrossThemselves) {
  intake::AreaShape bow = {
      {{{{17.8, 59.3}, {17.85, 59.4}, {17.85, 59.3}, {17.8, 59.38}, {17.8, 59.3}}, {}}}};
  Map map = Map()
                .Add("b", "borough", "", Box(17.8, 59.3, 17.9, 59.4))
                .Add("w", "district", "b", bow)
                .Add("e", "district", "b", Box(17.85, 59.3, 17.9, 59.4));
  EXPECT_THAT(map.Check().problems,
              ElementsAre("w: the outline crosses itself at 17.822222, 59.344444"));
}

TEST(CheckAreas, FindsAnAreaOfTheWrongLevel) {
  EXPECT_THAT(
      TwoHalves().Add("all", "district", "b", Box(17.8, 59.3, 17.9, 59.4)).Check().problems,
      ElementsAre("all: wrong level? It is of level district and holds 2 of that level: w, e"));
}

TEST(CheckAreas, FindsAnAreaOutsideItsParent) {
  EXPECT_THAT(TwoHalves().Add("x", "district", "b", Box(17.95, 59.3, 17.96, 59.4)).Check().problems,
              ElementsAre("x: lies outside its parent b"));
}

TEST(CheckAreas, FindsOneAreaWithSwappedCoordinates) {
  EXPECT_THAT(
      TwoHalves().Add("x", "district", "", Box(59.3, 17.9, 59.4, 17.95)).Check().problems,
      ElementsAre(HasSubstr(
          "x: longitude and latitude look swapped: it lies at longitude 59.3, latitude 17.9")));
}

TEST(CheckAreas, FindsThatAllAreSwappedByTheTimeZone) {
  Map map = Map()
                .Add("w", "district", "", Box(59.3, 17.8, 59.4, 17.85))
                .Add("e", "district", "", Box(59.3, 17.85, 59.4, 17.9));
  EXPECT_THAT(map.Check().problems, ElementsAre(HasSubstr("longitude and latitude look swapped")));
  EXPECT_THAT(map.Check("Asia/Muscat").problems, IsEmpty()) << "they may really be in Oman";
}

TEST(CheckAreas, TakesTheAmericasForWhatTheyAre) {
  Map map = Map().Add("s", "district", "", Box(-98.7, 29.2, -98.2, 29.7));
  EXPECT_THAT(map.Check("America/Chicago").problems, IsEmpty());
  EXPECT_THAT(map.Check("Europe/Stockholm").problems, IsEmpty());
}

TEST(CheckAreas, TakesUnionsOfRealBordersWithWarningsOnly) {
  SKIP_UNLESS_SHARED("data/areas/stadsdelsomraden_wgs84.geojson");
  const std::string file = SharedPath("data/areas/stadsdelsomraden_wgs84.geojson");
  Diagnostics diagnostics;
  std::vector<Feature> features;
  ASSERT_EQ(ReadGeoJson(file, {file, 0}, diagnostics, features), GeoJsonFile::kRead);
  const LayerConfig layer = GuessLayer(file, features, {});
  EXPECT_THAT(layer.id, ElementsAre("name"));
  std::vector<RawArea> raw;
  AreasFromFeatures(std::move(features), layer, {file, 0}, diagnostics, raw);
  const AreaFindings found = CheckAreas(LinkAreas(std::move(raw), diagnostics), "Europe/Stockholm");
  EXPECT_THAT(found.problems, IsEmpty());
  EXPECT_THAT(found.warnings, ElementsAre(HasSubstr("Bromma: the outline touches itself"),
                                          HasSubstr("Skärholmen: the outline has a spike")));
}

TEST(GuessLayer, FindsThePropertiesOfRealFiles) {
  SKIP_UNLESS_SHARED("data/areas/kommuner_wgs84.geojson");
  const auto guess = [](const std::string& name) {
    const std::string file = SharedPath("data/areas/" + name);
    Diagnostics diagnostics;
    std::vector<Feature> features;
    EXPECT_EQ(ReadGeoJson(file, {file, 0}, diagnostics, features), GeoJsonFile::kRead);
    return LayerText(GuessLayer(file, features, {}), features);
  };
  EXPECT_EQ(guess("kommuner_wgs84.geojson"),
            "id: id; name: kom_namn; level: \"area\" for all; parent: by containment");
  EXPECT_EQ(guess("lan_wgs84.geojson"),
            "id: code; name: name; level: \"area\" for all; parent: by containment");
  EXPECT_EQ(guess("stadsdelar_wgs84.geojson"),
            "id: code5, name; name: name; level: \"area\" for all; parent: by containment");
  EXPECT_EQ(guess("hasselby_vallingby_wgs84.geojson"),
            "id: code5, name; name: name; level: property level; parent: by containment");
}

TEST(Overlay, GivesWhatBothCover) {
  const intake::AreaShape both = intake::Intersection(Box(0, 0, 2, 2), Box(1, 1, 3, 3));
  EXPECT_NEAR(intake::SurfaceM2(both) / intake::SurfaceM2(Box(1, 1, 2, 2)), 1, 1e-9);
  EXPECT_THAT(intake::Intersection(Box(0, 0, 1, 1), Box(1, 0, 2, 1)).polygons, IsEmpty())
      << "they only touch";
}

TEST(Surface, SubtractsHolesAndDoesNotMindTheDirection) {
  intake::AreaShape holed = Box(0, 0, 2, 2);
  holed.polygons[0].holes.push_back(Box(0.5, 0.5, 1, 1).polygons[0].outer);
  EXPECT_NEAR(intake::SurfaceM2(holed),
              intake::SurfaceM2(Box(0, 0, 2, 2)) - intake::SurfaceM2(Box(0.5, 0.5, 1, 1)), 1);
  EXPECT_FALSE(intake::Covers(holed, {0.75, 0.75}));
  EXPECT_TRUE(intake::Covers(holed, {0.25, 0.75}));
  intake::AreaShape turned = holed;
  std::reverse(turned.polygons[0].outer.begin(), turned.polygons[0].outer.end());
  EXPECT_DOUBLE_EQ(intake::SurfaceM2(turned), intake::SurfaceM2(holed));
}

TEST(Surface, IsThatOfTheEllipsoid) {
  // 510.0656 million km²: the surface of WGS84.
  EXPECT_NEAR(intake::SurfaceM2(Box(-180, -90, 180, 90)) / 1e12, 510.0656, 0.0005);
}

}  // namespace
}  // namespace lagesbild::app
