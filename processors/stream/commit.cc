#include "stream/commit.h"

#include <utility>

#include "stream/failpoint.h"
#include "stream/mutant.h"

namespace lagesbild::stream {
namespace {

Status ProduceTask(TransactionalSink& sink, const OutputEncoder& encoder,
                   const CommitTarget& target, const TaskCommit& commit) {
  for (const Output& output : commit.outputs) {
    LB_RETURN_IF_ERROR(encoder.Produce(sink, output));
  }
  const TopicPartition changelog{target.changelog, commit.partition};
  for (const Store::Change& row : commit.rows) {
    OutRecord record{.key = row.key};
    if (row.value) record.value = *row.value;
    if (LB_MUTANT("tombstones_unlogged") && !row.value) continue;
    LB_RETURN_IF_ERROR(sink.Produce(changelog, record));
  }
  // Last: who has read it has read the transaction's rows.
  const std::string meta = EncodeMeta(commit.meta);
  return sink.Produce(changelog, {.key = kMetaKey, .value = meta});
}

}  // namespace

Status WriteTransaction(TransactionalSink& sink, const OutputEncoder& encoder,
                        const CommitTarget& target, std::span<const TaskCommit> commits,
                        const Membership& membership) {
  LB_RETURN_IF_ERROR(sink.Begin());
  LB_FAILPOINT("commit.begun");
  std::vector<OffsetToCommit> offsets;
  for (const TaskCommit& commit : commits) {
    LB_RETURN_IF_ERROR(ProduceTask(sink, encoder, target, commit));
    LB_FAILPOINT("commit.produced_some");
    OffsetToCommit offset;
    offset.at = {target.picture_log, commit.partition};
    offset.offset = commit.meta.next_offset;
    offset.metadata = SeqMetadata(commit.meta.seq);
    if (LB_MUTANT("timer_offsets_unsent") && commit.outputs.empty()) continue;
    offsets.push_back(std::move(offset));
  }
  LB_FAILPOINT("commit.produced_all");
  const bool unfenced = LB_MUTANT("offsets_unfenced");
  LB_RETURN_IF_ERROR(sink.SendOffsets(target.group, offsets, unfenced ? nullptr : &membership));
  LB_FAILPOINT("commit.sent_offsets");
  LB_RETURN_IF_ERROR(sink.Commit());
  LB_FAILPOINT("commit.committed");
  return absl::OkStatus();
}

Status WriteStores(std::span<TaskCommit> commits) {
  for (TaskCommit& commit : commits) {
    commit.rows.push_back({std::string(kMetaKey), EncodeMeta(commit.meta)});
    commit.rows.push_back({std::string(kLocalKey), EncodeLocal(commit.local)});
    LB_RETURN_IF_ERROR(commit.store->Write(std::move(commit.rows)));
    LB_FAILPOINT("commit.stored_some");
  }
  LB_FAILPOINT("commit.stored_all");
  return absl::OkStatus();
}

}  // namespace lagesbild::stream
