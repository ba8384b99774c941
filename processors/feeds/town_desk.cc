#include "feeds/town_desk.h"

#include <utility>

#include "base/time.h"

namespace lagesbild::feeds {

OutgoingReport TownDesk::NewReport(const std::string& org, const std::string& class_name,
                                   int64_t occurred_ms, TownPoint at, int precision_m) {
  OutgoingReport report;
  report.org = org;
  report.id = org.substr(0, 1) + "-" + std::to_string(++numbers_[org]);
  report.class_name = class_name;
  report.occurred_ms = occurred_ms;
  report.lat = static_cast<double>(at.lat) / 1e6;
  report.lon = static_cast<double>(at.lon) / 1e6;
  report.precision_m = precision_m;
  return report;
}

std::string TownDesk::NewReporter() { return "r-" + std::to_string(++numbers_["reporter"]); }

void TownDesk::Send(const OutgoingReport& report, int64_t at_ms) {
  if (const auto silence = silences_.find(report.org); silence != silences_.end()) {
    Silence& s = silence->second;
    if (at_ms >= s.from_ms && at_ms < s.to_ms) at_ms = s.to_ms + ++s.held * kSecondMs;
  }
  SendRaw(ReportMessage(report, report.org == kTipsOrg ? "tips" : "incidents", at_ms));
}

void TownDesk::SendHeartbeat(const std::string& org, int64_t at_ms) {
  const auto silence = silences_.find(org);
  const bool silent = silence != silences_.end() && at_ms >= silence->second.from_ms &&
                      at_ms < silence->second.to_ms;
  if (!silent) SendRaw(HeartbeatMessage(org, at_ms, at_ms));
}

void TownDesk::SendRaw(RawMessage message) { queue_.push({std::move(message), ++order_}); }

void TownDesk::SetSilent(const std::string& org, int64_t from_ms, int64_t to_ms) {
  silences_[org] = {from_ms, to_ms, 0};
}

RawMessage TownDesk::TakeNext() {
  RawMessage message = queue_.top().message;
  queue_.pop();
  return message;
}

}  // namespace lagesbild::feeds
