#include "app/service.h"

#include <utility>

#include "stream/topics.h"

namespace lagesbild::app {
namespace {

constexpr absl::Duration kRound = absl::Milliseconds(100);
// A worker that has read to the end this long, after intake's last tick was committed, has read
// that tick too.
constexpr absl::Duration kQuiet = absl::Seconds(2);

stream::PictureWorkerOptions PictureOptions(const Config& config, const ServiceOptions& options,
                                            int number) {
  stream::PictureWorkerOptions out;
  out.group = config.group;
  out.instance_id = options.instance_id;
  out.number = number;
  out.commit_interval = config.commit_interval;
  out.commit_interval_max = std::max(config.commit_interval, out.commit_interval_max);
  out.commit_bytes = config.commit_bytes;
  return out;
}

stream::IntakeOptions IntakeOptions(const Config& config, const ServiceOptions& options) {
  stream::IntakeOptions out;
  out.group = config.group;
  out.instance_id = options.instance_id;
  out.clock =
      config.clock == ClockMode::kRecords ? stream::ClockMode::kRecords : stream::ClockMode::kWall;
  out.max_wait = config.order_max_wait;
  out.tick_interval = config.tick_interval;
  out.commit_interval = config.commit_interval;
  out.commit_interval_max = std::max(config.commit_interval, out.commit_interval_max);
  out.commit_bytes = config.commit_bytes;
  return out;
}

}  // namespace

StatusOr<std::unique_ptr<Service>> Service::Create(
    const Config& config, const ServiceOptions& options, stream::World world,
    std::unique_ptr<const stream::IntakeConfiguration> intake) {
  const stream::Topics topics = stream::MakeTopics(config.topics_prefix, intake->settings);
  LB_ASSIGN_OR_RETURN(const stream::PartitionCounts counts,
                      stream::CountPartitions(world.log, topics));
  const bool ends_by_itself = config.clock == ClockMode::kRecords && options.intake;
  std::unique_ptr<Service> service(new Service(world, ends_by_itself));
  for (int i = 0; options.picture && i < options.picture_workers; ++i) {
    stream::PictureWorkerOptions picture = PictureOptions(config, options, i);
    picture.topics = topics;
    picture.counts = counts;
    service->workers_.push_back(std::make_unique<stream::PictureWorker>(std::move(picture), world));
  }
  if (options.intake) {
    stream::IntakeOptions intake_options = IntakeOptions(config, options);
    intake_options.topics = topics;
    intake_options.counts = counts;
    auto worker =
        std::make_unique<stream::IntakeWorker>(std::move(intake_options), world, std::move(intake));
    service->intake_ = worker.get();
    service->workers_.push_back(std::move(worker));
  }
  return service;
}

Service::~Service() {
  Stop();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Service::Start() {
  running_ = static_cast<int>(workers_.size());
  for (const auto& worker : workers_) {
    threads_.emplace_back([this, w = worker.get()] { Run(*w); });
  }
}

Status Service::Wait() {
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  absl::MutexLock lock(&mu_);
  return first_error_;
}

void Service::Reconfigure(std::unique_ptr<const stream::IntakeConfiguration> intake) {
  if (intake_ != nullptr) intake_->Reconfigure(std::move(intake));
}

void Service::Run(stream::Worker& worker) {
  Status status;
  absl::Duration quiet_since = absl::InfiniteDuration();
  while (!stopping_ && status.ok()) {
    status = worker.Round(kRound);
    if (&worker == intake_ && intake_->done()) {
      intake_done_ = true;
      if (ends_by_itself_) break;
    }
    if (!ends_by_itself_ || !intake_done_ || !worker.idle()) {
      quiet_since = absl::InfiniteDuration();
      continue;
    }
    const absl::Duration now = world_.clock.Monotonic();
    quiet_since = std::min(quiet_since, now);
    if (now - quiet_since >= kQuiet) break;
  }
  if (status.ok()) status = worker.Close();
  if (!status.ok()) {
    absl::MutexLock lock(&mu_);
    if (first_error_.ok()) first_error_ = status;
    stopping_ = true;
  }
  --running_;
}

}  // namespace lagesbild::app
