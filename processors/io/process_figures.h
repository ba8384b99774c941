// ProcessFigures: what Linux says about this process, for the process_* metrics.
// In: /proc. Out: numbers; what cannot be read is absent. Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace lagesbild::io {

struct ProcessFigures {
  std::optional<double> cpu_seconds;         // user and system
  std::optional<double> start_time_seconds;  // Unix time
  std::optional<int64_t> resident_bytes, virtual_bytes, threads;
  std::optional<int64_t> open_fds, fds_max;
};

// `proc`: another folder of the same form, in tests.
ProcessFigures ReadProcessFigures(const std::string& proc = "/proc");

}  // namespace lagesbild::io
