#include "stream/assign.h"

#include <algorithm>
#include <utility>

#include "stream/failpoint.h"
#include "stream/mutant.h"

namespace lagesbild::stream {
namespace {

constexpr absl::Duration kPoll = absl::Milliseconds(10);
constexpr absl::Duration kLookEvery = absl::Seconds(1);
constexpr absl::Duration kSayEvery = absl::Seconds(5);
// What one look at a drained changelog counts for at most. The process may have been frozen since
// the look before, while another took over: Poll tells it so before patience is over.
constexpr absl::Duration kLookCountsMax = absl::Seconds(1);

}  // namespace

Assign::Assign(AssignOptions options, World& world, std::string component)
    : options_(std::move(options)), world_(world), component_(std::move(component)) {}

Assign::~Assign() {
  if (changelog_ != nullptr) changelog_->Close();
}

std::string Assign::Where() const {
  return options_.picture_log + " partition " + std::to_string(options_.partition);
}

Status Assign::Rewound(const std::string& what) const {
  return FailedPrecondition(Where() + ": " + what +
                            "; if an operator did this and the changelog is to be believed, start "
                            "once with --accept-rewind");
}

Status Assign::OpenStore() {
  const Status opened = [&]() -> Status {
    LB_ASSIGN_OR_RETURN(result_.store, world_.stores.Open(options_.partition));
    LB_ASSIGN_OR_RETURN(head_, ReadHead(*result_.store));
    return absl::OkStatus();
  }();
  if (absl::IsDataLoss(opened)) {
    LB_RETURN_IF_ERROR(SetAside(opened));
  } else {
    LB_RETURN_IF_ERROR(opened);
  }
  step_ = StepName::kFindOffset;
  LB_FAILPOINT("assign.opened_store");
  return absl::OkStatus();
}

// Only this partition is rebuilt. A compaction in the middle of a restore may take a tombstone
// whose row was read already; a store that is bad straight from the changelog again and again means
// that the changelog is.
Status Assign::SetAside(const Status& why) {
  if (rebuilds_++ == kRebuildsMax) return why;
  world_.reporter.Say(Level::kWarning, component_,
                      "store set aside, rebuilding it from the changelog: " + Message(why));
  result_.store.reset();
  if (!LB_MUTANT("local_kept")) head_ = StoreHead();
  LB_RETURN_IF_ERROR(world_.stores.Discard(options_.partition));
  LB_ASSIGN_OR_RETURN(result_.store, world_.stores.Open(options_.partition));
  return absl::OkStatus();
}

StatusOr<bool> Assign::Step(Consumer& member) {
  switch (step_) {
    case StepName::kOpenStore:
      return Internal("assign: the store is not open");
    case StepName::kFindOffset:
      LB_RETURN_IF_ERROR(FindOffset(member));
      break;
    case StepName::kRestore: {
      const Status restored = Restore();
      // A changelog ahead of the group is a rewind, unless the group has caught up with it: we
      // stood still while another took over. Poll will tell.
      if (absl::IsFailedPrecondition(restored)) {
        LB_ASSIGN_OR_RETURN(const bool moved_on, GroupMovedOn(member));
        if (moved_on) {
          step_ = StepName::kFindOffset;
          return false;
        }
      }
      LB_RETURN_IF_ERROR(restored);
      break;
    }
    case StepName::kLoad:
      LB_RETURN_IF_ERROR(Load());
      break;
    case StepName::kDone:
      break;
  }
  return step_ == StepName::kDone;
}

Status Assign::FindOffset(Consumer& member) {
  const TopicPartition at{options_.picture_log, options_.partition};
  LB_ASSIGN_OR_RETURN(const std::vector<CommittedOffset> committed,
                      member.Committed(std::span(&at, 1)));
  LB_FAILPOINT("assign.found_offset");
  committed_offset_ = committed.at(0).offset;
  committed_metadata_ = committed.at(0).metadata;
  const std::optional<uint64_t> seq = SeqFromMetadata(committed_metadata_);
  if (options_.resume_from_changelog) {
    until_ = Until::kLast;
    return StartRestore();
  }
  if (committed_offset_ == kFromBeginning) {
    if (head_.meta) {
      return Rewound("the group has no offset here, but the state is at commit " +
                     std::to_string(head_.meta->seq));
    }
    until_ = Until::kEmpty;
    return StartRestore();
  }
  if (!seq) return Rewound("the group's offset was set by hand (it names no commit)");
  until_ = Until::kSeq;
  committed_seq_ = *seq;
  if (head_.meta && head_.meta->seq > committed_seq_) {
    return Rewound("the state is at commit " + std::to_string(head_.meta->seq) + ", the group at " +
                   std::to_string(committed_seq_));
  }
  if (head_.meta && (head_.meta->seq == committed_seq_ || LB_MUTANT("seq_unchecked"))) {
    LB_RETURN_IF_ERROR(CheckChangelog(member));
    step_ = StepName::kLoad;
    return absl::OkStatus();
  }
  return StartRestore();
}

// The store is all there is then: to go on would leave a changelog from which it could not be
// rebuilt.
Status Assign::CheckChangelog(Consumer& member) const {
  if (options_.rewrite_changelog || !head_.local) return absl::OkStatus();
  LB_ASSIGN_OR_RETURN(const auto bounds, member.Bounds({options_.changelog, options_.partition}));
  // Compaction does not move the beginning.
  if (bounds.first > 0) {
    return FailedPrecondition(
        Where() + ": the changelog " + options_.changelog + " begins at offset " +
        std::to_string(bounds.first) +
        ": records were deleted from it. Delete the topic, make it again (lagesbild topics apply), "
        "and start once with --rewrite-changelog, on every instance");
  }
  if (bounds.second >= head_.local->next_changelog_offset) return absl::OkStatus();
  return FailedPrecondition(
      Where() + ": the changelog " + options_.changelog + " ends at offset " +
      std::to_string(bounds.second) + ", the state here was written up to " +
      std::to_string(head_.local->next_changelog_offset) +
      ": the topic was deleted or cut. Start once with --rewrite-changelog, on every instance, to "
      "write it anew from the state");
}

StatusOr<bool> Assign::GroupMovedOn(Consumer& member) const {
  const TopicPartition at{options_.picture_log, options_.partition};
  LB_ASSIGN_OR_RETURN(const std::vector<CommittedOffset> now, member.Committed(std::span(&at, 1)));
  return now.at(0).offset != committed_offset_ || now.at(0).metadata != committed_metadata_;
}

Status Assign::StartRestore() {
  if (changelog_ != nullptr) changelog_->Close();
  LB_ASSIGN_OR_RETURN(changelog_, world_.log.OpenConsumer({.long_read = true}));
  const bool has_some = head_.local && !ReadsAll();
  const int64_t from = has_some ? head_.local->next_changelog_offset : kFromBeginning;
  LB_RETURN_IF_ERROR(changelog_->Start({options_.changelog, options_.partition}, from));
  rows_since_meta_ = false;
  last_meta_ = head_.meta;
  saw_rows_ = read_meta_ = false;
  drained_at_.reset();
  rows_read_ = changelog_end_ = 0;
  restore_began_ = said_at_ = world_.clock.Monotonic();
  looked_at_ = -absl::InfiniteDuration();
  step_ = StepName::kRestore;
  return absl::OkStatus();
}

Status Assign::Restore() {
  LB_RETURN_IF_ERROR(changelog_->Poll(kPoll).status());
  const TopicPartition at{options_.changelog, options_.partition};
  StatusOr<Batch> batch = changelog_->Read(at, options_.restore_records);
  if (absl::IsDataLoss(batch.status()) && head_.local) {
    // The store is of another changelog, or so old that the changelog has moved on.
    LB_RETURN_IF_ERROR(SetAside(batch.status()));
    return StartRestore();
  }
  LB_RETURN_IF_ERROR(batch.status());
  LB_RETURN_IF_ERROR(RestoreBatch(*batch));
  if (step_ != StepName::kRestore) return absl::OkStatus();
  if (batch->drained) return Drained();
  drained_at_.reset();
  rows_read_ += static_cast<int64_t>(batch->records.size());
  return ShowProgress(batch->next_offset);
}

Status Assign::ShowProgress(int64_t next_offset) {
  const absl::Duration now = world_.clock.Monotonic();
  if (now - looked_at_ >= kLookEvery) {
    LB_ASSIGN_OR_RETURN(const auto bounds,
                        changelog_->Bounds({options_.changelog, options_.partition}));
    changelog_end_ = bounds.second;
    looked_at_ = now;
  }
  remaining_records_ = std::max<int64_t>(0, changelog_end_ - next_offset);
  if (now - said_at_ < kSayEvery) return absl::OkStatus();
  said_at_ = now;
  world_.reporter.Say(Level::kInfo, component_,
                      "restoring: " + std::to_string(rows_read_) + " rows read, " +
                          std::to_string(remaining_records_) + " left, " + progress());
  return absl::OkStatus();
}

std::string Assign::progress() const {
  const double seconds = absl::ToDoubleSeconds(world_.clock.Monotonic() - restore_began_);
  if (!restoring() || rows_read_ == 0 || seconds < 1) return "";
  const double rate = static_cast<double>(rows_read_) / seconds;
  const auto left = static_cast<int64_t>(static_cast<double>(remaining_records_) / rate) + 1;
  return std::to_string(static_cast<int64_t>(rate)) + " rows/s, about " + std::to_string(left) +
         " s to go";
}

// One write a batch, whatever commits are in it: their order is kept, and META is that of the last
// that is whole. Rows behind it are a part of a transaction: until its META comes, the store's
// stays behind, so that a restart goes on from LOCAL.
Status Assign::RestoreBatch(const Batch& batch) {
  changes_.clear();
  std::optional<Meta> meta;
  int64_t next_offset = 0;
  bool found = false;
  for (const RecordView& record : batch.records) {
    saw_rows_ = true;
    if (until_ == Until::kEmpty) return absl::OkStatus();
    next_offset = record.offset + 1;
    rows_since_meta_ = record.key != kMetaKey;
    if (rows_since_meta_) {
      changes_.push_back({record.key, record.value});
      continue;
    }
    if (!record.value) return DataLoss(Where() + ": the changelog's META row is a tombstone");
    LB_ASSIGN_OR_RETURN(meta, DecodeMeta(*record.value));
    last_meta_ = meta;
    read_meta_ = true;
    if (until_ != Until::kSeq) continue;
    if (meta->seq > committed_seq_) {
      return Rewound("the changelog is at commit " + std::to_string(meta->seq) + ", the group at " +
                     std::to_string(committed_seq_));
    }
    found = meta->seq == committed_seq_;
    if (found) break;
  }
  if (next_offset == 0) return absl::OkStatus();
  LB_RETURN_IF_ERROR(KeepRestored(next_offset, meta));
  if (!found) return absl::OkStatus();
  LB_FAILPOINT("assign.restored_all");
  step_ = StepName::kLoad;
  return absl::OkStatus();
}

Status Assign::KeepRestored(int64_t next_changelog_offset, const std::optional<Meta>& meta) {
  const std::string meta_row = meta ? EncodeMeta(*meta) : "";
  if (meta) changes_.push_back({kMetaKey, meta_row});
  const uint64_t seq = last_meta_ ? last_meta_->seq : 0;
  const std::string local = EncodeLocal({next_changelog_offset, seq});
  changes_.push_back({kLocalKey, local});
  LB_RETURN_IF_ERROR(result_.store->Restore(changes_));
  changes_.clear();
  LB_FAILPOINT("assign.restored_some");
  return absl::OkStatus();
}

// The changelog has no more, and what we look for has not come.
Status Assign::Drained() {
  remaining_records_ = 0;
  switch (until_) {
    case Until::kEmpty:
      if (saw_rows_) {
        return Rewound(
            "the group has no offset here, but the changelog has rows: the offsets are "
            "gone");
      }
      step_ = StepName::kLoad;
      return absl::OkStatus();
    case Until::kLast:
      if (rows_since_meta_) return DataLoss(Where() + ": the changelog ends without a META row");
      if (StoreAhead() && !read_meta_) {
        return FailedPrecondition(
            Where() + ": the changelog " + options_.changelog +
            " has no commit, the state here is at " + std::to_string(head_.meta->seq) +
            ". Start once with --rewrite-changelog, on every instance, to write it anew from the "
            "state; or move the state away, to begin anew");
      }
      if (StoreAhead()) {
        // Of a machine that lost power: the log lost commits that the store has. They were not.
        LB_RETURN_IF_ERROR(SetAside(DataLoss("it is at commit " + std::to_string(head_.meta->seq) +
                                             ", the changelog at an earlier one")));
        return StartRestore();
      }
      step_ = StepName::kLoad;
      return absl::OkStatus();
    case Until::kSeq:
      if (LB_MUTANT("changelog_end_by_offset")) step_ = StepName::kLoad;
      break;
  }
  const absl::Duration now = world_.clock.Monotonic();
  drained_for_ = drained_at_ ? drained_for_ + std::min(now - *drained_at_, kLookCountsMax)
                             : absl::ZeroDuration();
  drained_at_ = now;
  if (drained_for_ < options_.changelog_patience) return absl::OkStatus();
  const Status gone = DataLoss(
      Where() + ": the group has committed " + std::to_string(committed_seq_) +
      ", but the changelog " + options_.changelog +
      (last_meta_ ? " ends at commit " + std::to_string(last_meta_->seq) : " has no commit") +
      "; the state cannot be rebuilt");
  if (!head_.local) return gone;
  LB_RETURN_IF_ERROR(SetAside(gone));
  return StartRestore();
}

// Of a changelog that is to be believed, and has been read.
bool Assign::StoreAhead() const {
  return ReadsAll() && head_.meta && head_.meta->seq > (read_meta_ ? last_meta_->seq : 0);
}

Status Assign::Load() {
  if (changelog_ != nullptr) changelog_->Close();
  changelog_ = nullptr;
  LB_RETURN_IF_ERROR(result_.store->Settle());
  StatusOr<PictureState> state = LoadState(*result_.store, options_.shelving);
  if (absl::IsDataLoss(state.status())) {
    LB_RETURN_IF_ERROR(SetAside(state.status()));
    return StartRestore();
  }
  LB_RETURN_IF_ERROR(state.status());
  result_.state = *std::move(state);
  const Meta& meta = result_.state.meta;
  if (meta.seq > 0) result_.next_offset = meta.next_offset;
  if (until_ == Until::kSeq && meta.next_offset != committed_offset_) {
    return Rewound("commit " + std::to_string(meta.seq) + " ends at offset " +
                   std::to_string(meta.next_offset) + ", the group is at " +
                   std::to_string(committed_offset_));
  }
  LB_FAILPOINT("assign.loaded");
  step_ = StepName::kDone;
  return absl::OkStatus();
}

}  // namespace lagesbild::stream
