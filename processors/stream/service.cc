#include "stream/service.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace lagesbild::stream {
namespace {

constexpr absl::Duration kRoundWait = absl::Milliseconds(100);
// A broker shows the end of a transaction a moment after it has confirmed it.
constexpr absl::Duration kCaughtUpFor = absl::Milliseconds(500);
constexpr absl::Duration kTopicsEvery = absl::Seconds(1);

}  // namespace

Service::Service(ServiceOptions options, World world,
                 std::unique_ptr<const IntakeConfiguration> configuration)
    : options_(std::move(options)), world_(world), configuration_(std::move(configuration)) {}

Service::~Service() = default;

bool Service::stopping() {
  absl::MutexLock lock(&mu_);
  return told_.stopping;
}

StatusOr<PartitionCounts> Service::AskForTopics() {
  LB_ASSIGN_OR_RETURN(const std::vector<std::string> problems,
                      CheckTopics(world_.log, options_.topic_specs));
  if (problems.empty()) return CountPartitions(world_.log, options_.topics);
  std::string all = "the topics are not as they must be:";
  for (const std::string& problem : problems) all += "\n  " + problem;
  return FailedPrecondition(all);
}

StatusOr<PartitionCounts> Service::WaitForTopics(const std::stop_token& stop) {
  bool said = false;
  while (true) {
    StatusOr<PartitionCounts> counts = AskForTopics();
    if (!absl::IsUnavailable(counts.status())) return counts;
    if (!said) {
      const std::string why = Message(counts.status());
      world_.reporter.Say(Level::kWarning, "service", "broker away, trying again: " + why);
      world_.health.Set("service", {.ready = false, .state = "broker-away", .detail = why});
      said = true;
    }
    absl::MutexLock lock(&mu_);
    const auto stopped = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return told_.stopping; };
    mu_.AwaitWithTimeout(absl::Condition(&stopped), kTopicsEvery);
    if (told_.stopping || stop.stop_requested()) return counts;
  }
}

Status Service::Run(std::stop_token stop) {
  if (options_.instance_id.empty()) return InvalidArgument("the service needs an instance id");
  const std::stop_callback on_stop(stop, [this] {
    absl::MutexLock lock(&mu_);
    told_.stopping = true;
  });
  StatusOr<PartitionCounts> counts = WaitForTopics(stop);
  world_.health.Remove("service");
  if (!counts.ok()) return stopping() ? absl::OkStatus() : counts.status();

  std::vector<std::thread> threads;
  {
    absl::MutexLock lock(&mu_);
    const int pictures = options_.picture ? options_.picture_workers : 0;
    told_.caught_up.assign(pictures, false);
    told_.tasks.assign(pictures, 0);
    told_.running = pictures + (options_.intake ? 1 : 0);
    // Before a picture asks whether there is an intake here that it must wait for.
    if (options_.intake) world_.health.Set("intake", {.state = "starting"});
    if (options_.intake) threads.emplace_back([&] { RunIntake(*counts); });
    for (int n = 0; n < pictures; ++n) threads.emplace_back([&, n] { RunPicture(*counts, n); });
  }
  {
    absl::MutexLock lock(&mu_);
    const auto ended = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
      return told_.stopping || told_.running == 0 || Finished(counts->picture_log);
    };
    mu_.Await(absl::Condition(&ended));
    told_.stopping = true;
  }
  for (std::thread& thread : threads) thread.join();
  absl::MutexLock lock(&mu_);
  return told_.error;
}

bool Service::Finished(int32_t partitions) {
  if (!options_.stop_when_done || !told_.intake_done) return false;
  size_t tasks = 0;
  for (size_t n : told_.tasks) tasks += n;
  return tasks == static_cast<size_t>(options_.picture ? partitions : 0) &&
         std::all_of(told_.caught_up.begin(), told_.caught_up.end(), [](bool up) { return up; });
}

void Service::Ended(const Status& status) {
  absl::MutexLock lock(&mu_);
  --told_.running;
  if (status.ok()) return;
  if (told_.error.ok()) told_.error = status;
  told_.stopping = true;
}

void Service::RunIntake(const PartitionCounts& counts) {
  IntakeOptions options;
  options.group = options_.group;
  options.instance_id = options_.instance_id;
  options.topics = options_.topics;
  options.counts = counts;
  options.clock = options_.clock;
  options.max_wait = options_.max_wait;
  options.tick_interval = options_.tick_interval;
  options.commit_interval = options_.commit_interval;
  options.commit_bytes = options_.commit_bytes;
  options.accept_offsets = options_.resume_from_changelog;
  std::unique_ptr<const IntakeConfiguration> configuration;
  {
    absl::MutexLock lock(&mu_);
    configuration = std::move(configuration_);
  }
  IntakeWorker worker(std::move(options), world_, std::move(configuration));
  {
    absl::MutexLock lock(&mu_);
    intake_worker_ = &worker;
    if (configuration_ != nullptr) worker.Reconfigure(std::move(configuration_));
  }
  Status status;
  while (status.ok() && !stopping()) {
    status = worker.Round(kRoundWait);
    if (worker.done()) {
      absl::MutexLock lock(&mu_);
      told_.intake_done = true;
    }
  }
  {
    absl::MutexLock lock(&mu_);
    intake_worker_ = nullptr;
  }
  if (status.ok()) status = worker.Close();
  Ended(status);
}

void Service::RunPicture(const PartitionCounts& counts, int number) {
  PictureWorkerOptions options;
  options.group = options_.group;
  options.instance_id = options_.instance_id;
  options.number = number;
  options.topics = options_.topics;
  options.counts = counts;
  options.commit_interval = options_.commit_interval;
  options.commit_bytes = options_.commit_bytes;
  options.resume_from_changelog = options_.resume_from_changelog;
  options.rewrite_changelog = options_.rewrite_changelog;
  options.observe_latency = options_.clock == ClockMode::kWall;
  PictureWorker worker(std::move(options), world_);
  absl::Duration behind_at = world_.clock.Monotonic();
  Status status;
  while (status.ok() && !stopping()) {
    status = worker.Round(kRoundWait);
    if (!status.ok() || !options_.stop_when_done) continue;
    bool done = false;
    {
      absl::MutexLock lock(&mu_);
      done = told_.intake_done;
    }
    if (!done) continue;
    const StatusOr<bool> caught_up = worker.CaughtUp();
    if (absl::IsDataLoss(caught_up.status())) status = caught_up.status();
    const absl::Duration now = world_.clock.Monotonic();
    if (!caught_up.value_or(false)) behind_at = now;
    absl::MutexLock lock(&mu_);
    told_.caught_up[number] = now - behind_at >= kCaughtUpFor;
    told_.tasks[number] = worker.task_count();
  }
  if (status.ok()) status = worker.Close();
  Ended(status);
}

void Service::Reconfigure(std::unique_ptr<const IntakeConfiguration> configuration) {
  absl::MutexLock lock(&mu_);
  if (intake_worker_ != nullptr) {
    intake_worker_->Reconfigure(std::move(configuration));
  } else {
    configuration_ = std::move(configuration);  // it has not begun
  }
}

}  // namespace lagesbild::stream
