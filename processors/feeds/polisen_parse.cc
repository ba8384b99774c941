// The JSON side of the police feed: answers of the API and lines of recordings.
#include <simdjson.h>

#include <charconv>
#include <utility>

#include "base/time.h"
#include "feeds/polisen_event.h"
#include "feeds/text.h"

namespace lagesbild::feeds {
namespace {

using simdjson::dom::element;

std::optional<std::string_view> Text(const element& object, std::string_view field) {
  std::string_view value;
  if (object[field].get_string().get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

// "59.329324,18.068581" as degrees; false: anything else.
bool ParseGps(std::string_view gps, double& lat, double& lon) {
  const auto first = std::from_chars(gps.data(), gps.data() + gps.size(), lat);
  if (first.ec != std::errc() || first.ptr == gps.data() + gps.size() || *first.ptr != ',') {
    return false;
  }
  const auto second = std::from_chars(first.ptr + 1, gps.data() + gps.size(), lon);
  return second.ec == std::errc() && second.ptr == gps.data() + gps.size() && lat >= -90 &&
         lat <= 90 && lon >= -180 && lon <= 180;
}

std::optional<PolisenEvent> ToEvent(const element& object) {
  PolisenEvent event;
  if (object["id"].get_int64().get(event.id) != simdjson::SUCCESS || event.id < 0) {
    return std::nullopt;
  }
  const auto datetime = Text(object, "datetime");
  const auto type = Text(object, "type");
  element location;
  if (!datetime || !type || object["location"].get(location) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  const auto published = ParsePublished(*datetime);
  const auto place = Text(location, "name");
  if (!published || !place) return std::nullopt;
  event.published_ms = *published;
  event.type = Trim(*type);
  event.location = Trim(*place);
  if (const auto gps = Text(location, "gps")) event.has_gps = ParseGps(*gps, event.lat, event.lon);
  if (const auto name = Text(object, "name")) event.name_time = ParseNameTime(*name);
  return event;
}

}  // namespace

class PolisenParser::Impl {
 public:
  StatusOr<element> Parse(std::string_view json) {
    element parsed;
    if (parser_.parse(json.data(), json.size()).get(parsed) != simdjson::SUCCESS) {
      return InvalidArgument("not JSON");
    }
    return parsed;
  }

 private:
  simdjson::dom::parser parser_;
};

PolisenParser::PolisenParser() : impl_(std::make_unique<Impl>()) {}
PolisenParser::~PolisenParser() = default;

StatusOr<PolisenAnswer> PolisenParser::ParseAnswer(std::string_view body) {
  LB_ASSIGN_OR_RETURN(const element parsed, impl_->Parse(body));
  simdjson::dom::array events;
  if (parsed.get_array().get(events) != simdjson::SUCCESS) {
    return InvalidArgument("not an array of events");
  }
  PolisenAnswer answer;
  for (const element& object : events) {
    if (auto event = ToEvent(object)) {
      answer.events.push_back(*std::move(event));
    } else {
      ++answer.malformed;
    }
  }
  return answer;
}

StatusOr<RecordedLine> PolisenParser::ParseRecorded(std::string_view line) {
  LB_ASSIGN_OR_RETURN(const element parsed, impl_->Parse(line));
  RecordedLine out;
  int64_t at_s = 0;
  if (const auto body = Text(parsed, "body")) {
    if (parsed["fetched_at"].get_int64().get(at_s) != simdjson::SUCCESS) {
      return InvalidArgument("fetched_at is missing");
    }
    out.body = std::string(*body);
  } else {
    element object;
    if (parsed["event"].get(object) != simdjson::SUCCESS ||
        parsed["seen_at"].get_int64().get(at_s) != simdjson::SUCCESS ||
        parsed["version"].get_int64().get(out.version) != simdjson::SUCCESS || out.version < 1) {
      return InvalidArgument("neither {fetched_at, body} nor {version, seen_at, event}");
    }
    out.event = ToEvent(object);
  }
  out.at_ms = at_s * kSecondMs;
  return out;
}

}  // namespace lagesbild::feeds
