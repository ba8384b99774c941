// Outputs: what a run gave to the world, in the form in which two runs may be compared; and
// LogFold, which gives it from one partition of a picture log, without an engine.
//
// Alerts as whole sequences by alert id; of each area the last aggregate's windows, for how many
// were sent on the way depends on commits; dead letters as a multiset. Thread-compatible.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "picture/fold.h"

namespace lagesbild::sim {

struct Outputs {
  std::map<std::string, std::vector<std::string>> alerts;
  std::map<std::string, std::string> aggregates;
  std::multiset<std::string> dead_letters;

  void Add(const Outputs& other);
};
// Lines for a person: what is in one and not in the other. Empty: equal.
std::vector<std::string> Difference(const std::string& what, const Outputs& want,
                                    const Outputs& got);

// The part of an aggregate that does not depend on commits.
std::string Windows(std::string_view aggregate_json);

// Gathers instants as the engine must: all records of one clock, judged when the clock moves on;
// the last instant stays open.
class LogFold {
 public:
  LogFold();
  void Take(const LogRecord& record);
  // So far, with the last aggregates.
  Outputs TakeOutputs();
  picture::Fold& fold() { return *fold_; }

 private:
  std::unique_ptr<picture::Fold> fold_;
  std::vector<LogRecord> open_;
  Outputs out_;
};

// One instant on any fold, with what it gave.
void JudgeInto(picture::Fold& fold, int64_t clock_ms, std::span<const LogRecord> records,
               Outputs& out);
void CollectAggregatesInto(picture::Fold& fold, Outputs& out);

}  // namespace lagesbild::sim
