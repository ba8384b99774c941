#include "feeds/report.h"

#include <utility>

#include "base/json_writer.h"

namespace lagesbild::feeds {
namespace {

void WritePlace(const OutgoingReport& report, JsonWriter& json) {
  json.Key("place").BeginObject();
  if (!report.area.empty()) {
    json.Key("area").String(report.area);
  } else {
    json.Key("lat").Double(report.lat).Key("lon").Double(report.lon);
    json.Key("precision_m").Double(report.precision_m);
  }
  json.EndObject();
}

}  // namespace

RawMessage ReportMessage(const OutgoingReport& report, std::string topic, int64_t timestamp_ms) {
  RawMessage message{std::move(topic), timestamp_ms, report.org + "/" + report.id, {}, {}};
  JsonWriter json(message.value);
  json.BeginObject().Key("org").String(report.org).Key("id").String(report.id);
  if (report.revision != 1) json.Key("revision").Int(report.revision);
  if (report.action == Action::kWithdraw) {
    json.Key("action").String("withdraw").EndObject();
    return message;
  }
  if (report.action == Action::kCorrect) json.Key("action").String("correct");
  json.Key("class").String(report.class_name);
  if (report.verification == Verification::kConfirmed) json.Key("verification").String("confirmed");
  if (report.verification == Verification::kRefuted) json.Key("verification").String("refuted");
  json.Key("occurred_from").Time(report.occurred_ms);
  if (report.reported_ms != 0) json.Key("reported_at").Time(report.reported_ms);
  WritePlace(report, json);
  if (report.indoor_dwelling) json.Key("indoor_dwelling").Bool(true);
  if (report.exercise) json.Key("exercise").Bool(true);
  if (report.multi) json.Key("multi").Bool(true);
  if (!report.reporter.empty()) json.Key("reporter").String(report.reporter);
  json.EndObject();
  return message;
}

RawMessage HeartbeatMessage(const std::string& org, int64_t at_ms, int64_t timestamp_ms) {
  RawMessage message{"commands", timestamp_ms, org, {}, {}};
  JsonWriter json(message.value);
  json.BeginObject().Key("command").String("heartbeat");
  json.Key("id").String("hb-" + org + "-" + std::to_string(at_ms));
  json.Key("org").String(org).Key("at").Time(at_ms).EndObject();
  return message;
}

}  // namespace lagesbild::feeds
