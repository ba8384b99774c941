#include "stream/picture_task.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "base/check.h"
#include "picture/announce.h"
#include "stream/failpoint.h"
#include "stream/mutant.h"
#include "stream/trace.h"

namespace lagesbild::stream {
namespace {

constexpr size_t kReadRecords = 2000;
// LOCAL's changelog offset is looked up once in so many commits: a restart reads at most these
// again.
constexpr int kCommitsPerLocal = 200;

// A broker shows the end of a transaction a moment after it has confirmed it.
constexpr absl::Duration kSeenAfter = absl::Milliseconds(500);

Labels PartitionLabel(int32_t partition) { return {{"partition", std::to_string(partition)}}; }

}  // namespace

PictureTask::PictureTask(PictureTaskOptions options, World& world, const OutputEncoder& encoder,
                         std::string component)
    : options_(std::move(options)),
      world_(world),
      encoder_(encoder),
      component_(std::move(component)),
      at_{options_.topics.picture_log, options_.partition},
      assign_started_(world.clock.Monotonic()),
      instants_(options_.commit_bytes,
                [this](int64_t clock_ms, std::span<const LogRecord> records) {
                  return Judge(clock_ms, records);
                }),
      rewrite_changelog_(options_.rewrite_changelog),
      caught_up_(!options_.catch_up),
      duplicates_(world.metrics, "duplicate_records_total"),
      records_consumed_(world.metrics.counter("records_consumed_total", {{"topic", at_.topic}})),
      instants_cut_(world.metrics.counter("instants_cut_total", {})),
      clock_seconds_(
          world.metrics.gauge("clock_timestamp_seconds", PartitionLabel(options_.partition))),
      restore_remaining_(
          world.metrics.gauge("restore_records_remaining", PartitionLabel(options_.partition))),
      restore_seconds_(
          world.metrics.gauge("restore_duration_seconds", PartitionLabel(options_.partition))),
      lag_(world.metrics.gauge(
          "consumer_lag_records",
          {{"topic", at_.topic}, {"partition", std::to_string(options_.partition)}})) {
  for (const auto severity : {lagesbild::Severity::kMinor, lagesbild::Severity::kModerate,
                              lagesbild::Severity::kSevere, lagesbild::Severity::kExtreme}) {
    Labels labels = PartitionLabel(options_.partition);
    labels.emplace_back("severity", SeverityName(severity));
    alerts_active_.emplace_back(world.metrics.gauge("alerts_active", labels));
  }
  ShowState();
}

PictureTask::~PictureTask() { world_.health.Remove(component_); }

void PictureTask::ShowState() {
  PartHealth health;
  health.ready = caught_up();
  switch (state_) {
    case State::kAssigning:
      health.state = assign_ != nullptr && assign_->restoring() ? "restoring" : "assigning";
      health.remaining_records = assign_ != nullptr ? assign_->remaining_records() : 0;
      health.detail = assign_ != nullptr ? assign_->progress() : "";
      break;
    case State::kRunning:
      health.state = caught_up_ ? "running" : "catching-up";
      if (caught_up_) break;
      health.remaining_records = std::max<int64_t>(0, backlog_end_ - next_offset_);
      if (!backlog_whole_) health.detail = "intake has a backlog";
      break;
    case State::kFailed:
      health.state = "failed";
      health.detail = failure_;
      break;
  }
  world_.health.Set(component_, std::move(health));
}

Status PictureTask::OpenStore() {
  AssignOptions options;
  options.picture_log = options_.topics.picture_log;
  options.changelog = options_.topics.changelog;
  options.partition = options_.partition;
  options.resume_from_changelog = options_.resume_from_changelog;
  options.rewrite_changelog = options_.rewrite_changelog;
  options.changelog_patience = options_.changelog_patience;
  options.restore_records = options_.restore_records;
  options.shelving = options_.shelving;
  assign_ = std::make_unique<Assign>(std::move(options), world_, component_);
  const Status opened = assign_->OpenStore();
  if (!opened.ok()) assign_.reset();  // to be called again
  return opened;
}

Status PictureTask::AdvanceAssign(Consumer& member) {
  LB_CHECK(state_ == State::kAssigning && assign_ != nullptr);
  LB_ASSIGN_OR_RETURN(const bool done, assign_->Step(member));
  restore_remaining_.Set(static_cast<double>(assign_->remaining_records()));
  ShowState();
  if (!done) return absl::OkStatus();
  Assign::Result result = std::move(*assign_).Take();
  assign_.reset();
  store_ = std::move(result.store);
  restore_seconds_.Set(absl::ToDoubleSeconds(world_.clock.Monotonic() - assign_started_));
  LB_RETURN_IF_ERROR(Adopt(std::move(result.state), result.next_offset, member));
  state_ = State::kRunning;
  ShowState();
  world_.reporter.Say(Level::kInfo, component_,
                      "running from commit " + std::to_string(state_of_fold_.meta.seq));
  return absl::OkStatus();
}

Status PictureTask::Adopt(PictureState state, int64_t next_offset, Consumer& member) {
  state_of_fold_ = std::move(state);
  next_offset_ = next_offset;
  instants_.Reset(state_of_fold_.fold->clock_ms());
  outputs_.clear();
  effects_ = {};
  duplicates_.Drop();
  dirty_ = drained_ = false;
  pending_bytes_ = 0;
  return member.Start(at_, next_offset_);
}

Status PictureTask::Process(Consumer& member) {
  LB_CHECK(state_ == State::kRunning);
  if (!caught_up_) LB_RETURN_IF_ERROR(LookAtBacklog(member));
  LB_ASSIGN_OR_RETURN(const Batch batch, member.Read(at_, kReadRecords));
  drained_ = batch.drained;
  for (const RecordView& record : batch.records) {
    const Status taken =
        record.value ? instants_.Take(record.offset, *record.value, TraceparentOf(record.headers))
                     : DataLoss("a log record without a value");
    if (!taken.ok()) {
      Fail(record.offset, taken);
      return absl::OkStatus();
    }
    next_offset_ = record.offset + 1;
    pending_bytes_ += static_cast<int64_t>(record.value->size());
  }
  next_offset_ = std::max(next_offset_, batch.next_offset);
  records_consumed_.Add(static_cast<double>(batch.records.size()));
  if (batch.drained) lag_.Set(0);
  if (!caught_up_) SeeWhetherCaughtUp();
  return absl::OkStatus();
}

// How far the backlog reaches: to the end of the log, once an intake of this process has written
// there what it found in the raw topics.
Status PictureTask::LookAtBacklog(Consumer& member) {
  if (backlog_whole_) return absl::OkStatus();
  const bool whole = !IntakeIsBehind();
  if (!whole && backlog_end_ != kFromBeginning) return absl::OkStatus();
  LB_ASSIGN_OR_RETURN(const auto bounds, member.Bounds(at_));
  backlog_end_ = bounds.second;
  backlog_whole_ = whole;
  return absl::OkStatus();
}

bool PictureTask::IntakeIsBehind() {
  const std::optional<bool> ready = world_.health.ready("intake");
  if (!ready) return false;
  if (!*ready) {
    intake_ready_since_.reset();
    return true;
  }
  const absl::Duration now = world_.clock.Monotonic();
  if (!intake_ready_since_) intake_ready_since_ = now;
  return now - *intake_ready_since_ < kSeenAfter;
}

void PictureTask::SeeWhetherCaughtUp() {
  caught_up_ = backlog_whole_ && !dirty_ && next_offset_ >= backlog_end_;
  ShowState();
}

StatusOr<bool> PictureTask::CaughtUp(Consumer& member) const {
  if (state_ == State::kFailed) return DataLoss(failure_);
  if (state_ != State::kRunning || !drained_) return false;
  LB_ASSIGN_OR_RETURN(const auto bounds, member.Bounds(at_));
  return next_offset_ >= bounds.second;
}

Status PictureTask::ShowStats(Consumer& member) {
  if (state_ != State::kRunning) return absl::OkStatus();
  if (!drained_) {
    LB_ASSIGN_OR_RETURN(const auto bounds, member.Bounds(at_));
    lag_.Set(static_cast<double>(std::max<int64_t>(0, bounds.second - next_offset_)));
    if (!backlog_whole_) backlog_end_ = bounds.second;
  }
  const picture::Fold::Stats stats = state_of_fold_.fold->stats();
  for (size_t s = 0; s < alerts_active_.size(); ++s) {
    alerts_active_[s].Set(static_cast<double>(stats.alerts_active[s + 1]));
  }
  return absl::OkStatus();
}

Status PictureTask::Judge(int64_t clock_ms, std::span<const LogRecord> records) {
  // Even where the records cannot be taken, what fell due before them has been judged.
  const Status judged = state_of_fold_.fold->Instant(clock_ms, records, effects_);
  dirty_ = true;
  for (const picture::AlertTransition& transition : effects_.alerts) {
    CountTransition(transition);
    outputs_.push_back(encoder_.Alert(transition));
    outputs_.back().traceparent =
        TraceparentOf(transition, clock_ms, records, *state_of_fold_.fold->settings());
    pending_bytes_ += static_cast<int64_t>(outputs_.back().value.size());
  }
  for (const DeadLetter& letter : effects_.dead_letters) {
    outputs_.push_back(encoder_.Dead(letter, clock_ms));
  }
  if (!effects_.duplicates.empty()) CountDuplicates();
  effects_.alerts.clear();
  effects_.dead_letters.clear();
  return judged;
}

void PictureTask::CountDuplicates() {
  const Settings& settings = *state_of_fold_.fold->settings();
  if (std::exchange(duplicates_version_, settings.version) != settings.version) {
    duplicates_.Configure(settings);
  }
  for (size_t i = 0; i < effects_.duplicates.size(); ++i) {
    if (effects_.duplicates[i] > 0) {
      duplicates_.Add(static_cast<int>(i) - 1, effects_.duplicates[i]);
    }
  }
  effects_.duplicates.clear();
}

void PictureTask::CountTransition(const picture::AlertTransition& t) {
  world_.metrics
      .counter("alerts_total",
               {{"rule", t.rule}, {"transition", std::string(picture::StateName(t.state))}})
      .Add(1);
}

void PictureTask::Fail(int64_t offset, const Status& why) {
  state_ = State::kFailed;
  failure_ = at_.topic + " partition " + std::to_string(at_.partition) + " offset " +
             std::to_string(offset) + ": " + Message(why);
  world_.reporter.Say(Level::kError, component_,
                      "stopped before a record that it cannot take; nothing is lost: " + failure_);
  ShowState();
}

// The instant that is open is not part of a commit.
int64_t PictureTask::committable_offset() const {
  if (LB_MUTANT("commit_inside_instant")) return next_offset_;
  const int64_t offset = instants_.first_open_offset().value_or(next_offset_);
  return LB_MUTANT("instant_twice") ? std::max<int64_t>(0, offset - 1) : offset;
}

StatusOr<TaskCommit> PictureTask::Prepare(Consumer& member) {
  TaskCommit commit;
  commit.partition = options_.partition;
  commit.store = store_.get();
  const uint64_t seq = state_of_fold_.meta.seq + 1;
  commit.local = {state_of_fold_.local.next_changelog_offset, seq};
  if (commit.local.next_changelog_offset == kFromBeginning || rewrite_changelog_ ||
      ++commits_since_local_ >= kCommitsPerLocal) {
    // Nobody but us writes this changelog, and nothing of ours is open: all before its end is in
    // the store.
    LB_ASSIGN_OR_RETURN(const auto bounds,
                        member.Bounds({options_.topics.changelog, options_.partition}));
    commit.local.next_changelog_offset = bounds.second;
    commits_since_local_ = 0;
  }
  picture::Fold& fold = *state_of_fold_.fold;
  commit.outputs = std::move(outputs_);
  outputs_.clear();
  for (const picture::Aggregate& aggregate : fold.CollectAggregates()) {
    commit.outputs.push_back(encoder_.Aggregate(aggregate));
  }
  fold.CollectRows(seq, [&](std::string_view key, const std::string* value) {
    LB_CHECK(!key.starts_with('!'));
    Store::Change row;
    row.key = std::string(key);
    if (value != nullptr) {
      if (LB_MUTANT("only_new_rows") && state_of_fold_.row_keys.contains(RowFingerprint(key))) {
        return;
      }
      row.value = *value;
      state_of_fold_.row_keys.insert(RowFingerprint(key));
    } else {
      state_of_fold_.row_keys.erase(RowFingerprint(key));
    }
    commit.rows.push_back(std::move(row));
  });
  if (rewrite_changelog_) LB_RETURN_IF_ERROR(AddRowsThatStand(commit.rows));
  commit.meta.seq = seq;
  commit.meta.next_offset = committable_offset();
  commit.meta.clock_ms = fold.clock_ms();
  commit.meta.rules_version = fold.settings() != nullptr ? fold.settings()->version : 0;
  commit.meta.row_count = state_of_fold_.row_keys.size();
  return commit;
}

// All that the store has and this commit does not change.
Status PictureTask::AddRowsThatStand(std::vector<Store::Change>& rows) {
  absl::flat_hash_set<std::string> changed;
  for (const Store::Change& row : rows) changed.insert(row.key);
  return store_->ForEach([&](std::string_view key, std::string_view value) -> Status {
    if (!key.starts_with('!') && !changed.contains(std::string(key))) {
      rows.push_back({std::string(key), std::string(value)});
    }
    return absl::OkStatus();
  });
}

void PictureTask::Committed(const TaskCommit& commit) {
  if (std::exchange(rewrite_changelog_, false)) {
    world_.reporter.Say(
        Level::kInfo, component_,
        "the changelog is written anew: " + std::to_string(commit.meta.row_count) + " rows");
  }
  state_of_fold_.meta = commit.meta;
  state_of_fold_.local = commit.local;
  dirty_ = false;
  pending_bytes_ = 0;
  duplicates_.Settle();
  if (!caught_up_) SeeWhetherCaughtUp();
  clock_seconds_.Set(static_cast<double>(commit.meta.clock_ms) / 1000);
  if (const int64_t cut = instants_.TakeParts(); cut > 0) {
    instants_cut_.Add(static_cast<double>(cut));
  }
}

Status PictureTask::Reset(Consumer& member) {
  if (state_ != State::kRunning) return absl::OkStatus();
  LB_ASSIGN_OR_RETURN(PictureState state, LoadState(*store_, options_.shelving));
  int64_t next = state.meta.seq > 0 ? state.meta.next_offset : kFromBeginning;
  if (LB_MUTANT("not_sought_back")) next = next_offset_;
  return Adopt(std::move(state), next, member);
}

}  // namespace lagesbild::stream
