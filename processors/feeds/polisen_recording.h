// Plays recordings of the police feed: answers ({fetched_at, body}) and versions ({seen_at,
// version, event}), several files at once in the order of their times. In: files; out: records
// stamped with the time the recording gives.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "feeds/polisen_answers.h"
#include "feeds/polisen_convert.h"
#include "feeds/publisher.h"

namespace lagesbild::feeds {

struct RecordingCounts {
  ConvertCounts convert;
  AnswerCounts answers;
  int64_t versions = 0;  // lines that are versions of one event
};

// NotFound: no such file. InvalidArgument (file:line): not a recording, or a line earlier than the
// one before it.
StatusOr<RecordingCounts> PlayPolisenRecording(const std::vector<std::string>& files,
                                               const PolisenSettings& settings, Publisher& to);

}  // namespace lagesbild::feeds
