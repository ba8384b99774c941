// An event of the public feed of the Swedish police (polisen.se/api/events), as far as we pass it
// on.
//
// In: the API's JSON {id, datetime, name, summary, url, type, location{name, gps}}; out: id, times,
// type, place. The summary, the url and the text of the name are left behind here and go nowhere
// (domain.md §6). Pure functions; the parser is thread-compatible. What the data is like:
// deploy/sweden/README.md.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "base/status.h"

namespace lagesbild::feeds {

// The event's own time as the name begins with it: "31 december 23.50, …". It has no year.
struct NameTime {
  int day = 0, month = 0, hour = 0, minute = 0;
  friend bool operator==(const NameTime&, const NameTime&) = default;
};

struct PolisenEvent {
  int64_t id = 0;
  int64_t published_ms = 0;  // `datetime`; an edit does not move it
  std::optional<NameTime> name_time;
  std::string type;      // "Mord/dråp, försök"; surrounding spaces removed
  std::string location;  // "Hässleholm", "Västra Götalands län"
  bool has_gps = false;
  double lat = 0, lon = 0;  // the centre of the municipality or county, never the place
};

// "2024-12-29 6:23:51 +01:00": the hour is not padded. nullopt: anything else.
std::optional<int64_t> ParsePublished(std::string_view datetime);

// "31 december 23.50, …", "25 mars 21:15, …"; short months and "kl." too. nullopt: no such time.
std::optional<NameTime> ParseNameTime(std::string_view name);

struct EventTime {
  enum class From : uint8_t {
    kName,        // day and time of the name, in the year that brings it nearest to the publication
    kUnreadable,  // publication: the name has no time
    kAfterPublication,  // publication: the name's time is later by more than 10 minutes, a slip or
                        // an edit's own time
  };
  int64_t ms = 0;
  From from = From::kName;
};
EventTime ResolveEventTime(const PolisenEvent& event, const absl::TimeZone& zone);

// The events of one answer, in its order, and how many had to be left out (no id, datetime, type or
// location).
struct PolisenAnswer {
  std::vector<PolisenEvent> events;
  int64_t malformed = 0;
};

// One line of a recording: an answer of the API as it was fetched, or one version of one event.
struct RecordedLine {
  int64_t at_ms = 0;                  // fetched_at or seen_at
  std::optional<std::string> body;    // an answer
  std::optional<PolisenEvent> event;  // a version; nullopt beside a nullopt body: malformed
  int64_t version = 1;
};

class PolisenParser {
 public:
  PolisenParser();
  ~PolisenParser();
  // InvalidArgument: not JSON, or not an array (an empty body, an error page).
  StatusOr<PolisenAnswer> ParseAnswer(std::string_view body);
  // InvalidArgument: not a line of a recording.
  StatusOr<RecordedLine> ParseRecorded(std::string_view line);

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace lagesbild::feeds
