// PolisenAnswers: one answer of the API after another in, what is new or edited in them out.
//
// Keeps a revision for each event (its state survives restarts, see polisen_state.h), so that an
// edit goes out as the next revision and nothing is sent twice. An event that is absent is never
// withdrawn: the answer holds the newest 500 only. Answers that are not whole change little or
// nothing:
//   unusable  an empty body, not JSON, no events: nothing
//   stale     two or more known events are newer than the newest in it: nothing
//   partial   fewer than 9/10 of the events of the last good answer: events never seen, no edits
//   good      new events and edits, and a heartbeat of the source
// Six stale or partial answers in a row are the API's new normal and taken as good. No clock, no
// file, no network; both the poller and recordings go through it. Thread-compatible.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "feeds/polisen_convert.h"
#include "feeds/polisen_event.h"
#include "feeds/publisher.h"

namespace lagesbild::feeds {

// What is kept between two answers.
struct PolisenMemory {
  struct Known {
    int64_t revision = 1;
    uint64_t fingerprint = 0;
    int64_t published_ms = 0;
    int64_t seen_ms = 0;  // last in an answer
  };
  absl::flat_hash_map<int64_t, Known> events;  // by the event's id; at most kEventsMax
  int64_t good_count = 0;                      // events in the last good answer; 0: none yet
  int64_t odd_in_a_row = 0;                    // stale or partial answers since

  static constexpr size_t kEventsMax = 20'000;
  static constexpr int64_t kForgetMs = 60LL * 24 * 3600 * 1000;  // not in an answer for so long
};

enum class Verdict : uint8_t { kGood, kPartial, kStale, kUnusable };
struct AnswerCounts {
  int64_t good = 0, partial = 0, stale = 0, unusable = 0;
  int64_t fresh = 0, edits = 0;  // events sent as new, as a further revision
};

class PolisenAnswers {
 public:
  PolisenAnswers(PolisenConverter& converter, PolisenMemory memory)
      : converter_(converter), memory_(std::move(memory)) {}

  // Appends the records of an answer fetched at `at_ms`, oldest event first, the heartbeat last.
  Verdict Take(std::string_view body, int64_t at_ms, std::vector<RawMessage>& out);
  // An answer "not modified since": as good as the one before.
  void TakeUnchanged(int64_t at_ms, std::vector<RawMessage>& out);

  const PolisenMemory& memory() const { return memory_; }
  const AnswerCounts& counts() const { return counts_; }

 private:
  Verdict Judge(const PolisenAnswer& answer) const;
  void TakeEvent(const PolisenEvent& event, bool edits, int64_t at_ms,
                 std::vector<RawMessage>& out);
  void Forget(int64_t at_ms);

  PolisenConverter& converter_;
  PolisenMemory memory_;
  AnswerCounts counts_;
  PolisenParser parser_;
};

}  // namespace lagesbild::feeds
