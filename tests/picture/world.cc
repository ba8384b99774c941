#include "picture/world.h"

#include <cmath>
#include <numbers>
#include <utility>

#include "base/check.h"

namespace lagesbild::picture {
namespace {

Rule GraveSingle() {
  Rule rule;
  rule.id = "grave-single";
  rule.type = RuleType::kSingle;
  rule.of = {Of::What::kFamily, "grave-violence"};
  rule.severity = Severity::kSevere;
  return rule;
}

Rule ViolenceDay() {
  Rule rule;
  rule.id = "violence-24h";
  rule.type = RuleType::kCount;
  rule.of = {Of::What::kFamily, "violence"};
  rule.level = "district";
  rule.window_ms = kDayMs;
  rule.enter = 3;
  rule.exit = 1;
  return rule;
}

}  // namespace

Settings SmallCounty() {
  Settings s;
  s.rule_set = "c0ffee";
  s.families = {{"violence", -1}, {"grave-violence", 0}, {"property", -1}};
  s.classes = {{"shooting", 1, true, 30 * kMinuteMs, 150},
               {"explosion", 1, true, 30 * kMinuteMs, 150},
               {"assault", 0, false, 30 * kMinuteMs, 150},
               {"theft", 2, false, 0, 0}};
  s.sources = {{"polisen", Kind::kPolice, 0, "", {}},
               {"raddningen", Kind::kRescue, 0, "", {}},
               {"sl", Kind::kTransit, 0, "", {}},
               {"vakt", Kind::kGuard, 0, "", {}},
               {"tip-web", Kind::kPublic, 0, "", {}}};
  s.areas = {{"lan", "Länet", "county", -1, 50000},
             {"hv", "Hässelby-Vällingby", "borough", 0, 2500},
             {"ja", "Järva", "borough", 0, 2500},
             {"gard", "Hässelby gård", "district", 1, 800},
             {"strand", "Hässelby strand", "district", 1, 700},
             {"racksta", "Råcksta", "district", 1, 750},
             {"torget", "Torget", "place", 3, 120},
             {"akalla", "Akalla", "district", 2, 800},
             {"kista", "Kista", "district", 2, 900}};
  s.rules = {GraveSingle(), ViolenceDay()};
  s.windows_ms = {kHourMs, 6 * kHourMs, kDayMs, 7 * kDayMs, 28 * kDayMs};
  s.time_zone = "Europe/Stockholm";
  LB_CHECK(s.Index("borough").ok());
  return s;
}

std::string PictureOf(const Settings& settings, const std::string& area) {
  const int i = settings.FindArea(area);
  LB_CHECK(i >= 0);
  return settings.areas[settings.areas[i].picture].id;
}

ReportBuilder::ReportBuilder(Kind kind, std::string org, std::string id) {
  report_.key = {kind == Kind::kPublic, std::move(org), std::move(id)};
  report_.kind = kind;
  Of("assault").In("gard").Happened(0).Where(0, 0);
}

ReportBuilder& ReportBuilder::Of(std::string class_name) {
  report_.class_name = std::move(class_name);
  return *this;
}

ReportBuilder& ReportBuilder::In(std::string area) {
  report_.area = std::move(area);
  return *this;
}

ReportBuilder& ReportBuilder::Happened(double minutes) {
  report_.occurred_ms = At(minutes);
  report_.reported_ms = report_.occurred_ms;
  return *this;
}

ReportBuilder& ReportBuilder::Where(double east_m, double north_m, double precision_m) {
  constexpr double kMetresADegree = 6371008.8 * std::numbers::pi / 180;
  constexpr double kLat = 59.3668, kLon = 17.8440;
  report_.has_point = true;
  report_.lat = kLat + north_m / kMetresADegree;
  report_.lon = kLon + east_m / (kMetresADegree * std::cos(kLat * std::numbers::pi / 180));
  report_.precision_m = precision_m;
  return *this;
}

ReportBuilder& ReportBuilder::NoPoint() {
  report_.has_point = false;
  report_.lat = report_.lon = report_.precision_m = 0;
  return *this;
}

ReportBuilder& ReportBuilder::Revision(int64_t revision) {
  report_.revision = revision;
  report_.action = revision > 1 ? Action::kCorrect : Action::kNew;
  return *this;
}

ReportBuilder& ReportBuilder::Confirmed() {
  report_.verification = Verification::kConfirmed;
  return *this;
}

ReportBuilder& ReportBuilder::Refuted() {
  report_.verification = Verification::kRefuted;
  return *this;
}

ReportBuilder& ReportBuilder::By(std::string reporter) {
  report_.reporter = std::move(reporter);
  return *this;
}

ReportBuilder Police(std::string id) { return {Kind::kPolice, "polisen", std::move(id)}; }
ReportBuilder Rescue(std::string id) { return {Kind::kRescue, "raddningen", std::move(id)}; }
ReportBuilder Guard(std::string id) { return {Kind::kGuard, "vakt", std::move(id)}; }
ReportBuilder Transit(std::string id) { return {Kind::kTransit, "sl", std::move(id)}; }
ReportBuilder Tip(std::string id, std::string reporter) {
  return ReportBuilder(Kind::kPublic, "tip-web", std::move(id)).By(std::move(reporter));
}

std::string Numbered(std::string prefix, int64_t n) {
  prefix += std::to_string(n);
  return prefix;
}

LogRecord Record(int64_t clock_ms, const Settings& settings, const Report& report) {
  LogRecord record = ToAll(clock_ms, report);
  record.picture = PictureOf(settings, report.area);
  return record;
}

Superseded Withdrawn(const Report& report, int64_t revision) {
  return {report.key, revision, true, false, ""};
}

}  // namespace lagesbild::picture
