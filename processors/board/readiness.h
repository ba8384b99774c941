// Readiness: what the parts of the service say of themselves (stream/health.h) as one answer, for
// /readyz and for the metric `state`.
//
// In: the HealthBoard and a monotonic time. Out: ready or not, why not, what is missing, how much
// remains and for how long. Thread-compatible: it remembers, between answers, how fast a restore
// goes, or the catching up.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "stream/health.h"

namespace lagesbild::board {

struct MissingPart {
  std::string part;  // "intake", "picture-0/3"
  std::string state, detail;
  int64_t remaining_records = 0;
  std::optional<absl::Duration> eta;  // known from the second answer on that sees it restore
};

struct ReadyAnswer {
  bool ready = false;
  std::string state;                 // of the whole: one of ServiceStates()
  std::string reason;                // one line for a person; empty if ready
  std::vector<MissingPart> missing;  // by part, at most kMissingMax
  int64_t missing_omitted = 0;
};

class Readiness {
 public:
  static constexpr size_t kMissingMax = 100;

  explicit Readiness(const stream::HealthBoard& health) : health_(health) {}
  ReadyAnswer Ask(absl::Duration now);

 private:
  struct Restore {
    std::string state;
    absl::Duration since;
    int64_t records_then = 0;
  };
  std::optional<absl::Duration> Eta(const MissingPart& part, absl::Duration now);

  const stream::HealthBoard& health_;
  std::map<std::string, Restore> restores_;
};

// The states of the service, worst first; a part's state that is none of them counts as "starting".
const std::vector<std::string>& ServiceStates();

// {"ready":false,"state":…,"reason":…,"missing":[{"part":…,"state":…,…}]} and a line end; reason is
// null if ready.
std::string ReadyJson(const ReadyAnswer& answer);
// The same for a person: "ready", or "not ready: …" and one line a part that is missing.
std::string ReadyText(const ReadyAnswer& answer);

}  // namespace lagesbild::board
