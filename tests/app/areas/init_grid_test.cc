// areas grid and init: what they write is taken by areas check and config check.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "app/areas/area_grid.h"
#include "app/config/config.h"
#include "app/config/text_file.h"
#include "app/run_command.h"
#include "app/town_files.h"
#include "intake/area_overlay.h"

namespace lagesbild::app {
namespace {

using ::testing::HasSubstr;

TEST(AreasGrid, ABoxGivesCellsThatCoverTheCity) {
  const Folder folder;
  const Ran grid = RunWords(
      {"areas", "grid", "--bbox", "17.8,59.3,17.9,59.35", "--city", "Ny Stad", "--cell", "1km"});
  ASSERT_EQ(grid.code, 0) << grid.err;
  EXPECT_EQ(grid.err, "36 cells of level cell in 1 city\n");
  EXPECT_THAT(grid.out,
              HasSubstr(R"("id":"ny-stad-A1","name":"A1","level":"cell","parent":"ny-stad")"));
  const Ran check = RunWords({"areas", "check", folder.Write("grid.geojson", grid.out)});
  EXPECT_EQ(check.code, 0) << check.out;
  EXPECT_THAT(check.err, HasSubstr("0 problems, 0 warnings"));
}

TEST(AreasGrid, CellsOfAShapeAreCutAtItsBorder) {
  const Folder folder;
  // A triangle.
  const std::string from =
      folder.Write("city.geojson", R"({"type":"FeatureCollection","features":[{"type":"Feature",
    "properties":{"id":"t","name":"Tri"},"geometry":{"type":"Polygon",
    "coordinates":[[[17.8,59.3],[17.9,59.3],[17.8,59.35],[17.8,59.3]]]}}]})");
  const Ran grid =
      RunWords({"areas", "grid", "--from", from, "--cell", "500m", "--level", "square"});
  ASSERT_EQ(grid.code, 0) << grid.err;
  const Ran check = RunWords({"areas", "check", folder.Write("grid.geojson", grid.out)});
  EXPECT_EQ(check.code, 0) << check.out;
  EXPECT_THAT(check.err, HasSubstr("0 problems, 0 warnings"));
}

TEST(AreasGrid, NamesColumnsAsOnAMapBeyondZ) {
  GridOptions options;
  const auto areas = GridOfBox({"c", "C", "city", "", {}}, 17, 59.3, 17.6, 59.31, options);
  ASSERT_TRUE(areas.ok());
  std::vector<std::string> names;
  for (const NamedShape& area : *areas) names.push_back(area.name);
  EXPECT_EQ(names[1], "A1");
  EXPECT_EQ(names[26], "Z1");
  EXPECT_EQ(names[27], "AA1");
  EXPECT_EQ(names[28], "AB1");
}

TEST(AreasGrid, RefusesWhatItCannotDoWithExit2) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{}, "give either --bbox or --from"},
      {{"--bbox", "1,2,3"}, "is not WEST,SOUTH,EAST,NORTH"},
      {{"--bbox", "18,59,17,60"}, "is not WEST,SOUTH,EAST,NORTH"},
      {{"--bbox", "17,59,18,60", "--cell", "1"}, "is not a length, such as 1km or 500m"},
      {{"--bbox", "17,59,18,60", "--cell", "10m"}, "at most 50000 are allowed"},
      {{"--bbox", "17,59,18,60", "--level", "city"}, "cannot both be of level city"}};
  for (const auto& [flags, message] : cases) {
    std::vector<std::string> words = {"areas", "grid"};
    words.insert(words.end(), flags.begin(), flags.end());
    const Ran ran = RunWords(words);
    EXPECT_EQ(ran.code, 2) << message;
    EXPECT_EQ(ran.out, "");
    EXPECT_THAT(ran.err, HasSubstr(message));
  }
  EXPECT_EQ(RunWords({"areas", "grid", "--from", "/none.geojson"}).code, 66);
}

TEST(Init, WritesAConfigurationThatPassesAndOverwritesNothing) {
  const Folder folder;
  WriteTown(folder);
  const std::string dir = folder.Path("new/town");
  const Ran init = RunWords({"init", dir, "--areas", folder.Path("areas.geojson")});
  ASSERT_EQ(init.code, 0) << init.err;
  EXPECT_THAT(init.out, HasSubstr(dir + "/lagesbild.yaml\n"));
  EXPECT_EQ(RunWords({"config", "check", "--config", dir + "/lagesbild.yaml"}).code, 0);
  EXPECT_EQ(RunWords({"rules", "check", "--config", dir + "/lagesbild.yaml"}).code, 0);
  EXPECT_EQ(RunWords({"areas", "check", "--config", dir + "/lagesbild.yaml"}).code, 0);
  const auto loaded = LoadConfig(dir + "/lagesbild.yaml", {}, {});
  EXPECT_EQ(loaded->config.picture_level, "borough");
  EXPECT_EQ(loaded->settings.rules[1].level, "district");

  const std::string before = *ReadTextFile(dir + "/rules.yaml");
  std::filesystem::remove(dir + "/lagesbild.yaml");
  const Ran again = RunWords({"init", dir, "--areas", folder.Path("areas.geojson")});
  EXPECT_EQ(again.code, 2);
  EXPECT_THAT(again.err, HasSubstr("classes.yaml is there already; init overwrites nothing"));
  EXPECT_FALSE(std::filesystem::exists(dir + "/lagesbild.yaml"));
  EXPECT_EQ(*ReadTextFile(dir + "/rules.yaml"), before);
}

TEST(Init, RefusesAreasThatCannotBeRead) {
  const Folder folder;
  WriteTown(folder, "areas.geojson", "\"id\":\"e\"", "\"id\":\"w\"");
  const Ran ran = RunWords({"init", folder.Path("new"), "--areas", folder.Path("areas.geojson")});
  EXPECT_EQ(ran.code, 65);
  EXPECT_THAT(ran.err, HasSubstr("duplicate id \"w\""));
  EXPECT_FALSE(std::filesystem::exists(folder.Path("new")));
  EXPECT_EQ(RunWords({"init", folder.Path("new"), "--areas", folder.Path("none.geojson")}).code,
            66);
  EXPECT_EQ(RunWords({"init", folder.Path("new")}).code, 2);
}

TEST(Init, TakesALevelAFile) {
  SKIP_UNLESS_SHARED("data/areas/stadsdelar_wgs84.geojson");
  const Folder folder;
  const std::string data = SharedPath("data/areas/");
  const Ran ran = RunWords({"init", folder.Path("stockholm"), "--areas",
                            "borough=" + data + "stadsdelsomraden_wgs84.geojson", "--areas",
                            "district=" + data + "stadsdelar_wgs84.geojson"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto loaded = LoadConfig(folder.Path("stockholm/lagesbild.yaml"), {}, {});
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  EXPECT_EQ(loaded->config.picture_level, "borough");
  EXPECT_EQ(loaded->settings.areas.size(), 130u);
}

// The city of San Antonio, without polygons: a grid, a configuration from it.
TEST(Init, WorksFromAGrid) {
  const Folder folder;
  const Ran grid = RunWords(
      {"areas", "grid", "--bbox=-98.8,29.2,-98.2,29.7", "--city", "San Antonio", "--cell", "2km"});
  ASSERT_EQ(grid.code, 0) << grid.err;
  const Ran init =
      RunWords({"init", folder.Path("sa"), "--areas", folder.Write("grid.geojson", grid.out),
                "--time-zone", "America/Chicago"});
  ASSERT_EQ(init.code, 0) << init.err;
  const auto loaded = LoadConfig(folder.Path("sa/lagesbild.yaml"), {}, {});
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  EXPECT_EQ(loaded->settings.time_zone, "America/Chicago");
  EXPECT_EQ(loaded->settings.areas.size(), 841u);
}

// deploy/example is what init writes, so that its comments never fall behind.
TEST(Init, TheExampleInDeployIsItsOwnWork) {
  const std::string example = std::string(LAGESBILD_SOURCE_DIR) + "/deploy/example/";
  const Folder folder;
  const Ran grid = RunWords({"areas", "grid", "--bbox", "17.80,59.35,17.86,59.377", "--city",
                             "Exempelstad", "--city-level", "borough", "--level", "district"});
  ASSERT_EQ(
      RunWords({"init", folder.Path("e"), "--areas", folder.Write("g.geojson", grid.out)}).code, 0);
  for (const char* name :
       {"lagesbild.yaml", "classes.yaml", "sources.yaml", "rules.yaml", "areas.geojson"}) {
    EXPECT_EQ(*ReadTextFile(example + name), *ReadTextFile(folder.Path("e/") + name)) << name;
  }
}

}  // namespace
}  // namespace lagesbild::app
