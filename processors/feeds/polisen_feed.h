// PolisenFeed: polls the police's API and publishes what is new, politely, without end.
//
// One round: wait until a call is allowed → note the call → GET (conditional) → take the answer →
// publish, flush → save the state. A crash before the save repeats what was published; the same
// revision twice is one report. Ports: Http, Publisher, Waiting (time and sleep), so that it is
// tested without any. Thread-compatible.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "feeds/http.h"
#include "feeds/polisen_answers.h"
#include "feeds/polisen_convert.h"
#include "feeds/politeness.h"
#include "feeds/publisher.h"

namespace lagesbild::feeds {

// Time for a loop that sleeps.
class Waiting {
 public:
  virtual ~Waiting() = default;
  virtual int64_t NowMs() = 0;                // wall clock, Unix
  virtual bool WaitUntil(int64_t at_ms) = 0;  // false: asked to stop
};

struct PolisenFeedOptions {
  std::string url = "https://polisen.se/api/events";
  std::string state_file;  // where revisions are kept; required
  PolitenessLimits limits;
  int64_t rounds_max = 0;          // calls to make; 0: no end
  std::function<double()> random;  // evenly over [0, 1)
  std::function<void(const std::string&)>
      say;  // one line for people: a change of state, not each call
};

struct PolisenFeedCounts {
  AnswerCounts answers;
  int64_t calls = 0, unchanged = 0, failures = 0;
};

// Ends with OK when asked to stop or after rounds_max. Other ends: DataLoss (state file), and what
// Publish, Flush and saving give when they fail for good; an API that fails is not one of them.
StatusOr<PolisenFeedCounts> RunPolisenFeed(const PolisenFeedOptions& options,
                                           PolisenConverter& converter, Http& http, Publisher& to,
                                           Waiting& waiting);

}  // namespace lagesbild::feeds
