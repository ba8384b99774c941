// SmallTown: the configuration that the engine's tests run on, and raw reports of what happens
// there.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/settings.h"
#include "base/time.h"
#include "stream/intake_configuration.h"

namespace lagesbild::stream {

// A borough with two districts, three classes, three sources, a single and a count rule.
inline Settings SmallTown(int64_t version = 1) {
  Settings s;
  s.version = version;
  s.rule_set = "rules-" + std::to_string(version);
  s.families = {{"violence", -1}};
  s.classes = {{"shooting", 0, true, 30 * kMinuteMs, 150}, {"assault", 0, false, 0, 0}};
  s.sources.resize(2);
  s.sources[0].org = "polisen";
  s.sources[0].kind = Kind::kPolice;
  s.sources[1].org = "vakt";
  s.sources[1].kind = Kind::kGuard;
  for (const auto& [id, level, parent] : {std::tuple{"hv", "borough", -1},
                                          {"hv-1", "district", 0},
                                          {"hv-2", "district", 0},
                                          {"ki", "borough", -1},
                                          {"ki-1", "district", 3}}) {
    Area a;
    a.id = id;
    a.name = std::string("Area ") + id;
    a.level = level;
    a.parent = parent;
    a.radius_m = 1000;
    s.areas.push_back(a);
  }
  Rule single;
  single.id = "shooting-single";
  single.type = RuleType::kSingle;
  single.of = {Of::What::kClass, "shooting"};
  single.severity = lagesbild::Severity::kSevere;
  Rule count;
  count.id = "violence-24h";
  count.of = {Of::What::kFamily, "violence"};
  count.level = "district";
  count.window_ms = kDayMs;
  count.enter = 3;
  count.exit = 1;
  s.rules = {single, count};
  s.windows_ms = {kHourMs, kDayMs};
  s.time_zone = "Europe/Stockholm";
  EXPECT_TRUE(s.Index("borough").ok());
  return s;
}

inline intake::AreaShape Box(double west, double south, double east, double north) {
  intake::Polygon p;
  p.outer = {{west, south}, {east, south}, {east, north}, {west, north}, {west, south}};
  return {{p}};
}

inline std::unique_ptr<IntakeConfiguration> Configured(int64_t version = 1) {
  auto c = std::make_unique<IntakeConfiguration>();
  c->settings = SmallTown(version);
  std::vector<intake::AreaShape> shapes = {
      Box(17.8, 59.3, 17.9, 59.4), Box(17.8, 59.3, 17.85, 59.4), Box(17.85, 59.3, 17.9, 59.4),
      Box(18.0, 59.3, 18.1, 59.4), Box(18.0, 59.3, 18.1, 59.4)};
  auto areas = intake::AreaIndex::Build(c->settings.areas, std::move(shapes));
  EXPECT_TRUE(areas.ok()) << areas.status();
  c->areas = *std::move(areas);
  c->secret = "secret";
  c->hash = "hash-" + std::to_string(version);
  return c;
}

// A report by the police as partners write it; longitude 17.82 is in hv-1, 17.87 in hv-2, 18.05 in
// ki-1.
inline std::string ReportJson(const std::string& id, int64_t at_ms,
                              const std::string& lon = "17.82",
                              const std::string& class_name = "assault") {
  return R"({"org":"polisen","id":")" + id + R"(","class":")" + class_name +
         R"(","occurred_from":")" + FormatTimeMs(at_ms) + R"(","place":{"lat":59.35,"lon":)" + lon +
         R"(,"precision_m":25}})";
}

}  // namespace lagesbild::stream
