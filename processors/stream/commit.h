// Commit: one transaction over all tasks of a worker, steps (2) to (5) of architecture §4.
//
// From what each task has to say (TaskCommit, values only) to the sink, then to the stores. Nothing
// here touches a fold, so that a worker may compute ahead while this runs. Free functions; the
// caller owns all.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "stream/meta.h"
#include "stream/outputs.h"
#include "stream/ports.h"

namespace lagesbild::stream {

struct TaskCommit {
  int32_t partition = 0;
  Meta meta;                        // with the new sequence number
  Local local;                      // for the store
  std::vector<Output> outputs;      // dead letters too
  std::vector<Store::Change> rows;  // absolute values, in key order
  Store* store = nullptr;
};

struct CommitTarget {
  std::string group, picture_log, changelog;
};

// (2)–(4): begin, outputs, rows, META; offsets with metadata; commit. Codes as of
// TransactionalSink.
Status WriteTransaction(TransactionalSink& sink, const OutputEncoder& encoder,
                        const CommitTarget& target, std::span<const TaskCommit> commits,
                        const Membership& membership);

// (5): one write batch a task. The rows are moved out.
Status WriteStores(std::span<TaskCommit> commits);

}  // namespace lagesbild::stream
