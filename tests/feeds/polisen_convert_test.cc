#include "feeds/polisen_convert.h"

#include <gtest/gtest.h>

#include "base/time.h"
#include "feeds/feeds_testing.h"

namespace lagesbild::feeds {
namespace {

class PolisenConvertTest : public ::testing::Test {
 protected:
  PolisenConvertTest() {
    Settings sweden;
    sweden.areas = {{.id = "01", .name = "Stockholms", .level = "county"},
                    {.id = "0180", .name = "Stockholm", .level = "municipality"},
                    {.id = "0114", .name = "Upplands Väsby", .level = "municipality"}};
    places_ = PlaceNames(sweden, {});
    types_ = PolisenTypes::Load(DeployFile("sweden/polisen-types.csv")).value();
    absl::LoadTimeZone("Europe/Stockholm", &zone_);
    converter_ = std::make_unique<PolisenConverter>(
        PolisenSettings{.types = &types_, .places = &places_, .zone = zone_});
  }

  // The golden conversions: an event as the API gives it, the report as it goes out.
  std::string Convert(std::string_view event, int64_t revision = 1) {
    const std::string answer = "[" + std::string(event) + "]";
    const PolisenAnswer parsed = PolisenParser().ParseAnswer(answer).value();
    if (parsed.events.empty()) return "malformed";
    const auto message = converter_->Convert(parsed.events[0], revision,
                                             ParseTimeMs("2024-01-01T00:25:00Z").value());
    return message ? message->topic + " " + message->key + " " + message->value : "none";
  }

  PlaceNames places_;
  PolisenTypes types_;
  absl::TimeZone zone_;
  std::unique_ptr<PolisenConverter> converter_;
};

TEST_F(PolisenConvertTest, PassesOnClassTimeAndAreaAndNothingElse) {
  EXPECT_EQ(
      Convert(R"({"id":411270,"datetime":"2024-01-01 0:20:44 +01:00",)"
              R"("name":"31 december 23.50, Skottlossning, Stockholm","summary":"En Man, 25",)"
              R"("url":"/x/","type":"Skottlossning",)"
              R"("location":{"name":"Stockholm","gps":"59.329324,18.068581"}})"),
      R"(incidents polisen/411270 {"org":"polisen","id":"411270","class":"shooting",)"
      R"("occurred_from":"2023-12-31T22:50:00Z","reported_at":"2023-12-31T23:20:44Z",)"
      R"("place":{"area":"0180"}})");
}

TEST_F(PolisenConvertTest, ANightSummaryIsMultiAndAnEditACorrection) {
  EXPECT_EQ(
      Convert(
          R"({"id":7,"datetime":"2023-12-31 7:46:06 +01:00",)"
          R"("name":"31 december 06.00, Sammanfattning natt, Stockholms län",)"
          R"("type":"Sammanfattning natt","location":{"name":"Stockholms län","gps":"59.6,18.1"}})",
          2),
      R"(incidents polisen/7 {"org":"polisen","id":"7","revision":2,"action":"correct","class":"other",)"
      R"("occurred_from":"2023-12-31T05:00:00Z","reported_at":"2023-12-31T06:46:06Z",)"
      R"("place":{"area":"01"},"multi":true})");
  EXPECT_EQ(converter_->counts().multi, 1);
}

TEST_F(PolisenConvertTest, AnUnknownPlaceGoesOutTooCoarseForAnyDistrict) {
  const std::string event =
      R"({"id":8,"datetime":"2023-12-31 7:46:06 +01:00","name":"x","type":"Nytt","location":)";
  EXPECT_EQ(Convert(event + R"({"name":"Malmö","gps":"55.604981,13.003822"}})"),
            R"(incidents polisen/8 {"org":"polisen","id":"8","class":"other",)"
            R"("occurred_from":"2023-12-31T06:46:06Z","reported_at":"2023-12-31T06:46:06Z",)"
            R"("place":{"lat":55.604981,"lon":13.003822,"precision_m":10000}})");
  EXPECT_NE(
      Convert(event + R"({"name":"Skåne län","gps":"55.9,13.4"}})").find("\"precision_m\":1e+05"),
      std::string::npos);
  EXPECT_EQ(Convert(event + R"({"name":"Malmö","gps":"north"}})"), "none");
  const ConvertCounts& counts = converter_->counts();
  EXPECT_EQ(counts.place_by_gps, 2);
  EXPECT_EQ(counts.without_place, 1);
  EXPECT_EQ(counts.time_unreadable, 2);
  EXPECT_EQ(counts.unknown_types.at("Nytt"), 2);
}

TEST_F(PolisenConvertTest, WhatLacksAnIdATimeATypeOrAPlaceIsLeftOut) {
  EXPECT_EQ(Convert(R"({"id":"x"})"), "malformed");
  EXPECT_EQ(Convert(R"({"id":1,"datetime":"yesterday","type":"Brand","location":{"name":"Umeå"}})"),
            "malformed");
  EXPECT_EQ(Convert(R"({"id":1,"datetime":"2023-12-31 7:46:06 +01:00","type":"Brand"})"),
            "malformed");
  EXPECT_EQ(Convert(R"(17)"), "malformed");
}

TEST_F(PolisenConvertTest, AnEditOfTheTextAloneIsNone) {
  PolisenEvent event;
  event.type = "Brand";
  event.location = "Stockholm";
  const uint64_t before = converter_->Fingerprint(event);
  EXPECT_EQ(converter_->Fingerprint(event), before);
  event.type = "Mordbrand";
  EXPECT_NE(converter_->Fingerprint(event), before);
}

}  // namespace
}  // namespace lagesbild::feeds
