// CountAbort: the metric transaction_aborts_total, by why a transaction was given up. Threads: any.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "stream/metrics.h"

namespace lagesbild::stream {

inline void CountAbort(Metrics& metrics, std::string_view reason) {
  metrics.counter("transaction_aborts_total", {{"reason", std::string(reason)}}).Add(1);
}

// By what the sink said (stream/ports.h). "unknown": no answer in time; whether it was committed,
// the log says at the next assign.
inline std::string_view AbortReason(const Status& status) {
  if (absl::IsAborted(status)) return "abortable";
  if (absl::IsFailedPrecondition(status)) return "fenced";
  return absl::IsUnavailable(status) ? "unknown" : "error";
}

}  // namespace lagesbild::stream
