// Settings as bytes, safety.v1.Settings (schemas/safety/v1/settings.proto): the payload of a
// Configuration record.
//
// From intake's files into the log, and from the log into the picture. The same settings give the
// same bytes. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/settings.h"
#include "base/status.h"

namespace lagesbild::stream {

inline constexpr uint32_t kSettingsFormat = 1;

// `settings` must be indexed (Settings::Index).
std::string EncodeSettings(const Settings& settings);

// Indexed, ready for use. InvalidArgument: not settings, a format that this program does not know,
// or lists that refer to what is not there.
StatusOr<Settings> DecodeSettings(std::string_view bytes);

}  // namespace lagesbild::stream
