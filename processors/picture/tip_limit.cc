#include "picture/tip_limit.h"

namespace lagesbild::picture {

void TipLimit::Insert(HeldReport* report) {
  InsertSettled(report);
  if (Counts(*report)) touched_.insert(report->reporter);
}

void TipLimit::Remove(HeldReport* report) {
  Forget(report);
  if (Counts(*report)) touched_.insert(report->reporter);
}

void TipLimit::InsertSettled(HeldReport* report) {
  if (Counts(*report)) by_reporter_[report->reporter].insert(report);
}

void TipLimit::Forget(HeldReport* report) {
  if (!Counts(*report)) return;
  const auto it = by_reporter_.find(report->reporter);
  if (it == by_reporter_.end()) return;
  it->second.erase(report);
  if (it->second.empty()) by_reporter_.erase(it);
}

std::vector<HeldReport*> TipLimit::Of(const std::string& reporter) const {
  const auto it = by_reporter_.find(reporter);
  if (it == by_reporter_.end()) return {};
  return {it->second.begin(), it->second.end()};
}

void TipLimit::Settle(const std::function<void(HeldReport*)>& flip) {
  for (const std::string& reporter : touched_) {
    const auto it = by_reporter_.find(reporter);
    if (it == by_reporter_.end()) continue;
    int n = 0;
    for (HeldReport* tip : it->second) {
      const bool over = ++n > per_day_;
      if (over != tip->over_limit) flip(tip);
    }
  }
  touched_.clear();
}

}  // namespace lagesbild::picture
