// Audit: folds the picture log again and holds the result against what the service has stored and
// announced.
//
//   committed offsets ─▶ topics read once ─▶ per log partition: store and changelog as they are,
//   the log folded again ─▶ rows at each of their commits, transitions, latest aggregates ─▶ raw
// A consistent cut beside a live service: what was committed before the topics are read must be in
// them; what they have must come out of the log, which is read last; a store or a changelog is
// compared at the log offset that its own META names. Reads only. Thread-compatible.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "app/config/config.h"
#include "app/oncall/audit_outputs.h"
#include "app/oncall/audit_raw.h"
#include "app/oncall/findings.h"
#include "app/oncall/refold.h"
#include "stream/meta.h"
#include "stream/ports.h"
#include "stream/topics.h"

namespace lagesbild::app {

struct AuditOptions {
  bool raw = true;               // the raw topics, too
  bool repeats_allowed = false;  // transitions may be in the topic twice (after a reset)
};

class Audit {
 public:
  // What it does, and what it could not look at: a line each.
  using Say = std::function<void(const std::string& line)>;

  // All borrowed.
  Audit(const LoadedConfig& loaded, stream::Log& log, AuditOptions options, Say say);

  // Errors are those of the log; what differs is a finding.
  Status Run();
  const Findings& findings() const { return findings_; }

  struct Summary {
    int32_t partitions = 0;
    int64_t log_records = 0, raw_records = 0, transitions = 0, areas = 0, rows = 0;
  };
  const Summary& summary() const { return summary_; }

 private:
  struct Committed {
    int64_t offset = stream::kFromBeginning;
    uint64_t seq = 0;
  };
  struct Stored {
    std::string where;
    Rows rows;
    stream::Meta meta;
  };
  // What the fold of one partition is compared with on its way.
  struct Work {
    int32_t partition = 0;
    bool partial = false;
    std::vector<Stored> stored;
    std::map<std::string, picture::Aggregate> current;  // by area
    std::set<int64_t> clocks;
    bool past_cut = false;
    int64_t accepted_from_ms = 0;
  };

  StatusOr<std::vector<stream::CommittedOffset>> CommittedOf(
      const std::string& group, const std::vector<stream::TopicPartition>& at);
  Status CutOffsets();
  Status ExpectRaw();
  Status ReadOutputs();
  void ReadStore(Work& work);
  Status ReadChangelog(Work& work);
  void Keep(Stored stored, Work& work);
  Status FoldPartition(int32_t partition);
  Status FoldRecords(Work& work, Refold& refold);
  Status Seed(Work& work, int64_t first_clock_ms, Refold& refold);
  void Collect(Work& work, picture::Fold& fold, bool and_before);
  Status CompareStored(Work& work, const Stored& stored, const picture::Fold& fold);
  Status CheckRaw();

  const LoadedConfig& loaded_;
  stream::Log& log_;
  const AuditOptions options_;
  const Say say_;
  const stream::Topics topics_;
  stream::PartitionCounts counts_;
  std::unique_ptr<AuditOutputs> outputs_;
  RawLedger ledger_;
  std::vector<Committed> committed_;  // by log partition
  Findings findings_;
  Summary summary_;
};

}  // namespace lagesbild::app
