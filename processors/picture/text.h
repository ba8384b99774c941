// The sentence of an alert, in Swedish and in English: what, where, when in local time, how sure,
// and what has changed. In: a transition whose other fields are set; out: its two texts. Class
// names the dictionary does not know stand as they are. Source: domain.md §4, contract ("Texts give
// local time").
#pragma once

#include "base/settings.h"
#include "picture/outputs.h"

namespace lagesbild::picture {

void WriteTexts(const Settings& settings, AlertTransition& transition);

}  // namespace lagesbild::picture
