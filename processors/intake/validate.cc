#include "intake/validate.h"

#include <algorithm>

#include "intake/field_checks.h"

namespace lagesbild::intake {
namespace {

bool Within(const Field<double>& field, double low, double high) {
  return field.good() && field.value >= low && field.value <= high;  // false for NaN
}

MaybeProblem MissingInPlace(const Field<RawPlace>& place) {
  if (place.absent()) return Missing("/place");
  if (place.bad()) return std::nullopt;
  const RawPlace& p = place.value;
  const bool point = !p.lat.absent() || !p.lon.absent() || !p.precision_m.absent();
  if (!point) return p.area.absent() ? MaybeProblem(Missing("/place")) : std::nullopt;
  if (!p.area.absent()) return std::nullopt;  // both: a bad value
  if (p.lat.absent()) return Missing("/place/lat");
  if (p.lon.absent()) return Missing("/place/lon");
  return std::nullopt;
}

MaybeProblem MissingIn(const RawReport& in, bool withdrawal) {
  if (in.org.absent()) return Missing("/org");
  if (in.id.absent()) return Missing("/id");
  if (withdrawal) return in.revision.absent() ? MaybeProblem(Missing("/revision")) : std::nullopt;
  if (in.class_name.absent()) return Missing("/class");
  if (in.occurred_from_ms.absent()) return Missing("/occurred_from");
  return MissingInPlace(in.place);
}

MaybeProblem BadKey(const RawReport& in) {
  if (BadId(in.org)) return Bad("/org");
  if (BadId(in.id)) return Bad("/id");
  if (in.revision.bad() ||
      (in.revision.good() && (in.revision.value < 1 || in.revision.value > kRevisionMax))) {
    return Bad("/revision");
  }
  if (in.action.bad()) return Bad("/action");
  return std::nullopt;
}

MaybeProblem BadPlace(const Field<RawPlace>& place) {
  if (place.bad()) return Bad("/place");
  const RawPlace& p = place.value;
  if (!p.area.absent()) {
    if (!p.lat.absent() || !p.lon.absent() || !p.precision_m.absent()) return Bad("/place");
    return p.area.bad() ? MaybeProblem(Bad("/place/area")) : std::nullopt;
  }
  if (!Within(p.lat, -90, 90)) return Bad("/place/lat");
  if (!Within(p.lon, -180, 180)) return Bad("/place/lon");
  if (!p.precision_m.absent() && !Within(p.precision_m, 0, kPrecisionMetresMax))
    return Bad("/place/precision_m");
  return std::nullopt;
}

MaybeProblem BadDetail(const RawReport& in) {
  if (in.class_name.bad()) return Bad("/class");
  if (in.verification.bad()) return Bad("/verification");
  if (in.occurred_from_ms.bad()) return Bad("/occurred_from");
  if (in.occurred_to_ms.bad() ||
      (in.occurred_to_ms.good() && in.occurred_to_ms.value < in.occurred_from_ms.value)) {
    return Bad("/occurred_to");
  }
  if (in.reported_at_ms.bad()) return Bad("/reported_at");
  if (MaybeProblem problem = BadPlace(in.place)) return problem;
  if (in.indoor_dwelling.bad()) return Bad("/indoor_dwelling");
  if (in.exercise.bad()) return Bad("/exercise");
  if (in.multi.bad()) return Bad("/multi");
  if (in.reporter.bad() || (in.reporter.good() && (in.reporter.value.empty() ||
                                                   in.reporter.value.size() > kReporterBytesMax))) {
    return Bad("/reporter");
  }
  return std::nullopt;
}

template <typename T>
T Or(const Field<T>& field, T otherwise) {
  return field.good() ? field.value : otherwise;
}

void CopyDetail(const RawReport& in, const Arrival& arrival, CheckedReport& out) {
  out.verification = Or(in.verification, Verification::kUnconfirmed);
  out.occurred_ms = in.occurred_from_ms.value;
  out.occurred_to_ms = Or(in.occurred_to_ms, int64_t{0});
  out.reported_ms = Or(in.reported_at_ms, arrival.timestamp_ms);
  const RawPlace& place = in.place.value;
  out.has_point = place.area.absent();
  if (out.has_point) {
    out.lat = place.lat.value;
    out.lon = place.lon.value;
    out.precision_m = Or(place.precision_m, kPrecisionMetresDefault);
  }
  out.indoor_dwelling = Or(in.indoor_dwelling, false);
  out.exercise = Or(in.exercise, false);
  out.multi = Or(in.multi, false);
  out.reporter = Or(in.reporter, std::string_view());
}

}  // namespace

Validator::Validator(const Settings& settings) : settings_(settings) {
  for (const Source& source : settings.sources) {
    if (!source.topic.empty() && source.topic != "incidents" && source.topic != "tips") {
      own_topics_.push_back(source.topic);
    }
  }
}

int Validator::FindSource(std::string_view org) {
  scratch_.assign(org);
  return settings_.FindSource(scratch_);
}

int Validator::FindArea(std::string_view id) {
  scratch_.assign(id);
  return settings_.FindArea(scratch_);
}

std::optional<Problem> Validator::Check(const RawReport& in, const Arrival& arrival,
                                        CheckedReport& out) {
  out = {};
  const bool withdrawal = in.action.good() && in.action.value == Action::kWithdraw;
  if (MaybeProblem problem = MissingIn(in, withdrawal)) return problem;
  if (MaybeProblem problem = BadKey(in)) return problem;
  if (!withdrawal) {
    if (MaybeProblem problem = BadDetail(in)) return problem;
    CopyDetail(in, arrival, out);
  }
  out.tip = arrival.channel == Channel::kTips;
  out.org = in.org.value;
  out.id = in.id.value;
  out.revision = Or(in.revision, int64_t{1});
  out.action = Or(in.action, Action::kNew);
  if (MaybeProblem problem = CheckKnown(in, out)) return problem;
  if (!withdrawal) {
    if (MaybeProblem problem = CheckTime(arrival, out)) return problem;
  }
  return CheckSender(out, arrival);
}

std::optional<Problem> Validator::CheckKnown(const RawReport& in, CheckedReport& out) {
  out.source = FindSource(out.org);
  if (out.source < 0) return Problem{Reason::kUnknownOrg, "/org"};
  out.kind = out.tip ? Kind::kPublic : settings_.sources[out.source].kind;
  if (out.action == Action::kWithdraw) return std::nullopt;
  scratch_.assign(in.class_name.value);
  out.class_id = settings_.FindClass(scratch_);
  if (out.class_id < 0) return Problem{Reason::kUnknownClass, "/class"};
  if (out.has_point) return std::nullopt;
  out.area = FindArea(in.place.value.area.value);
  if (out.area < 0) return Problem{Reason::kUnknownArea, "/place/area"};
  return std::nullopt;
}

std::optional<Problem> Validator::CheckTime(const Arrival& arrival,
                                            const CheckedReport& report) const {
  if (report.occurred_ms > arrival.timestamp_ms + settings_.max_future_ms) {
    return Problem{Reason::kFuture, "/occurred_from"};
  }
  if (report.occurred_ms < arrival.clock_ms - settings_.longest_window_ms() - settings_.grace_ms) {
    return Problem{Reason::kTooOld, "/occurred_from"};
  }
  return std::nullopt;
}

std::optional<Problem> Validator::CheckSender(const CheckedReport& report,
                                              const Arrival& arrival) const {
  const std::string& own = settings_.sources[report.source].topic;
  const bool rightful = own.empty()
                            ? std::ranges::find(own_topics_, arrival.topic) == own_topics_.end()
                            : own == arrival.topic;
  if (!rightful) return Problem{Reason::kNotAllowed, "/org"};
  if (!report.tip && !report.reporter.empty()) return Problem{Reason::kNotAllowed, "/reporter"};
  return std::nullopt;
}

}  // namespace lagesbild::intake
