#include "feeds/polisen_answers.h"

#include <algorithm>
#include <tuple>

#include "feeds/report.h"

namespace lagesbild::feeds {
namespace {

constexpr int64_t kOddInARowMax = 5;  // the next one is taken as good
constexpr int64_t kMissingMax =
    1;  // newer events that may be missing: one may have been taken back

}  // namespace

Verdict PolisenAnswers::Judge(const PolisenAnswer& answer) const {
  if (answer.events.empty()) return Verdict::kUnusable;
  if (memory_.good_count == 0 || memory_.odd_in_a_row >= kOddInARowMax) return Verdict::kGood;
  int64_t newest = 0;
  for (const PolisenEvent& event : answer.events) newest = std::max(newest, event.published_ms);
  int64_t missing = 0;
  for (const auto& [id, known] : memory_.events) missing += known.published_ms > newest ? 1 : 0;
  if (missing > kMissingMax) return Verdict::kStale;
  const auto count = static_cast<int64_t>(answer.events.size());
  return count * 10 < memory_.good_count * 9 ? Verdict::kPartial : Verdict::kGood;
}

Verdict PolisenAnswers::Take(std::string_view body, int64_t at_ms, std::vector<RawMessage>& out) {
  auto parsed = parser_.ParseAnswer(body);
  if (!parsed.ok()) {
    ++counts_.unusable;
    return Verdict::kUnusable;
  }
  PolisenAnswer& answer = *parsed;
  converter_.counts().malformed += answer.malformed;
  const Verdict verdict = Judge(answer);
  switch (verdict) {
    case Verdict::kUnusable:
      ++counts_.unusable;
      return verdict;
    case Verdict::kStale:
      ++counts_.stale;
      ++memory_.odd_in_a_row;
      return verdict;
    case Verdict::kPartial:
      ++counts_.partial;
      ++memory_.odd_in_a_row;
      break;
    case Verdict::kGood:
      ++counts_.good;
      memory_.odd_in_a_row = 0;
      memory_.good_count = static_cast<int64_t>(answer.events.size());
      break;
  }
  std::sort(answer.events.begin(), answer.events.end(), [](const auto& a, const auto& b) {
    return std::tie(a.published_ms, a.id) < std::tie(b.published_ms, b.id);
  });
  for (const PolisenEvent& event : answer.events) {
    TakeEvent(event, verdict == Verdict::kGood, at_ms, out);
  }
  if (verdict == Verdict::kGood) {
    out.push_back(HeartbeatMessage(converter_.settings().org, at_ms, at_ms));
  }
  Forget(at_ms);
  return verdict;
}

void PolisenAnswers::TakeUnchanged(int64_t at_ms, std::vector<RawMessage>& out) {
  ++counts_.good;
  out.push_back(HeartbeatMessage(converter_.settings().org, at_ms, at_ms));
}

void PolisenAnswers::TakeEvent(const PolisenEvent& event, bool edits, int64_t at_ms,
                               std::vector<RawMessage>& out) {
  const uint64_t fingerprint = converter_.Fingerprint(event);
  const auto [at, fresh] = memory_.events.try_emplace(event.id);
  PolisenMemory::Known& known = at->second;
  known.seen_ms = at_ms;
  if (fresh) {
    known.published_ms = event.published_ms;
    ++counts_.fresh;
  } else {
    if (!edits || known.fingerprint == fingerprint) return;
    ++known.revision;
    ++counts_.edits;
  }
  known.fingerprint = fingerprint;
  if (auto message = converter_.Convert(event, known.revision, at_ms)) {
    out.push_back(*std::move(message));
  }
}

void PolisenAnswers::Forget(int64_t at_ms) {
  int64_t before_ms = at_ms - PolisenMemory::kForgetMs;
  if (memory_.events.size() >
      PolisenMemory::kEventsMax) {  // more than the API can hold: oldest out
    std::vector<int64_t> seen;
    seen.reserve(memory_.events.size());
    for (const auto& [id, known] : memory_.events) seen.push_back(known.seen_ms);
    const auto nth = seen.begin() + static_cast<int64_t>(seen.size() - PolisenMemory::kEventsMax);
    std::nth_element(seen.begin(), nth, seen.end());
    before_ms = std::max(before_ms, *nth);
  }
  for (auto at = memory_.events.begin(); at != memory_.events.end();) {
    if (at->second.seen_ms < before_ms) {
      memory_.events.erase(at++);
    } else {
      ++at;
    }
  }
}

}  // namespace lagesbild::feeds
