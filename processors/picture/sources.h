// Sources: when each source was last heard of, and which are blind (silent for longer than their
// expected gap).
//
// Liveness comes to every log partition, so every picture sees the same. A source never heard of
// counts from the moment its configuration came. A minute is heard of as a whole: a source is blind
// once the gap has passed since the end of the last minute in which it spoke. Thread-compatible.
// Source: domain.md §1 "blind", contract "Alert transition".
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/settings.h"

namespace lagesbild::picture {

class Sources {
 public:
  // Takes the sources of `settings` (borrowed until the next call) from `clock_ms` on; what was
  // known stays.
  void Configure(const Settings* settings, int64_t clock_ms);

  // True if a source that was blind has returned.
  bool Heard(const std::string& org, int64_t minute_ms, int64_t clock_ms);
  // True if a source has become blind at or before `clock_ms`.
  bool Expire(int64_t clock_ms);
  int64_t next_due_ms() const;  // kNever if none will become blind

  bool blind(int source) const { return states_[source].blind; }
  bool any_blind() const { return blind_count_ > 0; }
  bool all_blind() const {
    return blind_count_ > 0 && blind_count_ == static_cast<int>(states_.size());
  }
  int64_t last_heard_ms(int source) const { return states_[source].last_ms; }

  // Stored rows: org and the minute it was last heard of; those changed since the last call.
  std::vector<std::pair<std::string, int64_t>> TakeDirty();
  const std::map<std::string, int64_t>& Minutes() const { return known_; }  // all of them
  void Restore(const std::string& org, int64_t last_ms) { known_[org] = last_ms; }

 private:
  struct State {
    int64_t last_ms = 0;
    int64_t gap_ms = 0;
    bool blind = false;
    int64_t due_ms() const;
  };
  const Settings* settings_ = nullptr;
  std::vector<State> states_;             // by source index
  std::map<std::string, int64_t> known_;  // org → last, those no longer configured too
  std::vector<std::string> dirty_;
  int blind_count_ = 0;
};

}  // namespace lagesbild::picture
