// Small text helpers of the feeds: case folding as Swedish names need it (ASCII and the letters of
// Latin-1).
#pragma once

#include <string>
#include <string_view>

namespace lagesbild::feeds {

// "Upplands VÄSBY" → "upplands väsby". UTF-8; letters beyond Latin-1 stay as they are.
std::string FoldCase(std::string_view text);

// Without spaces and tabs at both ends.
std::string_view Trim(std::string_view text);

// True if `id` is what the contract allows for org and id: 1 to 128 of [A-Za-z0-9._:-].
bool IsIdentifier(std::string_view id);

}  // namespace lagesbild::feeds
