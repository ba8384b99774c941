// What `feed polisen` keeps over a restart, in one small JSON file: each event's revision and
// fingerprint, the calls of the last day, the API's ETag. No text of any event. Written whole and
// renamed into place.
//
// Form:
// {"format":1,"etag":"…","last_modified":"…","good_count":500,"odd_in_a_row":0,"calls":[ms,…],
//        "events":[[id,revision,"fingerprint",published_ms,seen_ms],…]}
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "base/status.h"
#include "feeds/polisen_answers.h"

namespace lagesbild::feeds {

struct PolisenState {
  PolisenMemory memory;
  std::deque<int64_t> calls;
  std::string etag, last_modified;
};

// An empty state if there is no such file. DataLoss: it cannot be read or is of a newer format.
StatusOr<PolisenState> LoadPolisenState(const std::string& path);
// ResourceExhausted: disk full. Unavailable: cannot be written. The file is the old one or the new
// one, never half.
Status SavePolisenState(const std::string& path, const PolisenMemory& memory,
                        const std::deque<int64_t>& calls, const std::string& etag,
                        const std::string& last_modified);

}  // namespace lagesbild::feeds
