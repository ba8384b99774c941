#include "sim/sim_instance.h"

#include "sim/sim_town.h"

namespace lagesbild::sim {

void SimInstance::Start(const SimService& service, stream::Reporter& reporter, bool with_intake) {
  processes_.push_back(std::make_unique<SimProcess>(name_, service.time));
  process_ = processes_.back().get();
  process_->clock.LeapWall(skew_);
  log_ = std::make_unique<SimLog>(service.kafka, *process_);
  stores_ = std::make_unique<SimStores>(disk_, *process_);
  const stream::World world{*log_, *stores_, process_->clock, service.metrics, reporter, health_};
  const Plan& plan = service.plan;
  workers_.clear();
  if (with_intake) {
    stream::IntakeOptions options;
    options.instance_id = name_;
    options.topics = service.topics;
    options.counts = service.counts;
    options.clock = plan.live ? stream::ClockMode::kWall : stream::ClockMode::kRecords;
    options.max_wait = plan.max_wait;
    options.tick_interval = plan.tick_interval;
    options.commit_interval = plan.commit_interval;
    options.commit_bytes = plan.commit_bytes;
    intake_ = std::make_unique<stream::IntakeWorker>(std::move(options), world,
                                                     SimConfiguration(service.version));
    workers_.push_back(intake_.get());
  }
  for (int n = 0; n < plan.workers; ++n) {
    stream::PictureWorkerOptions options;
    options.instance_id = name_;
    options.number = n;
    options.topics = service.topics;
    options.counts = service.counts;
    options.commit_interval = plan.commit_interval;
    options.observe_latency = plan.live;
    options.shelving = {.at_least = 6, .a_shelf = 2, .after_ms = 0, .again_ms = 0};
    pictures_.push_back(std::make_unique<stream::PictureWorker>(std::move(options), world));
    workers_.push_back(pictures_.back().get());
  }
}

void SimInstance::Die() {
  if (process_ == nullptr) return;
  process_->alive = false;
  workers_.clear();
  intake_.reset();
  pictures_.clear();
  stores_.reset();
  log_.reset();
}

void SimInstance::StopIntake() {
  if (intake_ == nullptr) return;
  workers_.erase(workers_.begin());
  intake_->Close().IgnoreError();
  intake_.reset();
}

void SimInstance::Reconfigure(int64_t version) {
  if (intake_ != nullptr) intake_->Reconfigure(SimConfiguration(version));
}

void SimInstance::LeapWall(absl::Duration by) {
  skew_ += by;
  if (process_ != nullptr) process_->clock.LeapWall(by);
}

}  // namespace lagesbild::sim
