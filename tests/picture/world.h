// A small made-up county for the picture's tests, and short builders for its records.
//
// county `lan` (a picture of its own) > boroughs `hv`, `ja` (pictures) > districts; `torget` is a
// place below `gard`. Times in builders: minutes after kStart. Places: metres east and north of a
// point near the middle of the county's map; where a report counts is said by name, as intake would
// have found it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "base/log_record.h"
#include "base/settings.h"
#include "base/time.h"

namespace lagesbild::picture {

inline constexpr int64_t kStart = 1673730000000;  // 2023-01-14T21:00:00Z
constexpr int64_t Minutes(double m) { return static_cast<int64_t>(m * kMinuteMs); }
constexpr int64_t At(double minutes) { return kStart + Minutes(minutes); }

// Classes: shooting, explosion (grave), assault, theft (never merges). Sources: polisen,
// raddningen, sl, vakt, tip-web; none with an expected gap. Rules: grave-single; violence-24h (3 to
// 1 in a district). Windows 1h to 28d.
Settings SmallCounty();

// Where `area` lies: the area of level borough it belongs to, or itself if it is wider.
std::string PictureOf(const Settings& settings, const std::string& area);

// A report in the making: Police("p1").Of("assault").In("gard").At(5).
class ReportBuilder {
 public:
  ReportBuilder(Kind kind, std::string org, std::string id);
  ReportBuilder& Of(std::string class_name);
  ReportBuilder& In(std::string area);
  ReportBuilder& Happened(double minutes);
  ReportBuilder& Where(double east_m, double north_m, double precision_m = 25);
  ReportBuilder& NoPoint();
  ReportBuilder& Revision(int64_t revision);
  ReportBuilder& Confirmed();
  ReportBuilder& Refuted();
  ReportBuilder& By(std::string reporter);
  operator Report() const { return report_; }  // NOLINT: reads as the report it builds

 private:
  Report report_;
};
ReportBuilder Police(std::string id);
ReportBuilder Rescue(std::string id);
ReportBuilder Guard(std::string id);
ReportBuilder Transit(std::string id);
ReportBuilder Tip(std::string id, std::string reporter);

// "p" and 7: "p7".
std::string Numbered(std::string prefix, int64_t n);

LogRecord Record(int64_t clock_ms, const Settings& settings, const Report& report);
// To every picture of the partition.
template <typename Body>
LogRecord ToAll(int64_t clock_ms, Body body) {
  LogRecord record;
  record.clock_ms = clock_ms;
  record.body = std::move(body);
  return record;
}
Superseded Withdrawn(const Report& report, int64_t revision);

}  // namespace lagesbild::picture
