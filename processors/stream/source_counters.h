// SourceCounters: counts by source, with an index a record, and by name only when it is settled.
//
// From the tasks to one metric with the label `source`. What is counted is seen when its
// transaction is committed (Settle), and forgotten when that is aborted (Drop). Indices are those
// of the settings told last; what was counted under earlier ones keeps its name. Thread-compatible.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/settings.h"
#include "stream/metrics.h"

namespace lagesbild::stream {

class SourceCounters {
 public:
  // What a source is called that the configuration does not have.
  static constexpr char kOther[] = "other";

  // `more`: the labels beside the source.
  SourceCounters(Metrics& metrics, std::string name, Labels more = {})
      : metrics_(metrics), name_(std::move(name)), more_(std::move(more)), other_(Find(kOther)) {}

  void Configure(const Settings& settings) {
    of_source_.clear();
    for (const Source& source : settings.sources) of_source_.push_back(Find(source.org));
  }

  // -1: a source that the configuration does not have.
  void Add(int source, int64_t n = 1) {
    const bool known = source >= 0 && static_cast<size_t>(source) < of_source_.size();
    counts_[known ? of_source_[source] : other_].pending += n;
    any_ = true;
  }

  void Settle() {
    if (!std::exchange(any_, false)) return;
    for (Count& count : counts_) {
      if (count.pending == 0) continue;
      if (count.counter == nullptr) {
        Labels labels = more_;
        labels.emplace_back("source", count.org);
        count.counter = &metrics_.counter(name_, labels);
      }
      count.counter->Add(static_cast<double>(std::exchange(count.pending, 0)));
    }
  }

  void Drop() {
    any_ = false;
    for (Count& count : counts_) count.pending = 0;
  }

 private:
  struct Count {
    std::string org;
    Counter* counter = nullptr;  // null: nothing was counted yet
    int64_t pending = 0;
  };

  size_t Find(const std::string& org) {
    size_t at = 0;
    while (at < counts_.size() && counts_[at].org != org) ++at;
    if (at == counts_.size()) counts_.push_back({org});
    return at;
  }

  Metrics& metrics_;
  const std::string name_;
  const Labels more_;
  std::vector<Count> counts_;      // of every source there ever was
  const size_t other_;             // index into counts_
  std::vector<size_t> of_source_;  // likewise, by index in the settings
  bool any_ = false;
};

}  // namespace lagesbild::stream
