#include "feeds/place_names.h"

#include <gtest/gtest.h>

namespace lagesbild::feeds {
namespace {

Settings Sweden() {
  Settings settings;
  settings.areas = {{.id = "01", .name = "Stockholms", .level = "county"},
                    {.id = "08", .name = "Kalmar län", .level = "county"},
                    {.id = "0180", .name = "Stockholm", .level = "municipality"},
                    {.id = "0880", .name = "Kalmar", .level = "municipality"},
                    {.id = "1256", .name = "Östra Göinge", .level = "municipality"},
                    {.id = "9901", .name = "Twin", .level = "municipality"},
                    {.id = "9902", .name = "Twin", .level = "municipality"},
                    {.id = "d1", .name = "Kista", .level = "district"}};
  return settings;
}

TEST(PlaceNames, TellsMunicipalitiesFromCountiesOfTheSameName) {
  const PlaceNames names(Sweden(), {});
  EXPECT_EQ(names.Find("Stockholm"), "0180");
  EXPECT_EQ(names.Find("Stockholms län"), "01");
  EXPECT_EQ(names.Find("Kalmar"), "0880");
  EXPECT_EQ(names.Find("Kalmar län"), "08");
}

TEST(PlaceNames, TakesAnyCaseSwedishLettersToo) {
  const PlaceNames names(Sweden(), {});
  EXPECT_EQ(names.Find("östra göinge"), "1256");
  EXPECT_EQ(names.Find("ÖSTRA GÖINGE "), "1256");
}

TEST(PlaceNames, FindsNothingOfAnotherLevelOrOfTwoMeanings) {
  const PlaceNames names(Sweden(), {});
  EXPECT_EQ(names.Find("Kista"), "");
  EXPECT_EQ(names.Find("Twin"), "");
  EXPECT_EQ(names.Find("Atlantis län"), "");
  EXPECT_EQ(PlaceNames().Find("Stockholm"), "");
}

}  // namespace
}  // namespace lagesbild::feeds
