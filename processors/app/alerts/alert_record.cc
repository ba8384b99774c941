#include "app/alerts/alert_record.h"

#include <simdjson.h>

#include "base/time.h"

namespace lagesbild::app {
namespace {

namespace dom = simdjson::dom;

// Reads the fields of one object; keeps the first thing that is wrong.
class Fields {
 public:
  Fields(dom::object object, std::string path) : object_(object), path_(std::move(path)) {}

  const Status& status() const { return status_; }

  void Text(const char* name, std::string& to) {
    std::string_view v;
    if (Get(name).get(v)) return Bad(name, "a string");
    to.assign(v);
  }
  void TextOrNull(const char* name, std::string& to) {
    if (!IsNull(name)) Text(name, to);
  }
  void Count(const char* name, int64_t& to) {
    if (Get(name).get(to) || to < 0) Bad(name, "a whole number, 0 or more");
  }
  void CountOrNull(const char* name, std::optional<int64_t>& to) {
    if (!IsNull(name)) Count(name, to.emplace());
  }
  void Bool(const char* name, bool& to) {
    if (Get(name).get(to)) Bad(name, "true or false");
  }
  void Time(const char* name, int64_t& to) {
    std::string_view v;
    const auto ms = Get(name).get(v) ? std::nullopt : ParseTimeMs(v);
    if (!ms) return Bad(name, "a time");
    to = *ms;
  }
  void DurationOrNull(const char* name, std::optional<int64_t>& to) {
    if (IsNull(name)) return;
    std::string_view v;
    to = Get(name).get(v) ? std::nullopt : ParseDurationMs(v);
    if (!to || *to == 0) Bad(name, "a duration");
  }
  dom::object Object(const char* name) {
    dom::object v;
    if (Get(name).get(v)) Bad(name, "an object");
    return v;
  }
  dom::array Array(const char* name) {
    dom::array v;
    if (Get(name).get(v)) Bad(name, "a list");
    return v;
  }
  void Bad(const char* name, const char* wanted) {
    if (status_.ok()) status_ = InvalidArgument(path_ + name + " is missing or not " + wanted);
  }
  void Take(const Status& status) {
    if (status_.ok()) status_ = status;
  }

 private:
  simdjson::simdjson_result<dom::element> Get(const char* name) const { return object_[name]; }
  bool IsNull(const char* name) const {
    dom::element v;
    return !Get(name).get(v) && v.is_null();
  }

  dom::object object_;
  const std::string path_;
  Status status_;
};

Status TakeIncident(dom::element element, AlertIncident& out) {
  dom::object object;
  if (element.get(object)) return InvalidArgument("/incidents holds something that is no object");
  Fields fields(object, "/incidents/");
  fields.Text("id", out.id);
  fields.Text("class", out.class_name);
  fields.Text("verification", out.verification);
  fields.Time("occurred_from", out.occurred_ms);
  fields.Count("reports", out.reports);
  return fields.status();
}

void TakeCounts(Fields& fields, AlertRecord& out) {
  const dom::object object = fields.Object("counts");
  if (!fields.status().ok()) return;
  Fields counts(object, "/counts/");
  counts.Count("incidents", out.incident_count);
  counts.Count("reports", out.report_count);
  const dom::object kinds = counts.Object("by_kind");
  if (counts.status().ok()) {
    for (const auto field : kinds) {
      int64_t n = 0;
      if (field.value.get(n) || n < 0) counts.Bad("by_kind", "an object of whole numbers");
      out.by_kind.emplace_back(field.key, n);
    }
  }
  fields.Take(counts.status());
}

void TakeLists(Fields& fields, AlertRecord& out) {
  const dom::array incidents = fields.Array("incidents");
  const dom::array blind = fields.Array("blind_sources");
  if (!fields.status().ok()) return;
  for (const dom::element element : incidents)
    fields.Take(TakeIncident(element, out.incidents.emplace_back()));
  for (const dom::element element : blind) {
    std::string_view org;
    if (element.get(org)) fields.Bad("blind_sources", "a list of strings");
    out.blind_sources.emplace_back(org);
  }
}

Status TakeAlert(dom::object object, AlertRecord& out) {
  out = {};
  Fields fields(object, "/");
  fields.Text("alert_id", out.id);
  fields.Count("generation", out.generation);
  fields.Count("sequence", out.sequence);
  fields.Text("state", out.state);
  fields.Time("at", out.at_ms);
  fields.Time("since", out.since_ms);
  fields.Text("rule", out.rule);
  fields.Text("rule_set", out.rule_set);
  fields.Text("severity", out.severity);
  fields.Text("certainty", out.certainty);
  fields.Text("picture", out.picture);
  fields.Text("area", out.area);
  fields.Text("area_name", out.area_name);
  fields.Text("of", out.of);
  fields.DurationOrNull("window", out.window_ms);
  fields.Count("observed", out.observed);
  fields.CountOrNull("enter", out.enter);
  fields.CountOrNull("exit", out.exit);
  TakeCounts(fields, out);
  TakeLists(fields, out);
  fields.Count("incidents_omitted", out.incidents_omitted);
  fields.Text("completeness", out.completeness);
  fields.TextOrNull("reason", out.reason);
  fields.Bool("silenced", out.silenced);
  fields.Bool("acknowledged", out.acknowledged);
  const dom::object texts = fields.Object("text");
  if (fields.status().ok()) {
    Fields text(texts, "/text/");
    text.Text("sv", out.text_sv);
    text.Text("en", out.text_en);
    fields.Take(text.status());
  }
  out.json = simdjson::minify(object);
  return fields.status();
}

}  // namespace

class AlertParser::Impl {
 public:
  StatusOr<dom::object> Object(std::string_view json) {
    dom::object object;
    if (parser_.parse(json.data(), json.size()).get(object))
      return InvalidArgument("not a JSON object");
    return object;
  }

 private:
  dom::parser parser_;
};

AlertParser::AlertParser() : impl_(std::make_unique<Impl>()) {}
AlertParser::~AlertParser() = default;

Status AlertParser::Parse(std::string_view json, AlertRecord& out) {
  LB_ASSIGN_OR_RETURN(const dom::object object, impl_->Object(json));
  return TakeAlert(object, out);
}

StatusOr<bool> AlertParser::ParseLine(std::string_view line, AlertRecord& out) {
  LB_ASSIGN_OR_RETURN(const dom::object object, impl_->Object(line));
  dom::element field;
  if (!object["alert_id"].get(field)) {
    LB_RETURN_IF_ERROR(TakeAlert(object, out));
    return true;
  }
  std::string_view topic;
  if (object["topic"].get(topic))
    return InvalidArgument("neither a record with a topic nor an alert");
  // A topic's full name, "safety.alerts.v1", is as good as its short one.
  if (topic != "alerts" && topic.find(".alerts.") == std::string_view::npos) return false;
  dom::object value;
  if (object["value"].get(value)) return InvalidArgument("value is missing or not an object");
  LB_RETURN_IF_ERROR(TakeAlert(value, out));
  return true;
}

}  // namespace lagesbild::app
