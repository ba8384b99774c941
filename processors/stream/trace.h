// Trace context (W3C traceparent) of raw records, carried on to the alert records that they cause.
//
// A header beside the value all the way: raw record → picture log → alert record; no value and no
// stored state ever knows of it, so it changes nothing. Pure.
#pragma once

#include <span>
#include <string_view>

#include "base/log_record.h"
#include "base/settings.h"
#include "picture/outputs.h"
#include "stream/ports.h"

namespace lagesbild::stream {

inline constexpr std::string_view kTraceparent = "traceparent";

// The header's value if there is one of the W3C's form (55 characters); else empty. Anything else
// is dropped in silence: it is a help to operators, not a part of the report.
std::string_view TraceparentOf(std::span<const HeaderView> headers);

// Of the newest record of the transition's instant that bears on the alert: a report in its area of
// what its rule looks at, or a command about it; where there is none, a revision that may have
// taken its ground. Empty: it has none, or time alone caused the transition.
std::string_view TraceparentOf(const picture::AlertTransition& transition, int64_t clock_ms,
                               std::span<const LogRecord> records, const Settings& settings);

}  // namespace lagesbild::stream
