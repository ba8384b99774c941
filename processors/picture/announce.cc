#include "picture/announce.h"

#include <array>
#include <utility>

#include "base/hash.h"
#include "base/json_writer.h"
#include "base/time.h"

namespace lagesbild::picture {
namespace {

void WriteKinds(const KindCounts& counts, JsonWriter& w) {
  w.BeginObject();
  for (int k = 1; k < kKindCount; ++k) {
    if (counts[k] != 0) w.Key(KindName(static_cast<Kind>(k))).Int(counts[k]);
  }
  w.EndObject();
}

void WriteStrings(const std::vector<std::string>& strings, JsonWriter& w) {
  w.BeginArray();
  for (const std::string& s : strings) w.String(s);
  w.EndArray();
}

void WriteWindows(const std::vector<WindowCells>& windows, JsonWriter& w) {
  w.BeginObject();
  for (const WindowCells& window : windows) {
    w.Key(FormatDurationMs(window.window_ms)).BeginObject();
    for (const NamedCell& named : window.cells) {
      w.Key(named.of).BeginObject();
      w.Key("incidents")
          .Int(named.cell.incidents)
          .Key("corroborated")
          .Int(named.cell.corroborated)
          .Key("reports");
      WriteKinds(named.cell.reports, w);
      w.EndObject();
    }
    w.EndObject();
  }
  w.EndObject();
}

std::string_view VerificationName(Verification verification) {
  return verification == Verification::kConfirmed ? "confirmed" : "unconfirmed";
}

// Most of the bytes of most transitions, so without the writer's care where none is needed.
void AppendIncident(const IncidentSummary& incident, std::string& out) {
  out.append(R"({"id":"i-)");
  AppendHex(incident.id, out);
  out.append(R"(","class":)");
  JsonWriter(out).String(incident.class_name);
  out.append(R"(,"occurred_from":")");
  AppendTimeMs(incident.occurred_ms, out);
  out.append(R"(","reports":)");
  JsonWriter(out).Int(incident.reports);
  out.append(R"(,"verification":")")
      .append(VerificationName(incident.verification))
      .append(R"("})");
}

}  // namespace

std::string NameOfIncident(uint64_t id) { return "i-" + Hex(id); }

std::string_view StateName(AlertState state) {
  static constexpr std::array<std::string_view, 5> kNames = {"", "open", "updated", "resolved",
                                                             "cancelled"};
  return kNames[static_cast<size_t>(state)];
}
std::string_view CertaintyName(Certainty certainty) {
  static constexpr std::array<std::string_view, 4> kNames = {"", "possible", "likely", "observed"};
  return kNames[static_cast<size_t>(certainty)];
}
std::string_view CompletenessName(Completeness completeness) {
  static constexpr std::array<std::string_view, 4> kNames = {"", "complete", "partial", "blind"};
  return kNames[static_cast<size_t>(completeness)];
}

std::string AlertJson(const AlertTransition& t) {
  std::string out;
  out.reserve(1024 + 150 * t.incidents.size());
  JsonWriter w(out);
  const bool windowed = t.window_ms != 0;
  const auto number_or_null = [&](std::string_view key, int64_t v) {
    windowed ? w.Key(key).Int(v) : w.Key(key).Null();
  };
  w.BeginObject().Key("alert_id").String(t.alert_id).Key("generation").Int(t.generation);
  w.Key("sequence").Int(t.sequence).Key("state").String(StateName(t.state));
  w.Key("at").Time(t.at_ms).Key("since").Time(t.since_ms);
  w.Key("rule")
      .String(t.rule)
      .Key("rule_set")
      .String(t.rule_set)
      .Key("severity")
      .String(SeverityName(t.severity));
  w.Key("certainty").String(CertaintyName(t.certainty)).Key("picture").String(t.picture);
  w.Key("area").String(t.area).Key("area_name").String(t.area_name).Key("of").String(t.of);
  windowed ? w.Key("window").String(FormatDurationMs(t.window_ms)) : w.Key("window").Null();
  w.Key("observed").Int(t.observed);
  number_or_null("enter", t.enter);
  number_or_null("exit", t.exit);
  w.Key("counts")
      .BeginObject()
      .Key("incidents")
      .Int(t.incident_count)
      .Key("reports")
      .Int(t.report_count);
  w.Key("by_kind");
  WriteKinds(t.by_kind, w);
  w.EndObject().Key("incidents").BeginArray();
  bool first = true;
  for (const IncidentSummary& incident : t.incidents) {
    if (!std::exchange(first, false)) out.push_back(',');
    AppendIncident(incident, out);
  }
  w.EndArray().Key("incidents_omitted").Int(t.incidents_omitted);
  w.Key("completeness").String(CompletenessName(t.completeness)).Key("blind_sources");
  WriteStrings(t.blind_sources, w);
  t.reason.empty() ? w.Key("reason").Null() : w.Key("reason").String(t.reason);
  w.Key("silenced").Bool(t.silenced).Key("acknowledged").Bool(t.acknowledged);
  w.Key("text")
      .BeginObject()
      .Key("sv")
      .String(t.text_sv)
      .Key("en")
      .String(t.text_en)
      .EndObject()
      .EndObject();
  return out;
}

std::string AggregateJson(const Aggregate& a) {
  std::string out;
  out.reserve(1024);
  JsonWriter w(out);
  w.BeginObject()
      .Key("area")
      .String(a.area)
      .Key("area_name")
      .String(a.area_name)
      .Key("level")
      .String(a.level);
  w.Key("picture").String(a.picture).Key("as_of").Time(a.as_of_ms).Key("sequence").Int(a.sequence);
  w.Key("completeness").String(CompletenessName(a.completeness)).Key("blind_sources");
  WriteStrings(a.blind_sources, w);
  w.Key("windows");
  WriteWindows(a.windows, w);
  if (a.has_unlocated) {
    w.Key("unlocated");
    WriteWindows(a.unlocated, w);
  }
  w.EndObject();
  return out;
}

}  // namespace lagesbild::picture
