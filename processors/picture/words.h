// The words for classes, families and kinds of source, in Swedish and in English: one dictionary
// for the sentence of an alert (text.h) and for whoever explains one. A class that the dictionary
// does not know stands as it is. Thread-safe: constants.
#pragma once

#include <string>
#include <string_view>

#include "base/kind.h"

namespace lagesbild::picture {

// "skjutning", "shootings"; `of` is a class, a family or "all".
std::string IncidentWord(const std::string& of, bool swedish, bool plural);

// "polis", "police"
std::string_view KindWord(Kind kind, bool swedish);

}  // namespace lagesbild::picture
