// PolisenConverter: a police event and its revision → a report of the contract.
//
// Class by the table, time by the name, place by the area that the place name means. Every report
// is unconfirmed. The API's coordinates are centres of municipalities and counties: where the name
// is no area of the configuration they go out with a precision so coarse (10 km, counties 100 km)
// that no district can hold them; a report that no area holds is counted by intake as out-of-area
// and still shows that its source is alive. Thread-compatible.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "feeds/place_names.h"
#include "feeds/polisen_event.h"
#include "feeds/polisen_types.h"
#include "feeds/publisher.h"

namespace lagesbild::feeds {

struct PolisenSettings {
  const PolisenTypes* types = nullptr;  // borrowed
  const PlaceNames* places = nullptr;   // borrowed
  absl::TimeZone zone;                  // of the names' times: Europe/Stockholm
  std::string org = "polisen";
  std::string topic = "incidents";  // or the source's own
};

// What had to be guessed or left out; for the summary on stderr.
struct ConvertCounts {
  int64_t reports = 0;
  int64_t multi = 0;
  int64_t time_unreadable = 0;         // publication time taken: no time in the name
  int64_t time_after_publication = 0;  // publication time taken: the name's time is later
  int64_t place_by_gps = 0;            // the name is no area: centre with a coarse precision
  int64_t without_place = 0;           // neither an area nor coordinates: left out
  int64_t malformed = 0;               // left out
  std::map<std::string, int64_t>
      unknown_types;  // not in the table; cut to 64 bytes, at most 100 of them
};

class PolisenConverter {
 public:
  explicit PolisenConverter(PolisenSettings settings) : settings_(std::move(settings)) {}

  // The report's record, stamped `timestamp_ms`. nullopt: it has no place (counted).
  std::optional<RawMessage> Convert(const PolisenEvent& event, int64_t revision,
                                    int64_t timestamp_ms);

  // Equal for two versions of an event that give the same report: an edit of its text alone changes
  // nothing.
  uint64_t Fingerprint(const PolisenEvent& event) const;

  ConvertCounts& counts() { return counts_; }
  const PolisenSettings& settings() const { return settings_; }

 private:
  const PolisenSettings settings_;
  ConvertCounts counts_;
};

}  // namespace lagesbild::feeds
