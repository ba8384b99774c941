#include "picture/sources.h"

#include <algorithm>
#include <utility>

#include "base/time.h"
#include "picture/series.h"

namespace lagesbild::picture {

int64_t Sources::State::due_ms() const {
  return gap_ms > 0 ? last_ms + kMinuteMs + gap_ms : kNever;
}

void Sources::Configure(const Settings* settings, int64_t clock_ms) {
  settings_ = settings;
  states_.assign(settings->sources.size(), State());
  blind_count_ = 0;
  for (size_t i = 0; i < states_.size(); ++i) {
    const Source& source = settings->sources[i];
    const auto [it, is_new] = known_.emplace(source.org, FloorTo(clock_ms, kMinuteMs));
    if (is_new) dirty_.push_back(source.org);
    states_[i].last_ms = it->second;
    states_[i].gap_ms = source.expected_gap_ms;
    states_[i].blind = states_[i].due_ms() <= clock_ms;
    blind_count_ += states_[i].blind ? 1 : 0;
  }
}

bool Sources::Heard(const std::string& org, int64_t minute_ms, int64_t clock_ms) {
  const int i = settings_->FindSource(org);
  if (i < 0 || minute_ms <= states_[i].last_ms) return false;
  State& state = states_[i];
  state.last_ms = known_[org] = minute_ms;
  dirty_.push_back(org);
  if (!state.blind || state.due_ms() <= clock_ms) return false;
  state.blind = false;
  --blind_count_;
  return true;
}

bool Sources::Expire(int64_t clock_ms) {
  bool changed = false;
  for (State& state : states_) {
    if (state.blind || state.due_ms() > clock_ms) continue;
    state.blind = true;
    ++blind_count_;
    changed = true;
  }
  return changed;
}

int64_t Sources::next_due_ms() const {
  int64_t due = kNever;
  for (const State& state : states_) {
    if (!state.blind) due = std::min(due, state.due_ms());
  }
  return due;
}

std::vector<std::pair<std::string, int64_t>> Sources::TakeDirty() {
  std::sort(dirty_.begin(), dirty_.end());
  dirty_.erase(std::unique(dirty_.begin(), dirty_.end()), dirty_.end());
  std::vector<std::pair<std::string, int64_t>> rows;
  for (const std::string& org : std::exchange(dirty_, {})) rows.emplace_back(org, known_[org]);
  return rows;
}

}  // namespace lagesbild::picture
