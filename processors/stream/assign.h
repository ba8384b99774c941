// Assign: brings the store of one log partition to what the group has committed, and says where
// reading goes on.
//
//   open store ─▶ (the worker initialises its sink) ─▶ find offset ─▶ restore ─▶ load ─▶ done
//        ▲                                                   └─ store is there already ─▲  │
//        └────────────── damaged: set aside, all of the changelog, once ────────────────┴──┘
//
// Never by offset arithmetic: the changelog is read until its META row carries the sequence number
// that the committed offset names. Architecture §4, Assign. Each step does a bounded amount of
// work, so that the worker can serve its group in between. Thread-compatible.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "stream/picture_state.h"
#include "stream/world.h"

namespace lagesbild::stream {

struct AssignOptions {
  std::string picture_log, changelog;  // topics
  int32_t partition = 0;
  // Trust the changelog where the group's offset is gone or was moved by hand: go on from what its
  // last META row says.
  bool resume_from_changelog = false;
  // The changelog is to be written anew from the store: what it lacks is no reason to refuse.
  bool rewrite_changelog = false;
  picture::Shelving shelving;  // without `read`
  // How long the end of the changelog may lack the transaction that the group has committed (its
  // markers come a moment later). Time in which nobody looked is not part of it.
  absl::Duration changelog_patience = absl::Seconds(30);
  size_t restore_records = 2000;  // of the changelog, at a time
};

class Assign {
 public:
  Assign(AssignOptions options, World& world, std::string component);
  ~Assign();

  // Unavailable: the store is still open in another worker of this process. FailedPrecondition: it
  // is held by another process.
  Status OpenStore();

  // One step further, after OpenStore and the sink's Init; true when done. Unavailable: call again
  // later. FailedPrecondition: an operator moved the group's offset. DataLoss: what the group has
  // committed can be had from nowhere.
  StatusOr<bool> Step(Consumer& member);

  // Once done.
  struct Result {
    std::unique_ptr<Store> store;
    PictureState state;
    int64_t next_offset = kFromBeginning;  // of the log partition
  };
  Result Take() && { return std::move(result_); }

  int64_t remaining_records() const { return remaining_records_; }
  bool restoring() const { return step_ == StepName::kRestore; }
  // While it restores: how fast, for a person; empty when nothing can be said yet.
  std::string progress() const;

 private:
  enum class StepName { kOpenStore, kFindOffset, kRestore, kLoad, kDone };
  // What the changelog is read for.
  enum class Until {
    kSeq,    // the META row of committed_seq_
    kEmpty,  // nothing may be in it: the group is new
    kLast,   // the last META row there is
  };

  Status FindOffset(Consumer& member);
  Status StartRestore();
  Status Restore();
  Status ShowProgress(int64_t next_offset);
  Status CheckChangelog(Consumer& member) const;
  // The group has committed since we asked: it has another owner now.
  StatusOr<bool> GroupMovedOn(Consumer& member) const;
  Status RestoreBatch(const Batch& batch);
  Status Drained();
  // The rows of `changes_`, with how far they go.
  Status KeepRestored(int64_t next_changelog_offset, const std::optional<Meta>& meta);
  Status Load();
  bool ReadsAll() const { return until_ == Until::kLast && !options_.rewrite_changelog; }
  bool StoreAhead() const;
  Status SetAside(const Status& why);
  Status Rewound(const std::string& what) const;
  std::string Where() const;

  const AssignOptions options_;
  World& world_;
  const std::string component_;
  StepName step_ = StepName::kOpenStore;
  Result result_;
  StoreHead head_;
  static constexpr int kRebuildsMax = 3;
  int rebuilds_ = 0;  // how often the store was set aside

  Until until_ = Until::kSeq;
  int64_t committed_offset_ = kFromBeginning;
  std::string committed_metadata_;
  uint64_t committed_seq_ = 0;  // what it says

  std::unique_ptr<Consumer> changelog_;
  std::vector<Store::ChangeView> changes_;  // of a batch; kept for its memory
  bool rows_since_meta_ = false;
  std::optional<Meta> last_meta_;
  bool saw_rows_ = false, read_meta_ = false;
  absl::Duration drained_for_;                // as far as it was looked at
  std::optional<absl::Duration> drained_at_;  // the last look, if the changelog had no more then
  int64_t remaining_records_ = 0;
  int64_t rows_read_ = 0, changelog_end_ = 0;
  absl::Duration restore_began_, looked_at_, said_at_;
};

}  // namespace lagesbild::stream
