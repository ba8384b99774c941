#include "feeds/csv_feed.h"

#include <gtest/gtest.h>

#include "feeds/feeds_testing.h"

namespace lagesbild::feeds {
namespace {

class CsvFeedTest : public ::testing::Test {
 protected:
  CsvFeedTest() {
    map_.org = "calls";
    map_.id = {"id"};
    map_.occurred = {"date", "time"};
    map_.class_name = {"type"};
    map_.lat = "lat";
    map_.lon = "lon";
    map_.time_format = "%m/%d/%y %I:%M:%S %p";
    absl::LoadTimeZone("America/Chicago", &map_.zone);
    map_.classes = {{"Fire, big", "fire"}, {"Theft", "theft"}, {"Information", ""}};
  }

  StatusOr<CsvCounts> Play(std::string_view rows) {
    const std::string header = "id,date,time,type,lat,lon\n";
    return PlayCsv(dir_.Store("calls.csv", header + std::string(rows)), map_, out_);
  }

  TempDir dir_;
  CsvMap map_;
  KeepingPublisher out_;
};

TEST_F(CsvFeedTest, ARowBecomesAReportInLocalTime) {
  const auto counts = Play(
      "A-1,03/12/23,01:30:00 AM,\"Fire, big\",29.5,-98.5\n"
      "A-2,03/12/23,03:30:00 AM,Theft,29.5,-98.5\n");  // the clock sprang forward at 2
  ASSERT_TRUE(counts.ok()) << counts.status();
  EXPECT_EQ(counts->reports, 2);
  ASSERT_EQ(out_.messages.size(), 2U);
  EXPECT_EQ(out_.messages[0].value,
            R"({"org":"calls","id":"A-1","class":"fire","occurred_from":"2023-03-12T07:30:00Z",)"
            R"("place":{"lat":29.5,"lon":-98.5,"precision_m":50}})");
  EXPECT_EQ(out_.messages[0].key, "calls/A-1");
  EXPECT_EQ(out_.messages[1].timestamp_ms - out_.messages[0].timestamp_ms, 3'600'000);
}

TEST_F(CsvFeedTest, TheSameRowAgainIsADuplicateAChangedOneACorrection) {
  const auto counts = Play(
      "A-1,03/12/23,01:30:00 AM,Theft,29.5,-98.5\n"
      "A-1,03/12/23,01:30:00 AM,Theft,29.5,-98.5\n"
      "A-1,03/12/23,01:30:00 AM,\"Fire, big\",29.5,-98.5\n"
      "A-1,03/12/23,01:30:00 AM,Theft,29.5,-98.5\n");
  EXPECT_EQ(counts->duplicates, 1);
  EXPECT_EQ(counts->corrections, 2);
  ASSERT_EQ(out_.messages.size(), 3U);
  EXPECT_NE(out_.messages[1].value.find(R"("revision":2,"action":"correct","class":"fire")"),
            std::string::npos);
  EXPECT_NE(out_.messages[2].value.find(R"("revision":3)"), std::string::npos);
}

TEST_F(CsvFeedTest, NothingIsLostInSilence) {
  const auto counts = Play(
      "A-1,03/12/23,01:30:00 AM,Theft,,\n"
      "A-2,03/12/23,01:30:00 AM,Theft,1e-05,-1e-05\n"
      "A-3,03/12/23,01:30:00 AM,Theft,north,-98.5\n"
      "A 4,03/12/23,01:30:00 AM,Theft,29.5,-98.5\n"
      "A-5,13/12/23,01:30:00 AM,Theft,29.5,-98.5\n"
      "A-6,03/12/23,01:30:00 AM,Riot,29.5,-98.5\n"
      "A-7,03/12/23,01:30:00 AM,Information,29.5,-98.5\n"
      "A-8,03/12/23\n");
  EXPECT_EQ(counts->rows, 8);
  EXPECT_EQ(counts->reports, 0);
  EXPECT_EQ(counts->left_out, 1);
  EXPECT_EQ(counts->rejected.at("no position").rows, 3);
  EXPECT_EQ(counts->rejected.at("no position").lines, (std::vector<int64_t>{2, 3, 4}));
  EXPECT_EQ(counts->rejected.at("the time cannot be read").lines, std::vector<int64_t>{6});
  EXPECT_EQ(counts->rejected.size(), 5U);
}

TEST_F(CsvFeedTest, ARowWithoutPositionMayStandForAWiderArea) {
  map_.without_position = "city";
  map_.classes["*"] = "other";
  const auto counts = Play("A-1,03/12/23,01:30:00 AM,Riot,0,0\n");
  EXPECT_EQ(counts->placed_by_area, 1);
  ASSERT_EQ(out_.messages.size(), 1U);
  EXPECT_NE(out_.messages[0].value.find(R"("class":"other",)"), std::string::npos);
  EXPECT_NE(out_.messages[0].value.find(R"("place":{"area":"city"})"), std::string::npos);
}

TEST_F(CsvFeedTest, TakesOtherTimesAndFilesWithoutAHeader) {
  map_.names = {"id", "at", "seen", "type", "where"};
  map_.occurred = {"at"};
  map_.timestamp = {"seen"};
  map_.time_format = "unix_s";
  map_.lat = map_.lon = "";
  map_.area = "where";
  map_.separator = ';';
  const auto counts =
      PlayCsv(dir_.Store("x.csv", "7;1700000000;1700000060;Theft;d-1\n"), map_, out_);
  ASSERT_TRUE(counts.ok()) << counts.status();
  ASSERT_EQ(out_.messages.size(), 1U);
  EXPECT_EQ(out_.messages[0].timestamp_ms, 1'700'000'060'000);
  EXPECT_EQ(out_.messages[0].value,
            R"({"org":"calls","id":"7","class":"theft",)"
            R"("occurred_from":"2023-11-14T22:13:20Z","place":{"area":"d-1"}})");
}

TEST_F(CsvFeedTest, AColumnThatTheFileDoesNotHaveIsNamed) {
  map_.lat = "latitude";
  map_.class_name = {"kind"};
  EXPECT_NE(Message(Play("").status()).find("not in the file: kind, latitude"), std::string::npos);
  EXPECT_EQ(PlayCsv(dir_.Path("none"), map_, out_).status().code(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace lagesbild::feeds
