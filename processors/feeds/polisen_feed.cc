#include "feeds/polisen_feed.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "feeds/polisen_state.h"

namespace lagesbild::feeds {
namespace {

constexpr long kOk = 200, kNotModified = 304;
constexpr int64_t kPublishAgainMs = 1'000, kPublishAgainMsMax = 60'000;

class Feed {
 public:
  Feed(const PolisenFeedOptions& options, PolisenConverter& converter, Http& http, Publisher& to,
       PolisenState state)
      : options_(options),
        http_(http),
        to_(to),
        answers_(converter, std::move(state.memory)),
        politeness_(options.limits, std::move(state.calls)),
        etag_(std::move(state.etag)),
        last_modified_(std::move(state.last_modified)) {}

  int64_t NextMs(int64_t now_ms) const { return politeness_.NextMs(now_ms); }

  Status Round(Waiting& waiting) {
    politeness_.Called(waiting.NowMs());
    LB_RETURN_IF_ERROR(Save());  // first, so that a crash loop is polite too
    ++counts_.calls;
    auto answer = http_.Get({options_.url, etag_, last_modified_});
    const int64_t now_ms = waiting.NowMs();
    std::vector<RawMessage> out;
    const std::string problem = Take(answer, now_ms, out);
    LB_RETURN_IF_ERROR(PublishAll(out, waiting));
    if (problem.empty()) {
      politeness_.Succeeded(now_ms, options_.random());
    } else {
      ++counts_.failures;
      const int64_t wish = answer.ok() ? ParseRetryAfterMs(answer->retry_after, now_ms) : 0;
      politeness_.Failed(now_ms, options_.random(), wish);
    }
    Tell(problem);
    return Save();
  }

  PolisenFeedCounts counts() const {
    PolisenFeedCounts counts = counts_;
    counts.answers = answers_.counts();
    return counts;
  }

 private:
  // Keeps trying while nobody takes them; a repeat is harmless. Ends early only when asked to stop.
  Status PublishAll(const std::vector<RawMessage>& out, Waiting& waiting) {
    int64_t wait_ms = kPublishAgainMs;
    for (;;) {
      const Status status = PublishOnce(out);
      if (status.code() != StatusCode::kUnavailable) return status;
      Tell("cannot publish: " + Message(status));
      if (!waiting.WaitUntil(waiting.NowMs() + wait_ms)) return status;
      wait_ms = std::min(wait_ms * 2, kPublishAgainMsMax);
    }
  }

  Status PublishOnce(const std::vector<RawMessage>& out) {
    for (const RawMessage& message : out) LB_RETURN_IF_ERROR(to_.Publish(message));
    return to_.Flush();
  }

  // The answer's records; returns what is wrong with it, empty: nothing.
  std::string Take(const StatusOr<HttpAnswer>& answer, int64_t now_ms,
                   std::vector<RawMessage>& out) {
    if (!answer.ok()) return Message(answer.status());
    if (answer->status == kNotModified) {
      ++counts_.unchanged;
      answers_.TakeUnchanged(now_ms, out);
      return {};
    }
    if (answer->status != kOk) return "HTTP " + std::to_string(answer->status);
    const Verdict verdict = answers_.Take(answer->body, now_ms, out);
    if (verdict == Verdict::kUnusable) return "an answer without events";
    // "Unchanged" may only ever mean: since an answer that was taken whole.
    const bool good = verdict == Verdict::kGood;
    etag_ = good ? answer->etag : "";
    last_modified_ = good ? answer->last_modified : "";
    return {};
  }

  void Tell(const std::string& problem) {
    if (problem == last_problem_) return;
    if (options_.say) {
      options_.say(problem.empty() ? "polisen: all is well again"
                                   : "polisen: " + problem + "; trying again, ever more slowly");
    }
    last_problem_ = problem;
  }

  Status Save() {
    return SavePolisenState(options_.state_file, answers_.memory(), politeness_.calls(), etag_,
                            last_modified_);
  }

  const PolisenFeedOptions& options_;
  Http& http_;
  Publisher& to_;
  PolisenAnswers answers_;
  Politeness politeness_;
  std::string etag_, last_modified_, last_problem_;
  PolisenFeedCounts counts_;
};

}  // namespace

StatusOr<PolisenFeedCounts> RunPolisenFeed(const PolisenFeedOptions& options,
                                           PolisenConverter& converter, Http& http, Publisher& to,
                                           Waiting& waiting) {
  LB_ASSIGN_OR_RETURN(PolisenState state, LoadPolisenState(options.state_file));
  Feed feed(options, converter, http, to, std::move(state));
  for (int64_t round = 0; options.rounds_max == 0 || round < options.rounds_max; ++round) {
    if (!waiting.WaitUntil(feed.NextMs(waiting.NowMs()))) break;
    LB_RETURN_IF_ERROR(feed.Round(waiting));
  }
  return feed.counts();
}

}  // namespace lagesbild::feeds
