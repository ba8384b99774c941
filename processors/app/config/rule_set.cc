#include "app/config/rule_set.h"

#include "base/hash.h"
#include "base/json_writer.h"

namespace lagesbild::app {
namespace {

void WriteClasses(const Settings& settings, JsonWriter& json) {
  json.Key("families").BeginArray();
  for (const Family& f : settings.families) {
    json.BeginObject().Key("name").String(f.name).Key("parent").Int(f.parent).EndObject();
  }
  json.EndArray().Key("classes").BeginArray();
  for (const IncidentClass& c : settings.classes) {
    json.BeginObject().Key("name").String(c.name).Key("family").Int(c.family).Key("grave").Bool(
        c.grave);
    json.Key("merge_ms").Int(c.merge_ms).Key("merge_metres").Double(c.merge_metres).EndObject();
  }
  json.EndArray();
}

void WriteSources(const Settings& settings, JsonWriter& json) {
  json.Key("sources").BeginArray();
  for (const Source& s : settings.sources) {
    json.BeginObject().Key("org").String(s.org).Key("kind").String(KindName(s.kind));
    json.Key("expected_gap_ms")
        .Int(s.expected_gap_ms)
        .Key("topic")
        .String(s.topic)
        .Key("feeds")
        .BeginArray();
    for (const std::string& feed : s.feeds) json.String(feed);
    json.EndArray().EndObject();
  }
  json.EndArray();
}

void WriteAreas(const Settings& settings, JsonWriter& json) {
  json.Key("areas").BeginArray();
  for (const Area& a : settings.areas) {
    json.BeginObject().Key("id").String(a.id).Key("name").String(a.name).Key("level").String(
        a.level);
    json.Key("parent")
        .Int(a.parent)
        .Key("radius_m")
        .Double(a.radius_m)
        .Key("picture")
        .Int(a.picture)
        .EndObject();
  }
  json.EndArray();
}

void WriteRules(const Settings& settings, JsonWriter& json) {
  json.Key("rules").BeginArray();
  for (const Rule& r : settings.rules) {
    json.BeginObject().Key("id").String(r.id).Key("type").Int(static_cast<int>(r.type));
    json.Key("of")
        .BeginObject()
        .Key("what")
        .Int(static_cast<int>(r.of.what))
        .Key("name")
        .String(r.of.name)
        .EndObject();
    json.Key("level").String(r.level).Key("window_ms").Int(r.window_ms).Key("enter").Int(r.enter);
    json.Key("exit")
        .Int(r.exit)
        .Key("hold_ms")
        .Int(r.hold_ms)
        .Key("no_reraise_ms")
        .Int(r.no_reraise_ms);
    json.Key("max_age_ms").Int(r.max_age_ms).Key("for_ms").Int(r.for_ms);
    json.Key("severity").String(SeverityName(r.severity)).EndObject();
  }
  json.EndArray();
}

}  // namespace

std::string CanonicalSettings(const Settings& settings) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Key("format").Int(1);
  WriteClasses(settings, json);
  WriteSources(settings, json);
  WriteAreas(settings, json);
  WriteRules(settings, json);
  json.Key("windows_ms").BeginArray();
  for (const int64_t ms : settings.windows_ms) json.Int(ms);
  json.EndArray()
      .Key("time_zone")
      .String(settings.time_zone)
      .Key("grace_ms")
      .Int(settings.grace_ms);
  json.Key("max_future_ms")
      .Int(settings.max_future_ms)
      .Key("tips_per_day")
      .Int(settings.tips_per_day);
  json.EndObject();
  return text;
}

std::string RuleSetFingerprint(const Settings& settings) {
  return Hex(StableHash({CanonicalSettings(settings)}));
}

}  // namespace lagesbild::app
