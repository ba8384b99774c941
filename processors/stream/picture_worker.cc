#include "stream/picture_worker.h"

#include <algorithm>
#include <utility>

#include "stream/aborts.h"
#include "stream/failpoint.h"
#include "stream/mutant.h"

namespace lagesbild::stream {
namespace {

// A member without partitions after this time is a spare one.
constexpr absl::Duration kSpareAfter = absl::Seconds(3);
constexpr absl::Duration kStatsEvery = absl::Seconds(5);
// Commits of a stream without a backlog begin this part of the commit interval apart, or more.
constexpr int kPaceParts = 5;

// What ends the worker, and with it the process: trying again would not help.
bool Fatal(const Status& status) {
  return absl::IsFailedPrecondition(status) || absl::IsDataLoss(status) ||
         absl::IsInternal(status) || absl::IsResourceExhausted(status) ||
         absl::IsNotFound(status) || absl::IsInvalidArgument(status);
}

Counter& Produced(World& world, const std::string& topic) {
  return world.metrics.counter("records_produced_total", {{"topic", topic}});
}

}  // namespace

PictureWorker::PictureWorker(PictureWorkerOptions options, World world)
    : options_(std::move(options)),
      world_(world),
      component_("picture-" + std::to_string(options_.number)),
      encoder_(options_.topics, options_.counts, options_.group),
      orphans_(options_.topics.picture_log, options_.counts.picture_log),
      last_commit_(world.clock.Monotonic()),
      interval_(options_.commit_interval),
      stats_at_(-absl::InfiniteDuration()),
      seconds_(world.metrics, world.clock, component_),
      commit_seconds_(world.metrics.histogram("commit_duration_seconds", {{"task", "picture"}})),
      commits_(
          world.metrics.counter("commits_total", {{"task", "picture"}, {"outcome", "committed"}})),
      aborts_(
          world.metrics.counter("commits_total", {{"task", "picture"}, {"outcome", "aborted"}})),
      restarts_(
          world.metrics.counter("commits_total", {{"task", "picture"}, {"outcome", "unknown"}})),
      alert_latency_(world.metrics.histogram("end_to_end_latency_seconds", {{"output", "alerts"}})),
      aggregate_latency_(
          world.metrics.histogram("end_to_end_latency_seconds", {{"output", "aggregates"}})),
      produced_rows_(Produced(world, options_.topics.changelog)),
      produced_alerts_(Produced(world, options_.topics.alerts)),
      produced_aggregates_(Produced(world, options_.topics.aggregates)),
      produced_dead_letters_(Produced(world, options_.topics.dead_letters)) {
  world_.health.Set(component_, {.ready = false, .state = "starting"});
}

PictureWorker::~PictureWorker() {
  tasks_.clear();
  world_.health.Remove(component_);
}

void PictureWorker::Say(Level level, const std::string& message) {
  world_.reporter.Say(level, component_, message);
}

// One line a change of state.
void PictureWorker::SetAway(bool away, const std::string& why) {
  if (away_ == away && (away || shown_joined_ == joined_)) return;
  const std::optional<bool> was = std::exchange(away_, away);
  if (away) {
    Say(Level::kWarning, "broker away, trying again: " + why);
    world_.health.Set(component_, {.ready = false, .state = "broker-away", .detail = why});
  } else {
    if (was != away) Say(Level::kInfo, "connected");
    shown_joined_ = joined_;
    world_.health.Set(component_, {.ready = joined_,
                                   .state = joined_ ? "running" : "starting",
                                   .detail = joined_ ? "" : "joining the group"});
  }
}

// Before the group has said which partitions are ours, nothing is known of a backlog.
void PictureWorker::SeeWhetherJoined() {
  const absl::Duration now = world_.clock.Monotonic();
  if (!member_since_ && consumer_->membership()->valid()) member_since_ = now;
  joined_ = !tasks_.empty() || (member_since_ && now - *member_since_ >= kSpareAfter);
}

void PictureWorker::SeeWhetherCaughtUp() {
  if (!joined_) SeeWhetherJoined();
  caught_up_ = joined_ && std::all_of(tasks_.begin(), tasks_.end(),
                                      [](const auto& t) { return t.second->caught_up(); });
}

Status PictureWorker::Connect() {
  if (consumer_ != nullptr) return absl::OkStatus();
  ConsumerOptions options;
  options.group = options_.group;
  options.instance_id = options_.instance_id.empty() ? "" : options_.instance_id + "-" + component_;
  LB_ASSIGN_OR_RETURN(std::unique_ptr<Consumer> consumer, world_.log.OpenConsumer(options));
  LB_RETURN_IF_ERROR(consumer->Subscribe({options_.topics.picture_log}));
  consumer_ = std::move(consumer);
  return absl::OkStatus();
}

// Passes errors on that end the worker; the rest is waited for.
Status PictureWorker::Tolerate(const Status& status) {
  if (status.ok() || Fatal(status)) return status;
  backoff_.Failed(world_.clock.Monotonic());
  SetAway(true, Message(status));
  return absl::OkStatus();
}

Status PictureWorker::Round(absl::Duration wait) {
  seconds_.BeginRound();
  const Status status = [&]() -> Status {
    LB_RETURN_IF_ERROR(Connect());
    LB_RETURN_IF_ERROR(Serve(WaitFor(wait)));
    if (backoff_.Waiting(world_.clock.Monotonic())) return absl::OkStatus();
    LB_RETURN_IF_ERROR(GiveOrphansAnOwner());
    LB_RETURN_IF_ERROR(AdvanceTasks());
    LB_RETURN_IF_ERROR(ProcessTasks());
    if (CommitDue(wait > absl::ZeroDuration())) LB_RETURN_IF_ERROR(Commit());
    if (!caught_up_) SeeWhetherCaughtUp();
    if (!backoff_.Waiting(world_.clock.Monotonic())) {
      backoff_.Succeeded();
      SetAway(false, "");
    }
    return absl::OkStatus();
  }();
  seconds_.EndRound();
  return Tolerate(status);
}

absl::Duration PictureWorker::WaitFor(absl::Duration wait) const {
  const absl::Duration now = world_.clock.Monotonic();
  if (backoff_.Waiting(now)) return std::min(wait, backoff_.Left(now));
  bool dirty = false;
  for (const auto& [partition, task] : tasks_) {
    if (task->state() == PictureTask::State::kAssigning || !task->drained()) {
      return absl::ZeroDuration();
    }
    dirty |= task->dirty();
  }
  return dirty ? std::min(wait, PaceLeft()) : wait;
}

// How long the next commit is better waited for: one that followed the last at once would cost as
// much and hold less. Not after a pause.
absl::Duration PictureWorker::PaceLeft() const {
  const absl::Duration passed = world_.clock.Monotonic() - commit_began_;
  return std::max(absl::ZeroDuration(), options_.commit_interval / kPaceParts - passed);
}

Status PictureWorker::Serve(absl::Duration wait) {
  const StatusOr<std::vector<GroupEvent>> events =
      seconds_.Wait(wait, [&] { return consumer_->Poll(wait); });
  if (absl::IsAborted(events.status())) LeaveGroup();
  LB_RETURN_IF_ERROR(events.status());
  if (!events->empty()) orphans_.Changed(world_.clock.Monotonic());
  for (const GroupEvent& event : *events) {
    switch (event.type) {
      case GroupEvent::Type::kAssigned:
        world_.metrics.counter("rebalances_total", {{"kind", "assigned"}}).Add(1);
        for (const TopicPartition& at : event.partitions) LB_RETURN_IF_ERROR(Assigned(at));
        break;
      case GroupEvent::Type::kRevoked:
        world_.metrics.counter("rebalances_total", {{"kind", "revoked"}}).Add(1);
        LB_RETURN_IF_ERROR(Revoked(event.partitions));
        break;
      case GroupEvent::Type::kLost:
        world_.metrics.counter("rebalances_total", {{"kind", "lost"}}).Add(1);
        Lost(event.partitions);
        break;
    }
  }
  return absl::OkStatus();
}

// The next round joins it anew.
void PictureWorker::LeaveGroup() {
  restarts_.Add(1);
  tasks_.clear();
  sink_.reset();
  consumer_->Close();
  consumer_.reset();
  joined_ = false;
  member_since_.reset();
}

Status PictureWorker::GiveOrphansAnOwner() {
  if (!orphans_.MustRejoin(*consumer_, world_.clock.Monotonic())) return absl::OkStatus();
  world_.metrics.counter("rebalances_total", {{"kind", "forced"}}).Add(1);
  Say(Level::kWarning, "log partition " + std::to_string(orphans_.orphans().front()) +
                           " is nobody's; joining the group anew, so that it is shared out again");
  return consumer_->Rejoin();
}

std::unique_ptr<PictureTask> PictureWorker::NewTask(int32_t partition) {
  PictureTaskOptions options;
  options.topics = options_.topics;
  options.partition = partition;
  options.commit_bytes = options_.commit_bytes;
  options.resume_from_changelog = options_.resume_from_changelog;
  options.rewrite_changelog = options_.rewrite_changelog;
  options.changelog_patience = options_.changelog_patience;
  options.restore_records = options_.restore_records;
  options.shelving = options_.shelving;
  options.catch_up = !caught_up_;
  return std::make_unique<PictureTask>(std::move(options), world_, encoder_,
                                       component_ + "/" + std::to_string(partition));
}

Status PictureWorker::Assigned(const TopicPartition& at) {
  tasks_.erase(at.partition);  // first: the new one takes its store and its gauges
  tasks_[at.partition] = NewTask(at.partition);
  return absl::OkStatus();
}

// What is done is committed, if that works at once; what is not is aborted. Then the store is
// closed before the partition is given back: its next owner may be in this process.
Status PictureWorker::Revoked(const std::vector<TopicPartition>& partitions) {
  if (LB_MUTANT("revoked_late")) {
    for (const TopicPartition& at : partitions) consumer_->Released(at);
  }
  LB_MUTANT_BECOMES("revoked_late", "offsets_unfenced");
  if (sink_ != nullptr) LB_RETURN_IF_ERROR(Commit());
  LB_FAILPOINT("revoke.committed");
  for (const TopicPartition& at : partitions) {
    tasks_.erase(at.partition);
    LB_FAILPOINT("revoke.closed");
    consumer_->Released(at);
  }
  return absl::OkStatus();
}

// Between rounds no transaction is open, so there is nothing to abort but memory.
void PictureWorker::Lost(const std::vector<TopicPartition>& partitions) {
  if (LB_MUTANT("lost_commits") && sink_ != nullptr) {
    LB_MUTANT_BECOMES("lost_commits", "offsets_unfenced");
    Commit().IgnoreError();
  }
  for (const TopicPartition& at : partitions) {
    tasks_.erase(at.partition);
    consumer_->Released(at);
  }
  Say(Level::kWarning, "lost " + std::to_string(partitions.size()) + " partitions to the group");
}

Status PictureWorker::EnsureSink() {
  if (sink_ != nullptr) return absl::OkStatus();
  LB_ASSIGN_OR_RETURN(
      std::unique_ptr<TransactionalSink> sink,
      world_.log.OpenSink(options_.group + "-" + options_.instance_id + "-" + component_));
  LB_RETURN_IF_ERROR(sink->Init());
  sink_ = std::move(sink);
  LB_FAILPOINT("assign.initialised_sink");
  return absl::OkStatus();
}

// In the order of the protocol: store, sink, offset.
Status PictureWorker::AdvanceTasks() {
  for (auto& [partition, task] : tasks_) {
    if (task->state() != PictureTask::State::kAssigning) continue;
    if (!task->opened()) LB_RETURN_IF_ERROR(task->OpenStore());
    LB_RETURN_IF_ERROR(EnsureSink());
    LB_RETURN_IF_ERROR(task->AdvanceAssign(*consumer_));
  }
  return absl::OkStatus();
}

Status PictureWorker::ProcessTasks() {
  int64_t bytes = 0;
  for (auto& [partition, task] : tasks_) {
    if (task->state() == PictureTask::State::kRunning) {
      LB_RETURN_IF_ERROR(task->Process(*consumer_));
    }
    bytes += task->pending_bytes();
  }
  pending_bytes_ = bytes;
  const absl::Duration now = world_.clock.Monotonic();
  if (now - stats_at_ < kStatsEvery) return absl::OkStatus();
  stats_at_ = now;
  for (auto& [partition, task] : tasks_) LB_RETURN_IF_ERROR(task->ShowStats(*consumer_));
  return absl::OkStatus();
}

bool PictureWorker::CommitDue(bool may_wait) const {
  bool dirty = false, drained = true;
  for (const auto& [partition, task] : tasks_) {
    dirty |= task->dirty();
    drained &= task->drained();
  }
  if (!dirty) return false;
  const bool paced = may_wait && PaceLeft() > absl::ZeroDuration();
  return (drained && !paced) || pending_bytes_ >= options_.commit_bytes ||
         world_.clock.Monotonic() - last_commit_ >= interval_;
}

bool PictureWorker::idle() const {
  if (away_ != false || backoff_.Waiting(world_.clock.Monotonic())) return false;
  for (const auto& [partition, task] : tasks_) {
    if (task->state() == PictureTask::State::kAssigning || !task->drained() || task->dirty()) {
      return false;
    }
  }
  return true;
}

Status PictureWorker::Commit() {
  std::vector<PictureTask*> tasks;
  bool drained = true;
  for (auto& [partition, task] : tasks_) {
    drained &= task->drained();
    if (task->dirty()) tasks.push_back(task.get());
  }
  if (tasks.empty()) return absl::OkStatus();
  commit_began_ = world_.clock.Monotonic();
  const Status status = seconds_.Commit([&] { return CommitTasks(std::move(tasks)); });
  last_commit_ = world_.clock.Monotonic();
  commit_seconds_.Observe(absl::ToDoubleSeconds(last_commit_ - commit_began_));
  // While a backlog drains, fewer and larger commits.
  interval_ =
      drained ? options_.commit_interval : std::min(interval_ * 2, options_.commit_interval_max);
  return status;
}

Status PictureWorker::CommitTasks(std::vector<PictureTask*> tasks) {
  std::vector<TaskCommit> commits;
  for (PictureTask* task : tasks) {
    StatusOr<TaskCommit> commit = task->Prepare(*consumer_);
    if (!commit.ok()) return Restart(commit.status());  // what was prepared is out of its fold
    commits.push_back(*std::move(commit));
  }
  const std::unique_ptr<Membership> membership = consumer_->membership();
  if (!membership->valid() && !LB_MUTANT("offsets_unfenced")) {
    return Restart(Unavailable("not a member of the group"));
  }
  const CommitTarget target{options_.group, options_.topics.picture_log, options_.topics.changelog};
  if (LB_MUTANT("store_before_commit")) {
    std::vector<TaskCommit> early = commits;
    LB_RETURN_IF_ERROR(WriteStores(early));
  }
  const Status written = WriteTransaction(*sink_, encoder_, target, commits, *membership);
  if (absl::IsAborted(written)) return Aborted(tasks);
  const bool guessed = LB_MUTANT("unknown_is_committed") && absl::IsUnavailable(written);
  if (!written.ok() && !guessed) {
    CountAbort(world_.metrics, AbortReason(written));
    return Restart(written);
  }
  CountCommit(commits);
  // From here on the transaction is a fact; a store that cannot follow ends the process, and the
  // changelog brings it there at the next start.
  LB_RETURN_IF_ERROR(WriteStores(commits));
  for (size_t i = 0; i < tasks.size(); ++i) tasks[i]->Committed(commits[i]);
  return absl::OkStatus();
}

void PictureWorker::CountCommit(const std::vector<TaskCommit>& commits) {
  commits_.Add(1);
  const int64_t wall_ms = options_.observe_latency ? world_.clock.WallMs() : 0;
  for (const TaskCommit& commit : commits) {
    produced_rows_.Add(static_cast<double>(commit.rows.size() + 1));
    for (const Output& output : commit.outputs) {
      const bool alert = output.to.topic == options_.topics.alerts;
      const bool aggregate = output.to.topic == options_.topics.aggregates;
      (alert ? produced_alerts_ : aggregate ? produced_aggregates_ : produced_dead_letters_).Add(1);
      if (!options_.observe_latency || !(alert || aggregate)) continue;
      (alert ? alert_latency_ : aggregate_latency_)
          .Observe(std::max<double>(0, static_cast<double>(wall_ms - output.at_ms) / 1000));
    }
  }
}

StatusOr<bool> PictureWorker::CaughtUp() {
  if (!idle()) return false;
  for (const auto& [partition, task] : tasks_) {
    LB_ASSIGN_OR_RETURN(const bool caught_up, task->CaughtUp(*consumer_));
    if (!caught_up) return false;
  }
  return true;
}

Status PictureWorker::Aborted(const std::vector<PictureTask*>& tasks) {
  aborts_.Add(1);
  CountAbort(world_.metrics, "abortable");
  const Status aborted = sink_->Abort();
  LB_FAILPOINT("abort.aborted");
  if (!aborted.ok()) return Restart(aborted);
  if (LB_MUTANT("overlay_kept")) return absl::OkStatus();
  for (PictureTask* task : tasks) LB_RETURN_IF_ERROR(task->Reset(*consumer_));
  backoff_.Failed(world_.clock.Monotonic());
  return absl::OkStatus();
}

// Never guess what became of a transaction: ask again, from the start.
Status PictureWorker::Restart(const Status& why) {
  // A record that no broker takes would be refused again and again; so would all where the log is
  // ours and its disk is full.
  if (absl::IsDataLoss(why) || absl::IsInternal(why) || absl::IsInvalidArgument(why) ||
      absl::IsResourceExhausted(why)) {
    return why;
  }
  restarts_.Add(1);
  Say(Level::kWarning, "assigning anew after: " + Message(why));
  if (!LB_MUTANT("producer_kept")) sink_.reset();
  for (auto& [partition, task] : tasks_) {
    task.reset();  // its store closes before it is opened again
    task = NewTask(partition);
  }
  backoff_.Failed(world_.clock.Monotonic());
  return absl::OkStatus();
}

Status PictureWorker::Close() {
  Status status;
  if (sink_ != nullptr && consumer_ != nullptr) status = Commit();
  tasks_.clear();
  sink_.reset();
  if (consumer_ != nullptr) consumer_->Close();
  consumer_.reset();
  return status;
}

}  // namespace lagesbild::stream
