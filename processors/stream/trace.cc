#include "stream/trace.h"

#include <algorithm>

namespace lagesbild::stream {
namespace {

// "00-<32 hex>-<16 hex>-<2 hex>", lower case; version ff and ids of nothing but 0 are invalid.
bool Valid(std::string_view value) {
  if (value.size() != 55) return false;
  for (size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    const bool dash = i == 2 || i == 35 || i == 52;
    if (dash ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
  }
  const auto zero = [](std::string_view id) {
    return id.find_first_not_of('0') == std::string_view::npos;
  };
  return value.substr(0, 2) != "ff" && !zero(value.substr(3, 32)) && !zero(value.substr(36, 16));
}

bool Within(const Settings& settings, const std::string& area, const std::string& wider) {
  for (int a = settings.FindArea(area); a >= 0; a = settings.areas[a].parent) {
    if (settings.areas[a].id == wider) return true;
  }
  return false;
}

bool BearsOn(const picture::AlertTransition& t, const LogRecord& record, const Settings& settings) {
  if (record.picture != t.picture) return false;
  if (const auto* command = std::get_if<Command>(&record.body)) {
    if (!command->alert_id.empty()) return command->alert_id == t.alert_id;
    return Within(settings, t.area, command->area) &&
           (command->rule.empty() || command->rule == t.rule);
  }
  const auto* report = std::get_if<Report>(&record.body);
  if (report == nullptr) return false;
  const auto rule = std::find_if(settings.rules.begin(), settings.rules.end(),
                                 [&](const Rule& r) { return r.id == t.rule; });
  if (rule == settings.rules.end() ||
      !settings.Covers(rule->of, settings.FindClass(report->class_name))) {
    return false;
  }
  // Reports of one incident may lie on both sides of a border.
  return rule->type == RuleType::kSingle || Within(settings, report->area, t.area);
}

bool MayHaveTakenItsGround(const picture::AlertTransition& t, const LogRecord& record) {
  if (t.state == picture::AlertState::kOpen) return false;
  if (std::holds_alternative<Superseded>(record.body)) return true;
  const auto* report = std::get_if<Report>(&record.body);
  return report != nullptr && record.picture == t.picture && report->revision > 1;
}

}  // namespace

std::string_view TraceparentOf(std::span<const HeaderView> headers) {
  for (const HeaderView& header : headers) {
    if (header.name == kTraceparent) return Valid(header.value) ? header.value : "";
  }
  return "";
}

std::string_view TraceparentOf(const picture::AlertTransition& transition, int64_t clock_ms,
                               std::span<const LogRecord> records, const Settings& settings) {
  if (transition.at_ms != clock_ms) return "";  // it fell due before
  const auto traced = [](const LogRecord& record) { return !record.traceparent.empty(); };
  if (std::ranges::none_of(records, traced)) return "";
  const LogRecord* ground = nullptr;
  for (size_t i = records.size(); i-- > 0;) {
    const LogRecord& record = records[i];
    if (BearsOn(transition, record, settings)) return record.traceparent;
    if (ground == nullptr && MayHaveTakenItsGround(transition, record)) ground = &record;
  }
  return ground == nullptr ? std::string_view() : ground->traceparent;
}

}  // namespace lagesbild::stream
