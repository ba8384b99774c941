// HealthBoard: what /readyz says: each part of the service, whether it is ready, and why not.
//
// A part is ready from when it has caught up with the backlog that it found at the start of its
// worker; from then on lag does not make it unready, only what keeps it from working.
// Written by the worker threads, read by the admin listener. Threads: any.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace lagesbild::stream {

struct PartHealth {
  bool ready = false;
  std::string state;              // "running", "restoring", "catching-up", "broker-away", …
  std::string detail;             // for a person; may be empty
  int64_t remaining_records = 0;  // while restoring or catching up
};

class HealthBoard {
 public:
  void Set(std::string_view part, PartHealth health) ABSL_LOCKS_EXCLUDED(mu_) {
    absl::MutexLock lock(&mu_);
    parts_[std::string(part)] = std::move(health);
  }
  void Remove(std::string_view part) ABSL_LOCKS_EXCLUDED(mu_) {
    absl::MutexLock lock(&mu_);
    parts_.erase(std::string(part));
  }
  // By part: "intake", "picture-0", "picture-0/3".
  std::map<std::string, PartHealth> parts() const ABSL_LOCKS_EXCLUDED(mu_) {
    absl::MutexLock lock(&mu_);
    return {parts_.begin(), parts_.end()};
  }
  // Of one part; nullopt: there is no such part in this process.
  std::optional<bool> ready(std::string_view part) const ABSL_LOCKS_EXCLUDED(mu_) {
    absl::MutexLock lock(&mu_);
    const auto it = parts_.find(part);
    return it == parts_.end() ? std::nullopt : std::optional(it->second.ready);
  }
  // True if there are parts and all are ready.
  bool ready() const ABSL_LOCKS_EXCLUDED(mu_) {
    absl::MutexLock lock(&mu_);
    for (const auto& [name, part] : parts_) {
      if (!part.ready) return false;
    }
    return !parts_.empty();
  }

 private:
  mutable absl::Mutex mu_;
  std::map<std::string, PartHealth, std::less<>> parts_ ABSL_GUARDED_BY(mu_);
};

}  // namespace lagesbild::stream
