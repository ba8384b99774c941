// Base64 (RFC 4648 §4, padded), for values that are not text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lagesbild::feeds {

std::string Base64Encode(std::string_view bytes);
std::optional<std::string> Base64Decode(std::string_view text);  // nullopt: not base64

}  // namespace lagesbild::feeds
