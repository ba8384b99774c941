// Service: the workers of `run` and `demo`, each on a thread of its own, until they are told to
// stop or one fails.
//
// Place: above the engine; it opens nothing itself but gets a World (log, stores, clock, metrics,
// health). Threads: Start, Stop and Wait by one thread; the workers by theirs. Shared between
// threads: what World shares, and the first error.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "app/config.h"
#include "stream/intake_worker.h"
#include "stream/picture_worker.h"
#include "stream/world.h"

namespace lagesbild::app {

struct ServiceOptions {
  bool intake = true, picture = true;
  int picture_workers = 1;
  std::string instance_id;  // static membership; one a process
};

class Service {
 public:
  // Nothing runs yet. `world` and `config` are borrowed. NotFound, FailedPrecondition: the topics
  // are not as they should be; the message says which command mends it.
  static StatusOr<std::unique_ptr<Service>> Create(
      const Config& config, const ServiceOptions& options, stream::World world,
      std::unique_ptr<const stream::IntakeConfiguration> intake);
  ~Service();

  void Start();
  // Asks the workers to commit what is done and to give everything back; does not wait.
  void Stop() { stopping_ = true; }
  // Waits until all workers have ended. The first error of any; OK where they were told to stop, or
  // where a run with `clock: records` is through.
  Status Wait() ABSL_LOCKS_EXCLUDED(mu_);
  bool ended() const { return running_ == 0; }

  // Takes effect in the log if its version is higher (SIGHUP).
  void Reconfigure(std::unique_ptr<const stream::IntakeConfiguration> intake);

 private:
  Service(stream::World world, bool ends_by_itself)
      : world_(world), ends_by_itself_(ends_by_itself) {}
  void Run(stream::Worker& worker) ABSL_LOCKS_EXCLUDED(mu_);

  stream::World world_;
  const bool ends_by_itself_;
  stream::IntakeWorker* intake_ = nullptr;  // one of workers_
  std::vector<std::unique_ptr<stream::Worker>> workers_;
  std::vector<std::thread> threads_;
  std::atomic<bool> stopping_{false};
  std::atomic<int> running_{0};
  std::atomic<bool> intake_done_{false};
  absl::Mutex mu_;
  Status first_error_ ABSL_GUARDED_BY(mu_);
};

}  // namespace lagesbild::app
