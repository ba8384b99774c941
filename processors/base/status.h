// Status helpers: the error codes of Lägesbild and the two macros that pass them on.
//
// One meaning a code, everywhere: InvalidArgument = bad record or configuration; NotFound;
// Unavailable = call again; Aborted = abort the transaction and redo the batch; FailedPrecondition
// = fenced or misconfigured, stop; ResourceExhausted = disk full; DataLoss, Internal = damaged
// state or a bug, crash.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace lagesbild {

using absl::Status;
using absl::StatusCode;
using absl::StatusOr;

// A status from standard strings (Debian's Abseil has a string_view of its own that takes none of
// std's).
inline Status Error(StatusCode code, std::string_view message) {
  return Status(code, absl::string_view(message.data(), message.size()));
}
inline Status InvalidArgument(std::string_view m) { return Error(StatusCode::kInvalidArgument, m); }
inline Status NotFound(std::string_view m) { return Error(StatusCode::kNotFound, m); }
inline Status Unavailable(std::string_view m) { return Error(StatusCode::kUnavailable, m); }
inline Status Aborted(std::string_view m) { return Error(StatusCode::kAborted, m); }
inline Status FailedPrecondition(std::string_view m) {
  return Error(StatusCode::kFailedPrecondition, m);
}
inline Status DataLoss(std::string_view m) { return Error(StatusCode::kDataLoss, m); }
inline Status Internal(std::string_view m) { return Error(StatusCode::kInternal, m); }
inline std::string Message(const Status& s) { return std::string(s.message()); }

#define LB_RETURN_IF_ERROR(expr)                    \
  do {                                              \
    if (auto lb_status = (expr); !lb_status.ok()) { \
      return lb_status;                             \
    }                                               \
  } while (false)

#define LB_CONCAT_INNER(a, b) a##b
#define LB_CONCAT(a, b) LB_CONCAT_INNER(a, b)
#define LB_ASSIGN_OR_RETURN(lhs, expr) \
  LB_ASSIGN_OR_RETURN_IMPL(LB_CONCAT(lb_so_, __LINE__), lhs, expr)
#define LB_ASSIGN_OR_RETURN_IMPL(so, lhs, expr) \
  auto so = (expr);                             \
  if (!so.ok()) return std::move(so).status();  \
  lhs = std::move(so).value()

}  // namespace lagesbild
