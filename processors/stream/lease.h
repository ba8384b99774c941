// Lease: what intake leaves behind with its committed offsets, for the instance after it.
//
// The group commits offset 0 of the (empty) lease topic with LeaseState as metadata in each of its
// transactions, and each raw partition's offset with the time of its last record. So the clock
// never goes back through hand-overs, and an offset that has gone missing is noticed. Text, because
// operators see it: "v=1 clock=… config=… version=… closed=… known=topic:partitions,…".
// Architecture §1, One active intake. Pure functions.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"

namespace lagesbild::stream {

struct LeaseState {
  std::optional<int64_t> clock_ms;  // of the last log record; nullopt: nothing written yet
  std::string configuration_hash;   // in force; empty: none published yet
  int64_t configuration_version = 0;
  bool closed = false;                   // clock: records: the closing tick is written
  std::map<std::string, int32_t> known;  // raw topic → partitions that have offsets
  friend bool operator==(const LeaseState&, const LeaseState&) = default;
};

std::string EncodeLease(const LeaseState& state);
// FailedPrecondition: not ours, or of a newer version.
StatusOr<LeaseState> DecodeLease(std::string_view metadata);

std::string EncodeRawTime(std::optional<int64_t> time_ms);        // "t=1673732820000"; "t=-": none
bool IsRawTime(std::string_view metadata);                        // ours, not set by hand
std::optional<int64_t> DecodeRawTime(std::string_view metadata);  // nullopt: none in it

}  // namespace lagesbild::stream
