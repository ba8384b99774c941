#include "app/alerts/alert_answer.h"

#include <algorithm>
#include <cctype>
#include <random>

#include "app/config/diagnostics.h"
#include "base/json_writer.h"

namespace lagesbild::app {

const std::vector<std::string>& DismissReasons() {
  static const auto& reasons =
      *new std::vector<std::string>{"false-report", "duplicate", "handled", "known", "other"};
  return reasons;
}

const std::vector<std::string>& SilenceReasons() {
  static const auto& reasons =
      *new std::vector<std::string>{"planned-event", "maintenance", "known", "other"};
  return reasons;
}

std::string NewCommandId() {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::random_device random;
  std::string id = "c-";
  for (int word = 0; word < 2; ++word) {
    uint32_t bits = random();
    for (int digit = 0; digit < 8; ++digit, bits >>= 4) id.push_back(kDigits[bits & 15]);
  }
  return id;
}

bool IsRole(std::string_view by) {
  return !by.empty() && by.size() <= 128 && std::all_of(by.begin(), by.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) ||
           std::string_view("._:-").find(c) != std::string_view::npos;
  });
}

feeds::RawMessage ToMessage(const AlertAnswer& answer) {
  feeds::RawMessage message;
  message.topic = "commands";
  message.timestamp_ms = answer.at_ms;
  message.key = answer.picture;
  JsonWriter json(message.value);
  json.BeginObject().Key("command").String(answer.command).Key("id").String(answer.id);
  json.Key("picture").String(answer.picture);
  if (!answer.alert_id.empty()) json.Key("alert_id").String(answer.alert_id);
  if (!answer.area.empty()) {
    json.Key("area").String(answer.area).Key("rule");
    answer.rule.empty() ? json.Null() : json.String(answer.rule);
  }
  if (!answer.reason.empty()) json.Key("reason").String(answer.reason);
  if (answer.until_ms) json.Key("until").Time(*answer.until_ms);
  json.Key("by").String(answer.by).Key("at").Time(answer.at_ms).EndObject();
  return message;
}

StatusOr<FoundArea> FindArea(const Settings& settings, const std::string& given) {
  std::vector<int> found;
  std::vector<std::string> known;
  for (size_t i = 0; i < settings.areas.size(); ++i) {
    const Area& area = settings.areas[i];
    if (area.id == given) {
      found = {static_cast<int>(i)};
      break;
    }
    if (area.name == given) found.push_back(static_cast<int>(i));
    known.push_back(area.id);
    if (area.name != area.id) known.push_back(area.name);
  }
  if (found.empty()) {
    return NotFound("no area \"" + given + "\" in the configuration" + DidYouMean(given, known));
  }
  if (found.size() > 1) {
    std::vector<std::string> ids;
    for (int i : found) ids.push_back(settings.areas[i].id);
    return InvalidArgument("several areas are called \"" + given + "\": say which by its id, " +
                           ListOf(ids));
  }
  const int area = found.front();
  const int picture = settings.areas[area].picture;
  if (picture == area && settings.areas[area].level != settings.picture_level) {
    return InvalidArgument("\"" + given + "\" is wider than a picture and has no alerts; say an " +
                           "area of level " + settings.picture_level + " or below it");
  }
  return FoundArea{settings.areas[area].id, settings.areas[area].name, settings.areas[picture].id};
}

Status CheckRule(const Settings& settings, const std::string& rule) {
  std::vector<std::string> known;
  for (const Rule& each : settings.rules) {
    if (each.id == rule) return absl::OkStatus();
    known.push_back(each.id);
  }
  std::string near = DidYouMean(rule, known);
  if (near.empty()) near = "; the rules are " + ListOf(known);
  return NotFound("no rule \"" + rule + "\" in the configuration" + near);
}

}  // namespace lagesbild::app
