#include "stream/intake_worker.h"

#include <algorithm>
#include <utility>

#include "stream/aborts.h"
#include "stream/failpoint.h"
#include "stream/mutant.h"

namespace lagesbild::stream {
namespace {

constexpr std::string_view kComponent = "intake";
// Another holds the lease, if it has not come by then.
constexpr absl::Duration kStandbyAfter = absl::Seconds(3);
constexpr absl::Duration kRefusedEvery = absl::Seconds(5);

bool Fatal(const Status& status) {
  return absl::IsFailedPrecondition(status) || absl::IsDataLoss(status) ||
         absl::IsInternal(status) || absl::IsResourceExhausted(status) ||
         absl::IsNotFound(status) || absl::IsInvalidArgument(status);
}

}  // namespace

IntakeWorker::IntakeWorker(IntakeOptions options, World world,
                           std::unique_ptr<const IntakeConfiguration> configuration)
    : options_(std::move(options)),
      world_(world),
      encoder_(options_.topics, options_.counts, options_.group),
      configuration_(std::move(configuration)),
      seconds_(world.metrics, world.clock, std::string(kComponent)) {
  Show(false, "starting", "");
}

IntakeWorker::~IntakeWorker() {
  task_.reset();
  world_.health.Remove(kComponent);
}

// One line a change of state.
void IntakeWorker::Show(bool ready, const std::string& state, const std::string& detail,
                        int64_t remaining_records) {
  world_.health.Set(
      kComponent,
      {.ready = ready, .state = state, .detail = detail, .remaining_records = remaining_records});
  if (shown_ == state) return;
  shown_ = state;
  const bool usual = ready || state == "starting" || state == "catching-up";
  world_.reporter.Say(usual ? Level::kInfo : Level::kWarning, kComponent,
                      detail.empty() ? state : state + ": " + detail);
}

void IntakeWorker::Reconfigure(std::unique_ptr<const IntakeConfiguration> configuration) {
  absl::MutexLock lock(&mu_);
  waiting_ = std::move(configuration);
}

void IntakeWorker::AdoptConfiguration() {
  std::unique_ptr<const IntakeConfiguration> next;
  {
    absl::MutexLock lock(&mu_);
    next = std::move(waiting_);
  }
  if (next == nullptr || next->hash == configuration_->hash) return;
  if (next->settings.version <= configuration_->settings.version) {
    world_.reporter.Say(Level::kWarning, kComponent,
                        "a changed configuration needs a higher version than " +
                            std::to_string(configuration_->settings.version) + "; not taken");
    return;
  }
  if (task_ != nullptr) task_->Reconfigure(*next);
  configuration_ = std::move(next);
  not_before_ = -absl::InfiniteDuration();
  world_.reporter.Say(
      Level::kInfo, kComponent,
      "configuration version " + std::to_string(configuration_->settings.version) + " taken");
}

Status IntakeWorker::Tolerate(const Status& status) {
  if (status.ok() || Fatal(status)) return status;
  backoff_.Failed(world_.clock.Monotonic());
  Show(false, "broker-away", Message(status));
  return absl::OkStatus();
}

Status IntakeWorker::Round(absl::Duration wait) {
  seconds_.BeginRound();
  AdoptConfiguration();
  const Status status = [&]() -> Status {
    const absl::Duration now = world_.clock.Monotonic();
    if (backoff_.Waiting(now)) wait = std::min(wait, backoff_.Left(now));
    LB_RETURN_IF_ERROR(Connect());
    const bool works = task_ != nullptr && !backoff_.Waiting(now);
    const absl::Duration pace = works ? std::min(wait, task_->PaceLeft()) : absl::ZeroDuration();
    LB_RETURN_IF_ERROR(Serve(works ? pace : wait));
    if (backoff_.Waiting(now) || now < not_before_) return absl::OkStatus();
    // The group woke us.
    if (task_ != nullptr && pace > absl::ZeroDuration() &&
        task_->PaceLeft() > absl::ZeroDuration()) {
      return absl::OkStatus();
    }
    if (!subscribed_) return absl::OkStatus();
    if (!holds_lease_) {
      ShowStandby();
      backoff_.Succeeded();
      return absl::OkStatus();
    }
    if (task_ == nullptr) LB_RETURN_IF_ERROR(Take());
    return task_ != nullptr ? Work(wait) : absl::OkStatus();
  }();
  seconds_.EndRound();
  return Tolerate(status);
}

// Before the group has given the lease to anyone, it may yet be ours, and the backlog with it.
void IntakeWorker::ShowStandby() {
  const absl::Duration now = world_.clock.Monotonic();
  if (!member_since_ && lease_consumer_->membership()->valid()) member_since_ = now;
  caught_up_ = caught_up_ || (member_since_ && now - *member_since_ >= kStandbyAfter);
  if (caught_up_) {
    Show(true, "standby", "");
  } else {
    Show(false, "starting", "waiting for the lease");
  }
}

// A consumer that has not subscribed may ask for offsets: so one with an older configuration learns
// of it before it joins.
Status IntakeWorker::Connect() {
  if (subscribed_ || world_.clock.Monotonic() < not_before_) return absl::OkStatus();
  if (lease_consumer_ == nullptr) {
    ConsumerOptions options;
    options.group = options_.lease_group();
    options.instance_id = options_.instance_id;
    LB_ASSIGN_OR_RETURN(lease_consumer_, world_.log.OpenConsumer(options));
  }
  // Undecided, as after a death between offsets and commit: only the next holder's sink ends that
  // transaction, so we join, and look when we hold the lease.
  const StatusOr<LeaseState> lease = ReadLease();
  if (!lease.ok() && !absl::IsUnavailable(lease.status())) return lease.status();
  if (lease.ok() && !MayServe(*lease)) {
    Refuse();
    return absl::OkStatus();
  }
  LB_RETURN_IF_ERROR(lease_consumer_->Subscribe({options_.topics.lease}));
  subscribed_ = true;
  return absl::OkStatus();
}

StatusOr<LeaseState> IntakeWorker::ReadLease() {
  const TopicPartition at{options_.topics.lease, 0};
  LB_ASSIGN_OR_RETURN(const std::vector<CommittedOffset> committed,
                      lease_consumer_->Committed(std::span(&at, 1)));
  if (committed.at(0).offset == kFromBeginning) return LeaseState();
  return DecodeLease(committed.at(0).metadata);
}

// A configuration that differs from the one in force must have a higher version.
bool IntakeWorker::MayServe(const LeaseState& lease) {
  return lease.configuration_hash.empty() || lease.configuration_hash == configuration_->hash ||
         lease.configuration_version < configuration_->settings.version;
}

void IntakeWorker::Refuse() {
  Show(false, "refused",
       "configuration version " + std::to_string(configuration_->settings.version) +
           " differs from the one in force and is not higher; raise it to serve");
  not_before_ = world_.clock.Monotonic() + kRefusedEvery;
}

Status IntakeWorker::Serve(absl::Duration wait) {
  if (lease_consumer_ == nullptr) return absl::OkStatus();
  const StatusOr<std::vector<GroupEvent>> events =
      seconds_.Wait(wait, [&] { return lease_consumer_->Poll(wait); });
  if (absl::IsAborted(events.status())) LeaveGroup();
  LB_RETURN_IF_ERROR(events.status());
  for (const GroupEvent& event : *events) {
    if (event.type == GroupEvent::Type::kAssigned) {
      holds_lease_ = true;
      LB_FAILPOINT("lease.taken");
    } else {
      LB_RETURN_IF_ERROR(Released(event.partitions, event.type == GroupEvent::Type::kLost));
    }
  }
  return absl::OkStatus();
}

// The next round joins it anew.
void IntakeWorker::LeaveGroup() {
  task_.reset();
  sink_.reset();
  lease_consumer_->Close();
  lease_consumer_.reset();
  subscribed_ = holds_lease_ = false;
  member_since_.reset();
}

Status IntakeWorker::Released(const std::vector<TopicPartition>& partitions, bool lost) {
  Status status;
  if (task_ != nullptr && !lost && sink_ != nullptr) {
    status = task_->Finish(*sink_, *lease_consumer_);
    if (!status.ok()) CountAbort(world_.metrics, AbortReason(status));
  } else if (task_ != nullptr && task_->in_transaction()) {
    CountAbort(world_.metrics, "lost");
  }
  LB_FAILPOINT("lease.released");
  task_.reset();
  sink_.reset();
  holds_lease_ = false;
  for (const TopicPartition& at : partitions) lease_consumer_->Released(at);
  // What could not be committed was not: the next holder takes it.
  return Fatal(status) && !absl::IsFailedPrecondition(status) ? status : absl::OkStatus();
}

Status IntakeWorker::Take() {
  if (sink_ == nullptr) {
    LB_ASSIGN_OR_RETURN(std::unique_ptr<TransactionalSink> sink,
                        world_.log.OpenSink(options_.group + "-intake"));
    if (!LB_MUTANT("intake_uninitialised")) LB_RETURN_IF_ERROR(sink->Init());
    sink_ = std::move(sink);
    LB_FAILPOINT("lease.initialised_sink");
  }
  LB_ASSIGN_OR_RETURN(LeaseState lease, ReadLease());
  if (!MayServe(lease)) {
    // Another served with a newer one in the meantime: leave it the lease.
    LeaveGroup();
    Refuse();
    return absl::OkStatus();
  }
  if (LB_MUTANT("intake_clock_forgotten")) lease.clock_ms.reset();
  auto task = std::make_unique<IntakeTask>(options_, world_, encoder_, *configuration_,
                                           std::move(lease), seconds_);
  LB_RETURN_IF_ERROR(task->Start(*lease_consumer_));
  task_ = std::move(task);
  return absl::OkStatus();
}

Status IntakeWorker::Work(absl::Duration wait) {
  const Status status = task_->Work(*sink_, *lease_consumer_, wait);
  if (LB_MUTANT("intake_kept") && absl::IsAborted(status)) return sink_->Abort();
  if (task_->sink_failed()) return AfterSinkFailure(status);
  LB_RETURN_IF_ERROR(status);
  backoff_.Succeeded();
  caught_up_ = caught_up_ || task_->caught_up();
  if (caught_up_) {
    Show(true, "active", "");
  } else {
    Show(false, "catching-up", "", task_->remaining_records());
  }
  return absl::OkStatus();
}

Status IntakeWorker::AfterSinkFailure(const Status& status) {
  CountAbort(world_.metrics, AbortReason(status));
  task_.reset();
  if (absl::IsAborted(status) && sink_->Abort().ok()) {
    world_.metrics.counter("commits_total", {{"task", "intake"}, {"outcome", "aborted"}}).Add(1);
    backoff_.Failed(world_.clock.Monotonic());
    return absl::OkStatus();
  }
  if (absl::IsDataLoss(status) || absl::IsInternal(status) ||
      status.code() == StatusCode::kResourceExhausted) {
    return status;
  }
  // Fenced, or unknown: what was committed, the offsets will say. Where we were fenced, we first
  // see that the lease is still ours, or two would fence each other in turns.
  world_.metrics.counter("commits_total", {{"task", "intake"}, {"outcome", "unknown"}}).Add(1);
  sink_.reset();
  if (!absl::IsFailedPrecondition(status)) return status;
  not_before_ = world_.clock.Monotonic() + options_.lease_confirm;
  Show(false, "confirming the lease", Message(status));
  return absl::OkStatus();
}

bool IntakeWorker::idle() const {
  if (backoff_.Waiting(world_.clock.Monotonic())) return false;
  if (!subscribed_) return shown_ == "refused";
  return task_ != nullptr ? task_->idle() : !holds_lease_;
}

Status IntakeWorker::Close() {
  Status status;
  if (task_ != nullptr && sink_ != nullptr) {
    status = task_->Finish(*sink_, *lease_consumer_);
    LB_FAILPOINT("lease.released");
  }
  task_.reset();
  sink_.reset();
  if (lease_consumer_ != nullptr) lease_consumer_->Close();
  lease_consumer_.reset();
  subscribed_ = holds_lease_ = false;
  return status;
}

}  // namespace lagesbild::stream
