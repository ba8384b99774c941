#include <algorithm>
#include <array>

#include "intake/field_checks.h"
#include "intake/validate.h"

namespace lagesbild::intake {
namespace {

MaybeProblem MissingIn(const RawCommand& in) {
  using Type = RawCommandType;
  if (in.command.absent()) return Missing("/command");
  if (in.command.bad()) return std::nullopt;
  const Type type = in.command.value;
  if (type == Type::kHeartbeat) {
    if (in.at_ms.absent()) return Missing("/at");
    return in.org.absent() ? MaybeProblem(Missing("/org")) : std::nullopt;
  }
  const bool of_alert = type == Type::kAcknowledge || type == Type::kDismiss;
  if (in.id.absent()) return Missing("/id");
  if (in.picture.absent()) return Missing("/picture");
  if (in.by.absent()) return Missing("/by");
  if (in.at_ms.absent()) return Missing("/at");
  if (of_alert && in.alert_id.absent()) return Missing("/alert_id");
  if (!of_alert && in.area.absent()) return Missing("/area");
  if ((type == Type::kDismiss || type == Type::kSilence) && in.reason.absent())
    return Missing("/reason");
  if (type == Type::kSilence && in.until_ms.absent()) return Missing("/until");
  return std::nullopt;
}

bool IsReason(RawCommandType type, std::string_view reason) {
  static constexpr std::array<std::string_view, 5> kDismiss = {"false-report", "duplicate",
                                                               "handled", "known", "other"};
  static constexpr std::array<std::string_view, 4> kSilence = {"planned-event", "maintenance",
                                                               "known", "other"};
  return type == RawCommandType::kDismiss ? std::ranges::find(kDismiss, reason) != kDismiss.end()
                                          : std::ranges::find(kSilence, reason) != kSilence.end();
}

MaybeProblem BadIn(const RawCommand& in) {
  if (in.command.bad()) return Bad("/command");
  const auto bad_id = [](const Field<std::string_view>& field) {
    return !field.absent() && BadId(field);
  };
  if (bad_id(in.id)) return Bad("/id");
  if (in.picture.bad()) return Bad("/picture");
  if (bad_id(in.by)) return Bad("/by");
  if (in.at_ms.bad()) return Bad("/at");
  if (bad_id(in.alert_id)) return Bad("/alert_id");
  if (in.area.bad()) return Bad("/area");
  if (bad_id(in.rule)) return Bad("/rule");
  if (in.reason.bad() || (in.reason.good() && !IsReason(in.command.value, in.reason.value))) {
    return Bad("/reason");
  }
  if (in.until_ms.bad() || (in.until_ms.good() && in.until_ms.value <= in.at_ms.value))
    return Bad("/until");
  if (bad_id(in.org)) return Bad("/org");
  return std::nullopt;
}

}  // namespace

std::optional<Problem> Validator::Check(const RawCommand& in, CheckedCommand& out) {
  out = {};
  if (MaybeProblem problem = MissingIn(in)) return problem;
  if (MaybeProblem problem = BadIn(in)) return problem;
  out.type = in.command.value;
  out.id = in.id.value;
  out.by = in.by.value;
  out.at_ms = in.at_ms.value;
  out.alert_id = in.alert_id.value;
  out.rule = in.rule.value;
  out.reason = in.reason.value;
  out.until_ms = in.until_ms.value;
  if (out.type == RawCommandType::kHeartbeat) {
    out.source = FindSource(in.org.value);
    return out.source < 0 ? MaybeProblem(Problem{Reason::kUnknownOrg, "/org"}) : std::nullopt;
  }
  out.picture = FindArea(in.picture.value);
  if (out.picture < 0 || settings_.areas[out.picture].picture != out.picture) {
    return Problem{Reason::kUnknownArea, "/picture"};
  }
  if (in.area.absent()) return std::nullopt;
  out.area = FindArea(in.area.value);
  if (out.area < 0 || settings_.areas[out.area].picture != out.picture) {
    return Problem{Reason::kUnknownArea, "/area"};
  }
  return std::nullopt;
}

}  // namespace lagesbild::intake
