#include "feeds/polisen_types.h"

#include <gtest/gtest.h>

#include "feeds/feeds_testing.h"

namespace lagesbild::feeds {
namespace {

TEST(PolisenTypes, FindsATypeInAnyCaseAndTellsSummaries) {
  const PolisenTypes types = PolisenTypes::Load(DeployFile("sweden/polisen-types.csv")).value();
  ASSERT_NE(types.Find("larm överfall"), nullptr);
  EXPECT_EQ(types.Find("Mord/dråp, försök")->class_name, "attempted-homicide");
  EXPECT_FALSE(types.Find("Misshandel, grov")->multi);
  EXPECT_TRUE(types.Find("Sammanfattning kväll och natt")->multi);
  EXPECT_EQ(types.Find("Lagen om hundar och katter ")->class_name, "animal");
}

TEST(PolisenTypes, AnUnknownTypeIsOtherAndAnUnknownSummaryStillASummary) {
  const PolisenTypes types = PolisenTypes::Load(DeployFile("sweden/polisen-types.csv")).value();
  EXPECT_EQ(types.Find("Något nytt"), nullptr);
  EXPECT_EQ(types.Fallback("Något nytt").class_name, "other");
  EXPECT_FALSE(types.Fallback("Något nytt").multi);
  EXPECT_TRUE(types.Fallback("Sammanfattning lunch").multi);
}

TEST(PolisenTypes, ABadTableNamesItsLine) {
  TempDir dir;
  const auto error = [&](std::string_view text) {
    return Message(PolisenTypes::Load(dir.Store("t.csv", text)).status());
  };
  EXPECT_NE(error("a,b\n").find("t.csv:1: the first line"), std::string::npos);
  EXPECT_NE(error("type,class,multi\nBrand,fire\n").find("t.csv:2: want"), std::string::npos);
  EXPECT_NE(error("type,class,multi\nBrand,fire,no\n").find("t.csv:2: multi"), std::string::npos);
  EXPECT_NE(error("type,class,multi\nBrand,fire,\n\nbrand,x,\n").find("t.csv:4: the type"),
            std::string::npos);
  EXPECT_NE(error("type,class,multi\nBrand,fire,\n").find("needs a line for \"*\""),
            std::string::npos);
}

}  // namespace
}  // namespace lagesbild::feeds
