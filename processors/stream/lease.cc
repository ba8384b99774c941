#include "stream/lease.h"

#include <charconv>
#include <limits>

namespace lagesbild::stream {
namespace {

constexpr std::string_view kVersion = "v=1";

std::optional<int64_t> Number(std::string_view text) {
  int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc() || at != end) return std::nullopt;
  return value;
}

// Cuts what comes before `separator` off the front of `text`.
std::string_view Cut(std::string_view& text, char separator) {
  const size_t at = text.find(separator);
  const std::string_view part = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
  return part;
}

bool GetKnown(std::string_view list, std::map<std::string, int32_t>& known) {
  while (!list.empty()) {
    std::string_view entry = Cut(list, ',');
    const size_t colon = entry.rfind(':');
    if (colon == std::string_view::npos) return false;
    const auto count = Number(entry.substr(colon + 1));
    if (!count || *count < 0 || *count > std::numeric_limits<int32_t>::max()) return false;
    known[std::string(entry.substr(0, colon))] = static_cast<int32_t>(*count);
  }
  return true;
}

bool GetField(std::string_view name, std::string_view value, LeaseState& state) {
  if (name == "clock") {
    state.clock_ms = Number(value);
    return state.clock_ms || value == "-";
  }
  if (name == "config") {
    state.configuration_hash = value == "-" ? "" : std::string(value);
    return true;
  }
  if (name == "version") {
    const auto version = Number(value);
    state.configuration_version = version.value_or(0);
    return version.has_value();
  }
  if (name == "closed") {
    state.closed = value == "1";
    return value == "0" || value == "1";
  }
  return name == "known" && GetKnown(value, state.known);
}

}  // namespace

std::string EncodeLease(const LeaseState& state) {
  std::string out(kVersion);
  out += " clock=" + (state.clock_ms ? std::to_string(*state.clock_ms) : "-");
  out += " config=" + (state.configuration_hash.empty() ? "-" : state.configuration_hash);
  out += " version=" + std::to_string(state.configuration_version);
  out += state.closed ? " closed=1" : " closed=0";
  out += " known=";
  bool first = true;
  for (const auto& [topic, partitions] : state.known) {
    if (!first) out += ',';
    first = false;
    out += topic + ':' + std::to_string(partitions);
  }
  return out;
}

StatusOr<LeaseState> DecodeLease(std::string_view metadata) {
  const Status bad = FailedPrecondition(
      "the intake lease's metadata is not ours, or of a newer version of this program");
  if (Cut(metadata, ' ') != kVersion) return bad;
  LeaseState state;
  while (!metadata.empty()) {
    std::string_view field = Cut(metadata, ' ');
    const std::string_view name = Cut(field, '=');
    if (!GetField(name, field, state)) return bad;
  }
  return state;
}

std::string EncodeRawTime(std::optional<int64_t> time_ms) {
  return "t=" + (time_ms ? std::to_string(*time_ms) : "-");
}

bool IsRawTime(std::string_view metadata) { return metadata.starts_with("t="); }

std::optional<int64_t> DecodeRawTime(std::string_view metadata) {
  return IsRawTime(metadata) ? Number(metadata.substr(2)) : std::nullopt;
}

}  // namespace lagesbild::stream
