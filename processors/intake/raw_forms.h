// RawReport, RawCommand: a record as its sender wrote it, whatever the encoding: which fields are
// there, and those of the right type as values. Nothing is judged yet but types.
//
// In: JSON or Protobuf (decode.h). Out: to validate.h. Text is borrowed from the decoder until its
// next call. A field's index is its place in the schema: its Protobuf number less one
// (schemas/safety/v1/{report,command}.proto).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/log_record.h"
#include "intake/name_table.h"

namespace lagesbild::intake {

template <typename T>
struct Field {
  enum class Is : uint8_t { kAbsent, kGood, kBad };  // kBad: there, but of a wrong type or form
  Is is = Is::kAbsent;
  T value{};
  bool absent() const { return is == Is::kAbsent; }
  bool good() const { return is == Is::kGood; }
  bool bad() const { return is == Is::kBad; }
  void Set(T v) { *this = {Is::kGood, v}; }
  void SetBad() { *this = {Is::kBad, T{}}; }
  friend bool operator==(const Field&, const Field&) = default;
};

inline constexpr NameTable kReportFields(std::to_array<std::string_view>(
    {"org", "id", "revision", "action", "class", "verification", "occurred_from", "occurred_to",
     "reported_at", "place", "indoor_dwelling", "exercise", "multi", "reporter"}));
inline constexpr NameTable kPlaceFields(std::to_array<std::string_view>({"lat", "lon",
                                                                         "precision_m", "area"}));
inline constexpr NameTable kCommandFields(
    std::to_array<std::string_view>({"command", "id", "picture", "by", "at", "alert_id", "area",
                                     "rule", "reason", "until", "org"}));

// Enumerators as JSON has them; the index + 1 is the value, here, in log_record.h and in the .proto
// files.
inline constexpr NameTable kActions(std::to_array<std::string_view>({"new", "correct",
                                                                     "withdraw"}));
inline constexpr NameTable kVerifications(
    std::to_array<std::string_view>({"unconfirmed", "confirmed", "refuted"}));
inline constexpr NameTable kCommands(std::to_array<std::string_view>(
    {"acknowledge", "dismiss", "silence", "unsilence", "heartbeat"}));

struct RawPlace {
  Field<double> lat, lon, precision_m;
  Field<std::string_view> area;
  friend bool operator==(const RawPlace&, const RawPlace&) = default;
};

struct RawReport {
  Field<std::string_view> org, id;
  Field<int64_t> revision;
  Field<Action> action;
  Field<std::string_view> class_name;
  Field<Verification> verification;
  Field<int64_t> occurred_from_ms, occurred_to_ms, reported_at_ms;
  Field<RawPlace> place;
  Field<bool> indoor_dwelling, exercise, multi;
  Field<std::string_view> reporter;
  friend bool operator==(const RawReport&, const RawReport&) = default;
};

enum class RawCommandType : uint8_t {
  kAcknowledge = 1,
  kDismiss = 2,
  kSilence = 3,
  kUnsilence = 4,
  kHeartbeat = 5,
};

struct RawCommand {
  Field<RawCommandType> command;
  Field<std::string_view> id, picture, by;
  Field<int64_t> at_ms;
  Field<std::string_view> alert_id, area, rule, reason;
  Field<int64_t> until_ms;
  Field<std::string_view> org;
  friend bool operator==(const RawCommand&, const RawCommand&) = default;
};

}  // namespace lagesbild::intake
