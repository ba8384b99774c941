// Comparing two states of a log partition: one that is stored, and one that the log gives.
//
// Both as canonical rows (picture/fold.h, AllRows, of a fold restored from rows), so that neither
// commits nor restarts show. The sequences of aggregates are left out: how often one was announced
// depends on the commits. Pure functions.
#pragma once

#include <map>
#include <string>

#include "app/oncall/findings.h"
#include "picture/fold.h"
#include "stream/ports.h"

namespace lagesbild::app {

using Rows = std::map<std::string, std::string>;

// DataLoss: rows that no fold takes back.
StatusOr<Rows> CanonicalRows(const Rows& rows);
StatusOr<Rows> CanonicalRows(const picture::Fold& fold);

struct CompareOptions {
  std::string where;  // "partition 0: store"
  // The log no longer reaches back to the state's beginning: only reports accepted from
  // `accepted_from_ms` on, and the counts, can be recomputed.
  bool partial = false;
  int64_t accepted_from_ms = 0;
};
// A finding for each row, report or alert that differs.
Status CompareRows(const Rows& stored, const Rows& wanted, const CompareOptions& options,
                   Findings& findings);

// The alerts among canonical rows: id → what its row says.
struct StoredAlert {
  int64_t sequence = 0;
  bool open = false;
};
StatusOr<std::map<std::string, StoredAlert>> AlertsOf(const Rows& rows);

}  // namespace lagesbild::app
