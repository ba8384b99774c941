#include "picture/row_text.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/json_writer.h"
#include "base/time.h"
#include "picture/alerts.h"
#include "picture/announce.h"
#include "picture/markers.h"
#include "picture/report_chunk.h"
#include "picture/series.h"
#include "picture/shelves.h"
#include "picture/silences.h"

namespace lagesbild::picture {
namespace {

constexpr uint8_t kFormat = 1;  // of the rows that have no file of their own

std::string Topic(bool tip) { return tip ? "tips" : "incidents"; }

std::string ReportName(const ReportKey& key) {
  return Topic(key.tip) + "/" + key.org + "/" + key.id;
}

std::string UnknownName(std::string_view key) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string name = "unknown/";
  for (const char c : key) {
    name += kDigits[static_cast<uint8_t>(c) >> 4];
    name += kDigits[static_cast<uint8_t>(c) & 15];
  }
  return name;
}

// A row of a picture: "5", picture, NUL, a letter, the rest.
struct PictureKey {
  std::string picture;
  char type = 0;
  std::string_view rest;
};
bool Split(std::string_view key, PictureKey& out) {
  const size_t nul = key.find('\0');
  if (key.empty() || key[0] != '5' || nul == std::string_view::npos || nul + 1 >= key.size())
    return false;
  out = {std::string(key.substr(1, nul - 1)), key[nul + 1], key.substr(nul + 2)};
  return true;
}

int64_t NumberAt(std::string_view bytes) {
  return static_cast<int64_t>(ByteReader(bytes).BigEndian64());
}

// As Counters stores it: a letter and a name.
std::string OfName(std::string_view stored) {
  if (stored == "aall") return "all";
  const std::string name(stored.substr(std::min<size_t>(1, stored.size())));
  if (stored.starts_with('c')) return "class/" + name;
  if (stored.starts_with('f')) return "family/" + name;
  return {};
}

std::string SeriesName(std::string_view rest) {
  const size_t area_end = rest.find('\0');
  const size_t of_end =
      area_end == std::string_view::npos ? area_end : rest.find('\0', area_end + 1);
  if (of_end == std::string_view::npos || rest.size() != of_end + 10) return {};
  const int64_t hour_ms = NumberAt(rest.substr(of_end + 2));
  const std::string of = OfName(rest.substr(area_end + 1, of_end - area_end - 1));
  if (!IsTimeMs(hour_ms) || of.empty()) return {};
  return "series/" + std::string(rest.substr(0, area_end)) + "/" + of + "/" +
         FormatTimeMs(hour_ms) + (rest[of_end + 1] == 'u' ? "/unlocated" : "");
}

std::string NameInPicture(const PictureKey& key) {
  switch (key.type) {
    case 'A':
      return "alert/" + std::string(key.rest);
    case 'B':
      return SeriesName(key.rest);
    case 'O':
      return "organisations";
    case 'Q':
      return "sequence/" + std::string(key.rest);
    case 'F':
      return key.rest.size() == 8 ? "shelf/" + std::to_string(NumberAt(key.rest)) : "";
    case 'G':
      return key.rest.size() == 8 ? "shelved/" + std::to_string(NumberAt(key.rest)) : "";
    case 'R':
      return key.rest.size() == 8 ? "reports/" + std::to_string(NumberAt(key.rest)) : "";
    case 'S':
      return "silences";
    default:
      return {};
  }
}

void WriteCounts(const Counts& counts, JsonWriter& w) {
  w.Key("incidents").Int(counts.incidents).Key("corroborated").Int(counts.corroborated);
  w.Key("solid").Int(counts.solid).Key("solid_trusted").Int(counts.solid_trusted);
  w.Key("solid_confirmed").Int(counts.solid_confirmed);
  w.Key("solid_public").Int(counts.solid_public);
  w.Key("reports").BeginObject();
  for (int k = 0; k < kKindCount; ++k) {
    if (counts.reports[k] != 0) w.Key(KindName(static_cast<Kind>(k))).Int(counts.reports[k]);
  }
  w.EndObject();
}

StatusOr<std::string> SeriesJson(std::string_view row) {
  LB_ASSIGN_OR_RETURN(const SeriesRow series, DecodeSeriesRow(row));
  std::string json;
  JsonWriter w(json);
  w.BeginObject();
  WriteCounts(series.hour, w);
  w.Key("minutes").BeginArray();
  for (const auto& [minute, counts] : series.minutes) {
    w.BeginObject().Key("minute").Int(minute);
    WriteCounts(counts, w);
    w.EndObject();
  }
  w.EndArray().EndObject();
  return json;
}

// null where the time is none.
void WriteTime(std::string_view name, int64_t ms, bool given, JsonWriter& w) {
  w.Key(name);
  given&& IsTimeMs(ms) ? w.Time(ms) : w.Null();
}

void WriteStrings(std::string_view name, const std::vector<std::string>& strings, JsonWriter& w) {
  w.Key(name).BeginArray();
  for (const std::string& s : strings) w.String(s);
  w.EndArray();
}

std::string PhaseName(Alert::Phase phase) {
  switch (phase) {
    case Alert::Phase::kOpen:
      return "open";
    case Alert::Phase::kResolved:
      return "resolved";
    case Alert::Phase::kCancelled:
      return "cancelled";
  }
  return "?";
}

StatusOr<std::string> AlertJsonOf(std::string_view row) {
  LB_ASSIGN_OR_RETURN(const Alert a, DecodeAlert(row));
  std::string json;
  JsonWriter w(json);
  w.BeginObject().Key("alert_id").String(a.id).Key("rule").String(a.rule);
  w.Key("area").String(a.area_id).Key("of").String(a.of).Key("phase").String(PhaseName(a.phase));
  w.Key("generation").Int(a.generation).Key("sequence").Int(a.sequence);
  WriteTime("first_opened", a.first_opened_ms, true, w);
  WriteTime("opened", a.opened_ms, true, w);
  WriteTime("ended", a.ended_ms, a.phase != Alert::Phase::kOpen, w);
  WriteTime("held_since", a.held_since_ms, a.held_since_ms != kNever, w);
  w.Key("must_fall").Bool(a.must_fall).Key("was_confirmed").Bool(a.was_confirmed);
  w.Key("proven").Bool(a.proven).Key("acknowledged").Bool(a.acknowledged);
  w.Key("silenced").Bool(a.silenced).Key("severity").String(SeverityName(a.severity));
  w.Key("completeness").String(CompletenessName(a.completeness));
  WriteStrings("blind_sources", a.blind_sources, w);
  w.Key("incident");
  a.incident_id.empty() ? w.Null() : w.String(a.incident_id);
  WriteStrings("orgs", a.orgs, w);
  std::vector<std::string> reports;
  for (const ReportKey& key : a.reports) reports.push_back(ReportName(key));
  WriteStrings("reports", reports, w);
  w.Key("past").Int(static_cast<int64_t>(a.past.size()));
  w.Key("shape").String(Hex(a.shape)).EndObject();
  return json;
}

std::string ReportJson(const HeldReport& r) {
  std::string json;
  JsonWriter w(json);
  w.BeginObject().Key("topic").String(Topic(r.key.tip)).Key("org").String(r.key.org);
  w.Key("id").String(r.key.id).Key("revision").Int(r.revision);
  w.Key("kind").String(KindName(r.kind)).Key("class").String(r.class_name);
  w.Key("area").String(r.area_id);
  WriteTime("occurred_from", r.occurred_ms, true, w);
  w.Key("place");
  if (r.has_point) {
    w.BeginObject().Key("lat").Double(r.lat).Key("lon").Double(r.lon);
    w.Key("precision_m").Double(r.precision_m).EndObject();
  } else {
    w.Null();
  }
  w.Key("confirmed").Bool(r.confirmed).Key("refuted").Bool(r.refuted);
  w.Key("has_reporter").Bool(!r.reporter.empty());
  WriteTime("first_accepted", r.first_accepted_ms, true, w);
  WriteTime("accepted", r.accepted_ms, true, w);
  WriteTime("keep_until", r.keep_until_ms, true, w);
  w.EndObject();
  return json;
}

StatusOr<std::string> ChunkJson(std::string_view row) {
  std::string json;
  JsonWriter w(json);
  w.BeginArray();
  LB_RETURN_IF_ERROR(ReadReportChunk(row, [&](StoredReport&& stored) {
    if (stored.held) {
      w.Raw(ReportJson(*stored.report));
    } else {
      w.BeginObject().Key("gone").String(ReportName(stored.report->key)).EndObject();
    }
  }));
  w.EndArray();
  return json;
}

StatusOr<std::string> ShelfJson(std::string_view row) {
  Shelf shelf;
  std::string class_name;
  LB_RETURN_IF_ERROR(DecodeShelf(row, shelf, class_name));
  std::string json;
  JsonWriter w(json);
  w.BeginObject().Key("class");
  class_name.empty() ? w.Null() : w.String(class_name);
  w.Key("reports").Int(static_cast<int64_t>(shelf.fingerprints.size()));
  w.Key("parts").Int(shelf.parts);
  WriteTime("oldest", shelf.oldest_ms, true, w);
  WriteTime("newest", shelf.newest_ms, true, w);
  WriteTime("keep_until", shelf.keep_until_ms, true, w);
  w.EndObject();
  return json;
}

StatusOr<std::string> SilencesJson(std::string_view row) {
  Silences silences;
  LB_RETURN_IF_ERROR(silences.Restore(row));
  std::string json;
  JsonWriter w(json);
  w.BeginArray();
  for (const Silences::Entry& e : silences.entries()) {
    w.BeginObject().Key("area").String(e.area_id).Key("rule");
    e.rule.empty() ? w.Null() : w.String(e.rule);
    WriteTime("until", e.until_ms, true, w);
    w.EndObject();
  }
  w.EndArray();
  return json;
}

StatusOr<std::string> OrganisationsJson(std::string_view row) {
  ByteReader r(row);
  if (r.Byte() != kFormat) return DataLoss("organisations row: unknown format");
  std::string json;
  JsonWriter w(json);
  w.BeginArray();
  while (r.ok() && !r.done()) w.String(r.String());
  if (!r.ok()) return DataLoss("organisations row: cut");
  w.EndArray();
  return json;
}

// A row of one number: {"<name>": …}.
StatusOr<std::string> NumberJson(std::string_view row, std::string_view name, bool time) {
  ByteReader r(row);
  if (r.Byte() != kFormat) return DataLoss("row of an unknown format");
  const int64_t number = time ? r.TimeMs() : r.Signed();
  if (!r.ok() || !r.done()) return DataLoss("row cut or too long");
  std::string json;
  JsonWriter w(json);
  w.BeginObject().Key(name);
  time ? w.Time(number) : w.Int(number);
  w.EndObject();
  return json;
}

StatusOr<std::string> ConfigurationJson(std::string_view row) {
  ByteReader r(row);
  if (r.Byte() != kFormat) return DataLoss("row of an unknown format");
  const int64_t version = r.Signed();
  const std::string settings = r.String();
  if (!r.ok() || !r.done()) return DataLoss("row cut or too long");
  std::string json;
  JsonWriter w(json);
  w.BeginObject().Key("version").Int(version).Key("bytes").Int(
      static_cast<int64_t>(settings.size()));
  w.Key("fingerprint").String(Hex(StableHash({settings}))).EndObject();
  return json;
}

StatusOr<std::string> MarkerJson(std::string_view row) {
  LB_ASSIGN_OR_RETURN(const Marker marker, DecodeMarker(row));
  std::string json;
  JsonWriter w(json);
  w.BeginObject().Key("revision").Int(marker.revision).Key("withdrawn").Bool(marker.withdrawn);
  WriteTime("keep_until", marker.keep_until_ms, true, w);
  w.EndObject();
  return json;
}

StatusOr<std::string> PendingJson(std::string_view row) {
  LB_ASSIGN_OR_RETURN(const PendingCount pending, DecodePending(row));
  std::string json;
  JsonWriter w(json);
  w.BeginObject().Key("rule").String(pending.rule).Key("area").String(pending.area_id);
  WriteTime("due", pending.due_ms, true, w);
  w.EndObject();
  return json;
}

StatusOr<std::string> JsonInPicture(const PictureKey& key, std::string_view value) {
  switch (key.type) {
    case 'A':
      return key.rest.starts_with("pending/") ? PendingJson(value) : AlertJsonOf(value);
    case 'B':
      return SeriesJson(value);
    case 'O':
      return OrganisationsJson(value);
    case 'Q':
      return NumberJson(value, "sequence", false);
    case 'F':
      return ShelfJson(value);
    case 'G':
    case 'R':
      return ChunkJson(value);
    case 'S':
      return SilencesJson(value);
    default:
      return DataLoss("row of an unknown kind");
  }
}

}  // namespace

std::string RowName(std::string_view key) {
  const std::string_view rest = key.substr(key.empty() ? 0 : 1);
  switch (key.empty() ? '\0' : key[0]) {
    case '0':
      return "header";
    case '1':
      return "configuration";
    case '2':
      return "source/" + std::string(rest);
    case '3':
      return "command/" + std::string(rest);
    case '4': {
      const size_t nul = rest.find('\0');
      if (rest.empty() || nul == std::string_view::npos) return UnknownName(key);
      return "marker/" + ReportName({rest[0] == 't', std::string(rest.substr(1, nul - 1)),
                                     std::string(rest.substr(nul + 1))});
    }
    case '5': {
      PictureKey in;
      const std::string name = Split(key, in) ? NameInPicture(in) : "";
      return name.empty() ? UnknownName(key) : "picture/" + in.picture + "/" + name;
    }
    default:
      return UnknownName(key);
  }
}

StatusOr<std::string> RowJson(std::string_view key, std::string_view value) {
  switch (key.empty() ? '\0' : key[0]) {
    case '0':
      return NumberJson(value, "clock", true);
    case '1':
      return ConfigurationJson(value);
    case '2':
      return NumberJson(value, "minute", true);
    case '3':
      return NumberJson(value, "until", true);
    case '4':
      return MarkerJson(value);
    case '5': {
      PictureKey in;
      if (Split(key, in)) return JsonInPicture(in, value);
      return DataLoss("picture row: bad key");
    }
    default:
      return DataLoss("row of an unknown kind");
  }
}

Status ForEachItem(std::string_view key, std::string_view value, const ItemSink& sink) {
  PictureKey in;
  if (!Split(key, in) || (in.type != 'R' && in.type != 'G')) {
    LB_ASSIGN_OR_RETURN(std::string json, RowJson(key, value));
    sink(RowName(key), std::move(json));
    return absl::OkStatus();
  }
  return ReadReportChunk(value, [&](StoredReport&& stored) {
    sink("picture/" + in.picture + "/report/" + ReportName(stored.report->key),
         stored.held ? ReportJson(*stored.report) : "null");
  });
}

}  // namespace lagesbild::picture
