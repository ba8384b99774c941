// Findings: what an audit found to differ, by kind: all are counted, the first of each kind kept.
// Thread-compatible.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace lagesbild::app {

class Findings {
 public:
  // The kinds, as they are printed.
  static constexpr char kRow[] = "row";              // a stored row
  static constexpr char kAlert[] = "alert";          // a transition in the topic alerts
  static constexpr char kAggregate[] = "aggregate";  // the latest of an area
  static constexpr char kRaw[] = "raw";              // a raw record and the picture log
  static constexpr char kLog[] = "log";              // the picture log itself
  static constexpr char kState[] = "state";          // a store or changelog as a whole
  static constexpr size_t kKeptMax = 50;             // of a kind

  void Add(const std::string& kind, std::string what) {
    Kind& of = kinds_[kind];
    ++of.count;
    if (of.first.size() < kKeptMax) of.first.push_back(std::move(what));
  }
  bool empty() const { return kinds_.empty(); }

  struct Kind {
    int64_t count = 0;
    std::vector<std::string> first;
  };
  const std::map<std::string, Kind>& kinds() const { return kinds_; }

 private:
  std::map<std::string, Kind> kinds_;
};

}  // namespace lagesbild::app
