// The exit codes of every command (interfaces.md, Command line). Scripts rely on them: never change
// a number.
#pragma once

#include "base/status.h"

namespace lagesbild::app {

inline constexpr int kExitOk = 0;
inline constexpr int kExitProblems = 1;  // a check found problems
inline constexpr int kExitUsage = 2;
inline constexpr int kExitUnhealthy = 10;
inline constexpr int kExitBadInput =
    65;                                 // the input file itself cannot be read as what it should be
inline constexpr int kExitNoFile = 66;  // a file named on the command line does not exist
inline constexpr int kExitUnavailable = 69;  // no broker
inline constexpr int kExitInternal = 70;
inline constexpr int kExitStateDamaged = 74;
inline constexpr int kExitNotAuthorised = 77;
inline constexpr int kExitBadConfig = 78;

// The code for a failed LoadConfig: the configuration file itself is missing, or something in it is
// wrong. A file that the configuration names and that is missing is an error in the configuration,
// with its line.
inline int ExitCodeOfConfig(const Status& status) {
  if (status.ok()) return kExitOk;
  return status.code() == StatusCode::kNotFound ? kExitNoFile : kExitBadConfig;
}

// The code for what a command ended with.
inline int ExitCodeOf(const Status& status) {
  switch (status.code()) {
    case StatusCode::kOk:
      return kExitOk;
    case StatusCode::kInvalidArgument:
    case StatusCode::kNotFound:
    case StatusCode::kFailedPrecondition:
      return kExitBadConfig;
    case StatusCode::kUnavailable:
      return kExitUnavailable;
    case StatusCode::kDataLoss:
    case StatusCode::kResourceExhausted:
      return kExitStateDamaged;
    case StatusCode::kPermissionDenied:
    case StatusCode::kUnauthenticated:
      return kExitNotAuthorised;
    default:
      return kExitInternal;
  }
}

// The same, where InvalidArgument and NotFound are of an input file.
inline int ExitCodeOfInput(const Status& status) {
  switch (status.code()) {
    case StatusCode::kInvalidArgument:
      return kExitBadInput;
    case StatusCode::kNotFound:
      return kExitNoFile;
    default:
      return ExitCodeOf(status);
  }
}

}  // namespace lagesbild::app
