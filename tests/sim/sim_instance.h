// SimInstance: one machine that runs the service: its disk, its wall clock, and the process that
// runs on it now, if one does.
//
// A process is the real workers over the simulated ports. Thread-compatible.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sim/sim_disk.h"
#include "sim/sim_kafka.h"
#include "sim/sim_plan.h"
#include "stream/intake_worker.h"
#include "stream/picture_worker.h"

namespace lagesbild::sim {

// What every process of a run has in common.
struct SimService {
  const Plan& plan;
  SimKafka& kafka;
  SimTime& time;
  stream::Metrics& metrics;
  stream::Topics topics;
  stream::PartitionCounts counts;
  int64_t version = 1;  // of the configuration that processes start with
};

class SimInstance {
 public:
  SimInstance(std::string name, uint64_t seed) : name_(std::move(name)), disk_(seed) {}

  void Start(const SimService& service, stream::Reporter& reporter, bool with_intake);
  // The process is gone: what its objects do now reaches nobody.
  void Die();
  void StopIntake();
  void Reconfigure(int64_t version);

  bool up() const { return process_ != nullptr && process_->alive; }
  const std::string& name() const { return name_; }
  SimDisk& disk() { return disk_; }
  void LeapWall(absl::Duration by);
  // What there is to run; intake first, if it is there.
  const std::vector<stream::Worker*>& workers() const { return workers_; }
  bool Owns(const SimProcess& process) const { return &process == process_; }

  bool frozen = false;   // is in the middle of a round
  bool retired = false;  // does not come up again
  absl::Duration up_at;  // while it is down
  absl::Duration disk_full_until;

 private:
  const std::string name_;
  SimDisk disk_;
  absl::Duration skew_;
  // All processes there ever were: what was opened for them may be asked after they died.
  std::vector<std::unique_ptr<SimProcess>> processes_;
  SimProcess* process_ = nullptr;
  std::unique_ptr<SimLog> log_;
  std::unique_ptr<SimStores> stores_;
  stream::HealthBoard health_;
  std::unique_ptr<stream::IntakeWorker> intake_;
  std::vector<std::unique_ptr<stream::PictureWorker>> pictures_;
  std::vector<stream::Worker*> workers_;
};

}  // namespace lagesbild::sim
