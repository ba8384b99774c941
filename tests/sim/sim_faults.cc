#include "sim/sim_faults.h"

namespace lagesbild::sim {

const Fault* FaultScript::Pass(Fault::When when, std::string_view name) {
  auto it = passed_.find(name);
  if (it == passed_.end()) it = passed_.emplace(std::string(name), 0).first;
  const int passing = ++it->second;
  for (size_t i = 0; i < faults_.size(); ++i) {
    const Fault& fault = faults_[i];
    if (fired_[i] || fault.when != when || fault.passing > passing || fault.name != name) continue;
    fired_[i] = true;
    return &fault;
  }
  return nullptr;
}

const Fault* FaultScript::Due(absl::Duration now) {
  for (size_t i = 0; i < faults_.size(); ++i) {
    if (fired_[i] || faults_[i].when != Fault::When::kTime || faults_[i].at > now) continue;
    fired_[i] = true;
    return &faults_[i];
  }
  return nullptr;
}

bool FaultScript::timed_done() const {
  for (size_t i = 0; i < faults_.size(); ++i) {
    if (!fired_[i] && faults_[i].when == Fault::When::kTime) return false;
  }
  return true;
}

}  // namespace lagesbild::sim
