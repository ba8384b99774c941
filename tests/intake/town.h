// A town for the tests of intake: squares for areas, a source of each sort, and a record in one
// line.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/settings.h"
#include "base/time.h"
#include "intake/area_index.h"
#include "intake/intake.h"

namespace lagesbild::intake {

inline int64_t Ms(std::string_view time) {
  const auto ms = ParseTimeMs(time);
  LB_CHECK(ms.has_value());
  return *ms;
}

inline AreaShape Square(double west, double south, double east, double north) {
  return {.polygons = {
              {.outer = {{west, south}, {east, south}, {east, north}, {west, north}, {west, south}},
               .holes = {}}}};
}

struct Town {
  Settings settings;
  std::unique_ptr<AreaIndex> areas;
};

// lan (a county, wider than a picture) > hv > hv-1, hv-2 (its west and east), and lan > sol, beside
// hv to the east.
inline Town MakeTown() {
  Town town;
  Settings& s = town.settings;
  s.families = {{"violence", -1}, {"grave-violence", 0}, {"property", -1}};
  s.classes = {{.name = "shooting",
                .family = 1,
                .grave = true,
                .merge_ms = 30 * kMinuteMs,
                .merge_metres = 150},
               {.name = "assault", .family = 0},
               {.name = "theft", .family = 2},
               {.name = "burglary-dwelling", .family = 2}};
  s.sources = {{.org = "polisen", .kind = Kind::kPolice},
               {.org = "skolan", .kind = Kind::kSchool},
               {.org = "vakt-ab", .kind = Kind::kGuard, .topic = "incidents-vakt"},
               {.org = "tip-web", .kind = Kind::kPublic}};
  s.areas = {{.id = "lan", .name = "Länet", .level = "county", .parent = -1, .radius_m = 40'000},
             {.id = "hv", .name = "Hässelby", .level = "borough", .parent = 0, .radius_m = 4'500},
             {.id = "hv-1", .name = "Väst", .level = "district", .parent = 1, .radius_m = 3'000},
             {.id = "hv-2", .name = "Öst", .level = "district", .parent = 1, .radius_m = 3'000},
             {.id = "sol", .name = "Solna", .level = "borough", .parent = 0, .radius_m = 4'500}};
  s.windows_ms = {kHourMs, kDayMs, 28 * kDayMs};
  s.time_zone = "Europe/Stockholm";
  LB_CHECK(s.Index("borough").ok());
  auto areas =
      AreaIndex::Build(s.areas, {Square(17, 59, 19, 60), Square(17.8, 59.3, 17.9, 59.4),
                                 Square(17.8, 59.3, 17.85, 59.4), Square(17.85, 59.3, 17.9, 59.4),
                                 Square(17.9, 59.3, 18.0, 59.4)});
  LB_CHECK(areas.ok());
  town.areas = std::move(areas).value();
  return town;
}

inline constexpr std::string_view kNow = "2023-03-01T10:00:00+01:00";

// A record at kNow unless said otherwise; owns what RawRecord borrows.
struct TestRecord {
  std::string topic = "incidents";
  std::string value;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string timestamp = std::string(kNow);
  std::string key = "some/key";
  int64_t offset = 0;
};

inline Channel ChannelOf(std::string_view topic) {
  if (topic == "tips") return Channel::kTips;
  return topic == "commands" ? Channel::kCommands : Channel::kIncidents;
}

// Through the whole of intake, the clock at the record's timestamp.
inline IntakeOutput Process(Intake& intake, const TestRecord& record) {
  std::vector<Header> headers;
  for (const auto& [name, value] : record.headers) headers.push_back({name, value});
  const int64_t timestamp_ms = Ms(record.timestamp);
  const RawRecord raw = {.channel = ChannelOf(record.topic),
                         .topic = record.topic,
                         .partition = 3,
                         .offset = record.offset,
                         .timestamp_ms = timestamp_ms,
                         .key = record.key,
                         .value = record.value,
                         .headers = headers};
  IntakeOutput out;
  intake.Process(raw, timestamp_ms, out);
  return out;
}

inline IntakeOptions OptionsOf(const Town& town) {
  return {.settings = &town.settings, .areas = town.areas.get(), .secret = "a secret of the tests"};
}

}  // namespace lagesbild::intake
