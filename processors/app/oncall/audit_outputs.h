// AuditOutputs: what the output topics hold, to be compared with what the log gives: every alert
// transition, and the latest aggregate of each area.
//
// In: the topics, read once to their ends; out: the log's own transitions and aggregates are held
// against it one by one, and what is left over is found at the end. Thread-compatible.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/oncall/audit_state.h"
#include "app/oncall/findings.h"
#include "base/settings.h"
#include "picture/outputs.h"
#include "stream/ports.h"

namespace lagesbild::app {

class AuditOutputs {
 public:
  // `partitions`: of the picture log. `repeats_allowed`: the same transition twice is as it should
  // be (after a reset).
  AuditOutputs(int32_t partitions, bool repeats_allowed)
      : partitions_(partitions), repeats_allowed_(repeats_allowed) {}

  void TakeAlert(const stream::RecordView& record, Findings& findings);
  void TakeAggregate(const stream::RecordView& record, Findings& findings);

  // A transition that the log gives. `committed`: it was, before the topics were read.
  void Expect(const picture::AlertTransition& transition, bool committed, Findings& findings);
  // The clocks at which the latest aggregates of a partition's areas were announced.
  std::set<int64_t> ClocksOf(int32_t partition) const;
  // `current`: what the log gives for each area at `clock_ms`. Compares the areas whose latest was
  // announced at that time; with `and_before`, also all that were announced earlier. An area that
  // `settings`, those in force, no longer have is left out: its last aggregate stays as it was.
  void Compare(int32_t partition, const std::map<std::string, picture::Aggregate>& current,
               const Settings& settings, int64_t clock_ms, bool and_before, Findings& findings);
  // Stored alerts, and those that the log gives, as of `clock_ms`. `committed`: the state is no
  // later than what was committed before the topics were read.
  void CompareStored(int32_t partition, const std::string& where,
                     const std::map<std::string, StoredAlert>& stored,
                     const std::map<std::string, StoredAlert>& wanted, int64_t clock_ms,
                     bool committed, Findings& findings) const;
  // What the log of `partition` did not give.
  void FindLeftOver(int32_t partition, bool alerts, Findings& findings) const;

  int64_t transitions() const { return static_cast<int64_t>(alerts_.size()); }
  int64_t areas() const { return static_cast<int64_t>(latest_.size()); }

 private:
  struct Transition {
    std::string value, picture;
    int64_t at_ms = 0;
    bool open = false;  // after it
    bool given = false;
  };
  struct Latest {
    std::string value, picture;
    int64_t as_of_ms = 0, sequence = 0;
    bool counts = false;  // anything
    bool compared = false;
  };
  int32_t PartitionOfPicture(const std::string& picture) const;

  const int32_t partitions_;
  const bool repeats_allowed_;
  std::map<std::pair<std::string, int64_t>, Transition> alerts_;  // id, sequence
  std::map<std::string, Latest> latest_;                          // by area
};

}  // namespace lagesbild::app
