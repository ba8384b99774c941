#include "feeds/polisen_convert.h"

#include "base/hash.h"
#include "feeds/report.h"

namespace lagesbild::feeds {
namespace {

constexpr double kMunicipalityPrecisionM = 10'000;
constexpr double kCountyPrecisionM = 100'000;
constexpr size_t kUnknownTypesMax = 100;
constexpr size_t kTypeBytesMax = 64;

}  // namespace

uint64_t PolisenConverter::Fingerprint(const PolisenEvent& event) const {
  const std::string time = std::to_string(ResolveEventTime(event, settings_.zone).ms);
  const std::string gps = std::to_string(event.lat) + "," + std::to_string(event.lon);
  return StableHash({time, event.type, event.location, event.has_gps ? gps : ""});
}

std::optional<RawMessage> PolisenConverter::Convert(const PolisenEvent& event, int64_t revision,
                                                    int64_t timestamp_ms) {
  OutgoingReport report;
  report.org = settings_.org;
  report.id = std::to_string(event.id);
  report.revision = revision;
  report.action = revision > 1 ? Action::kCorrect : Action::kNew;

  report.area = settings_.places->Find(event.location);
  if (report.area.empty()) {
    if (!event.has_gps) {
      ++counts_.without_place;
      return std::nullopt;
    }
    ++counts_.place_by_gps;
    report.lat = event.lat;
    report.lon = event.lon;
    report.precision_m =
        PlaceNames::IsCounty(event.location) ? kCountyPrecisionM : kMunicipalityPrecisionM;
  }

  const PolisenTypes::Target* known = settings_.types->Find(event.type);
  if (known == nullptr && (counts_.unknown_types.size() < kUnknownTypesMax ||
                           counts_.unknown_types.contains(event.type))) {
    ++counts_.unknown_types[event.type.substr(0, kTypeBytesMax)];
  }
  const PolisenTypes::Target target =
      known != nullptr ? *known : settings_.types->Fallback(event.type);
  report.class_name = target.class_name;
  report.multi = target.multi;

  const EventTime time = ResolveEventTime(event, settings_.zone);
  if (time.from == EventTime::From::kUnreadable) ++counts_.time_unreadable;
  if (time.from == EventTime::From::kAfterPublication) ++counts_.time_after_publication;
  report.occurred_ms = time.ms;
  report.reported_ms = event.published_ms;

  ++counts_.reports;
  counts_.multi += report.multi ? 1 : 0;
  return ReportMessage(report, settings_.topic, timestamp_ms);
}

}  // namespace lagesbild::feeds
