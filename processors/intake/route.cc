#include "intake/route.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/time.h"

namespace lagesbild::intake {
namespace {

constexpr int64_t kNever = std::numeric_limits<int64_t>::min();

LogRecord& Append(const RawRecord& raw, int64_t clock_ms, std::vector<LogRecord>& out) {
  LogRecord& record = out.emplace_back();
  record.clock_ms = clock_ms;
  record.raw.topic.assign(raw.topic);
  record.raw.partition = raw.partition;
  record.raw.offset = raw.offset;
  return record;
}

void SetKey(const CheckedReport& report, ReportKey& out) {
  out.tip = report.tip;
  out.org.assign(report.org);
  out.id.assign(report.id);
}

}  // namespace

Router::Router(const Settings& settings)
    : settings_(settings), alive_minute_ms_(settings.sources.size(), kNever) {}

const std::string& Router::PictureOf(int area) const {
  return settings_.areas[settings_.areas[area].picture].id;
}

void Router::Add(const CheckedReport& report, int area, std::string reporter_hash,
                 const RawRecord& raw, int64_t clock_ms, std::vector<LogRecord>& out) const {
  LogRecord& record = Append(raw, clock_ms, out);
  record.picture = PictureOf(area);
  Report& r = record.body.emplace<Report>();
  SetKey(report, r.key);
  r.revision = report.revision;
  r.action = report.action;
  r.verification = report.verification;
  r.kind = report.kind;
  r.class_name = settings_.classes[report.class_id].name;
  r.occurred_ms = report.occurred_ms;
  r.occurred_to_ms = report.occurred_to_ms;
  r.reported_ms = report.reported_ms;
  r.area = settings_.areas[area].id;
  r.has_point = report.has_point;
  r.lat = report.lat;
  r.lon = report.lon;
  r.precision_m = report.has_point ? report.precision_m : settings_.areas[report.area].radius_m;
  r.indoor_dwelling = report.indoor_dwelling;
  r.reporter = std::move(reporter_hash);
}

void Router::AddSuperseded(const CheckedReport& report, int area, const RawRecord& raw,
                           int64_t clock_ms, std::vector<LogRecord>& out) const {
  Superseded& s = Append(raw, clock_ms, out).body.emplace<Superseded>();
  SetKey(report, s.key);
  s.revision = report.revision;
  s.withdrawn = report.action == Action::kWithdraw;
  s.refuted = report.verification == Verification::kRefuted;
  if (area >= 0) s.picture = PictureOf(area);
}

void Router::Add(const CheckedCommand& command, const RawRecord& raw, int64_t clock_ms,
                 std::vector<LogRecord>& out) const {
  LogRecord& record = Append(raw, clock_ms, out);
  record.picture = settings_.areas[command.picture].id;
  Command& c = record.body.emplace<Command>();
  c.type = static_cast<CommandType>(command.type);
  c.id.assign(command.id);
  c.by.assign(command.by);
  c.at_ms = command.at_ms;
  c.alert_id.assign(command.alert_id);
  if (command.area >= 0) c.area = settings_.areas[command.area].id;
  c.rule.assign(command.rule);
  c.reason.assign(command.reason);
  c.until_ms = command.until_ms;
}

void Router::AddLiveness(int source, const RawRecord& raw, int64_t clock_ms,
                         std::vector<LogRecord>& out) {
  const int64_t minute_ms = FloorTo(clock_ms, kMinuteMs);
  if (alive_minute_ms_[source] >= minute_ms) return;
  alive_minute_ms_[source] = minute_ms;
  Liveness& l = Append(raw, clock_ms, out).body.emplace<Liveness>();
  l.org = settings_.sources[source].org;
  l.minute_ms = minute_ms;
}

void Router::ForgetLiveness() { std::ranges::fill(alive_minute_ms_, kNever); }

}  // namespace lagesbild::intake
