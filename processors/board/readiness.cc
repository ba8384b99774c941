#include "board/readiness.h"

#include <algorithm>
#include <utility>

#include "base/json_writer.h"

namespace lagesbild::board {
namespace {

// A rate from less than this says nothing.
constexpr absl::Duration kRateSpanMin = absl::Seconds(1);
constexpr char kRunning[] = "running";
constexpr char kStarting[] = "starting";

std::string Records(int64_t n) { return std::to_string(n) + (n == 1 ? " record" : " records"); }

int64_t WholeSeconds(absl::Duration d) {
  return absl::ToInt64Seconds(absl::Ceil(d, absl::Seconds(1)));
}

std::string Describe(const MissingPart& part) {
  std::string text = part.part + ": " + part.state;
  if (part.remaining_records > 0) text += ", " + Records(part.remaining_records) + " remaining";
  if (part.eta) text += ", about " + std::to_string(WholeSeconds(*part.eta)) + " s";
  if (!part.detail.empty()) text += ": " + part.detail;
  return text;
}

size_t Rank(const std::string& state) {
  const auto& states = ServiceStates();
  const auto it = std::find(states.begin(), states.end(), state);
  return static_cast<size_t>(
      (it == states.end() ? std::find(states.begin(), states.end(), kStarting) : it) -
      states.begin());
}

}  // namespace

const std::vector<std::string>& ServiceStates() {
  static const auto& states =
      *new std::vector<std::string>{"failed",      "broker-away", "restoring", "assigning",
                                    "catching-up", kStarting,     "standby",   kRunning};
  return states;
}

std::optional<absl::Duration> Readiness::Eta(const MissingPart& part, absl::Duration now) {
  const int64_t remaining = part.remaining_records;
  const auto [it, first] = restores_.try_emplace(part.part, Restore{part.state, now, remaining});
  Restore& restore = it->second;
  if (remaining > restore.records_then || part.state != restore.state) {
    restore = {part.state, now, remaining};  // it began anew
  }
  const int64_t done = restore.records_then - remaining;
  if (first || done <= 0 || now - restore.since < kRateSpanMin) return std::nullopt;
  return (now - restore.since) * (static_cast<double>(remaining) / static_cast<double>(done));
}

ReadyAnswer Readiness::Ask(absl::Duration now) {
  ReadyAnswer answer;
  const std::map<std::string, stream::PartHealth> parts = health_.parts();
  std::erase_if(restores_, [&](const auto& entry) {
    const auto it = parts.find(entry.first);
    return it == parts.end() || it->second.remaining_records <= 0;
  });
  size_t worst = parts.empty() ? Rank(kStarting) : Rank(kRunning);
  int64_t missing = 0;
  for (const auto& [name, part] : parts) {
    // A part that is ready does not make the whole look worse, a standby apart.
    if (!part.ready || part.state == "standby") worst = std::min(worst, Rank(part.state));
    if (part.ready || static_cast<size_t>(++missing) > kMissingMax) continue;
    MissingPart& m = answer.missing.emplace_back(
        MissingPart{name, part.state, part.detail, part.remaining_records, {}});
    if (m.remaining_records > 0) m.eta = Eta(m, now);
  }
  answer.ready = !parts.empty() && missing == 0;
  answer.state = ServiceStates()[worst];
  answer.missing_omitted = missing - static_cast<int64_t>(answer.missing.size());
  if (parts.empty()) {
    answer.reason = "starting: no part of the service has said yet how it is";
  } else if (missing > 0) {
    answer.reason = std::to_string(missing) + " of " + std::to_string(parts.size()) +
                    " parts not ready; " + Describe(answer.missing.front());
  }
  return answer;
}

std::string ReadyJson(const ReadyAnswer& answer) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject()
      .Key("ready")
      .Bool(answer.ready)
      .Key("state")
      .String(answer.state)
      .Key("reason");
  answer.ready ? json.Null() : json.String(answer.reason);
  json.Key("missing").BeginArray();
  for (const MissingPart& part : answer.missing) {
    json.BeginObject().Key("part").String(part.part).Key("state").String(part.state);
    if (!part.detail.empty()) json.Key("detail").String(part.detail);
    if (part.remaining_records > 0) json.Key("remaining_records").Int(part.remaining_records);
    if (part.eta) json.Key("eta_seconds").Int(WholeSeconds(*part.eta));
    json.EndObject();
  }
  json.EndArray();
  if (answer.missing_omitted > 0) json.Key("missing_omitted").Int(answer.missing_omitted);
  json.EndObject();
  return text + "\n";
}

std::string ReadyText(const ReadyAnswer& answer) {
  if (answer.ready) return "ready\n";
  std::string text = "not ready: " + answer.reason + "\n";
  if (answer.missing.size() + static_cast<size_t>(answer.missing_omitted) < 2) return text;
  for (const MissingPart& part : answer.missing) text += "  " + Describe(part) + "\n";
  if (answer.missing_omitted > 0) {
    text += "  and " + std::to_string(answer.missing_omitted) + " more\n";
  }
  return text;
}

}  // namespace lagesbild::board
