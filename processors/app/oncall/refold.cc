#include "app/oncall/refold.h"

#include <utility>

#include "stream/settings_codec.h"

namespace lagesbild::app {

Refold::Refold(Options options)
    : options_(std::move(options)),
      fold_(&stream::DecodeSettings),
      instants_(options_.commit_bytes,
                [this](int64_t clock_ms, std::span<const LogRecord> records) {
                  judged_ = true;
                  return fold_.Instant(clock_ms, records, effects_);
                }) {}

Status Refold::Seed(const std::map<std::string, std::string>& rows) {
  for (const auto& [key, value] : rows) LB_RETURN_IF_ERROR(fold_.Restore(key, value));
  LB_RETURN_IF_ERROR(fold_.FinishRestore());
  instants_.Reset(fold_.clock_ms());
  return absl::OkStatus();
}

void Refold::At(int64_t offset, Reached reached) {
  checkpoints_.emplace(offset, std::move(reached));
}

Status Refold::Take(int64_t offset, std::string_view bytes) {
  judged_ = false;
  LB_RETURN_IF_ERROR(instants_.Take(offset, bytes));
  const int64_t before = std::exchange(taken_before_, offset);
  if (!judged_) return absl::OkStatus();
  const int64_t open = instants_.first_open_offset().value_or(offset + 1);
  // An instant too large for one part ends with the record itself.
  const int64_t last_judged = open > offset ? offset : before;
  for (const picture::AlertTransition& transition : effects_.alerts) {
    options_.transition(transition, open);
  }
  effects_ = {};
  LB_RETURN_IF_ERROR(options_.instant(fold_, open));
  auto it = checkpoints_.upper_bound(last_judged);
  while (it != checkpoints_.end() && it->first <= open) {
    LB_RETURN_IF_ERROR(it->second(fold_));
    it = checkpoints_.erase(it);
  }
  return absl::OkStatus();
}

std::vector<int64_t> Refold::Missed() const {
  std::vector<int64_t> missed;
  for (const auto& [offset, reached] : checkpoints_) missed.push_back(offset);
  return missed;
}

}  // namespace lagesbild::app
