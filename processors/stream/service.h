// Service: intake and picture workers in threads of their own, until told to stop; what `run`, `run
// --embedded` and `demo` start.
//
// Shared between the threads: the ports of World, and what Service guards. Every worker is made,
// run and closed by its thread. The first error of a worker stops all of them and is Run's.
// Crash-only: what a worker leaves open is the log's business at the next start.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "stream/intake_worker.h"
#include "stream/picture_worker.h"
#include "stream/topic_specs.h"

namespace lagesbild::stream {

struct ServiceOptions {
  std::string group = "lagesbild";
  std::string instance_id;  // of this process, the same after a restart; needed
  Topics topics;
  std::vector<TopicSpec>
      topic_specs;  // what the topics must be like; empty: only counts are asked for
  bool intake = true, picture = true;
  int picture_workers = 1;
  ClockMode clock = ClockMode::kWall;
  absl::Duration max_wait = absl::Seconds(5);
  absl::Duration tick_interval = absl::Seconds(1);
  absl::Duration commit_interval = absl::Milliseconds(100);
  int64_t commit_bytes = 16 << 20;
  bool resume_from_changelog = false;
  bool rewrite_changelog = false;
  // clock: records, and this process runs everything: stop when all input is taken, judged and
  // committed.
  bool stop_when_done = false;
};

class Service {
 public:
  // `configuration` may be null where options.intake is false.
  Service(ServiceOptions options, World world,
          std::unique_ptr<const IntakeConfiguration> configuration);
  ~Service();

  // Blocks. Ok: stopped as told, drained and committed; or done. NotFound, FailedPrecondition:
  // topics or offsets are not as they must be. DataLoss, Internal: damaged state or a bug.
  // ResourceExhausted: disk full. A broker that is away is waited for.
  Status Run(std::stop_token stop) ABSL_LOCKS_EXCLUDED(mu_);

  // A changed configuration with a higher version (SIGHUP). Threads: any, while Run runs.
  void Reconfigure(std::unique_ptr<const IntakeConfiguration> configuration)
      ABSL_LOCKS_EXCLUDED(mu_);

 private:
  // What the threads tell of themselves.
  struct Told {
    bool intake_done = false;
    std::vector<bool> caught_up;  // by picture worker
    std::vector<size_t> tasks;
    int running = 0;
    Status error;  // the first
    bool stopping = false;
  };

  StatusOr<PartitionCounts> AskForTopics();
  StatusOr<PartitionCounts> WaitForTopics(const std::stop_token& stop);
  void RunIntake(const PartitionCounts& counts);
  void RunPicture(const PartitionCounts& counts, int number);
  void Ended(const Status& status) ABSL_LOCKS_EXCLUDED(mu_);
  bool Finished(int32_t partitions) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool stopping() ABSL_LOCKS_EXCLUDED(mu_);

  const ServiceOptions options_;
  World world_;
  absl::Mutex mu_;
  std::unique_ptr<const IntakeConfiguration> configuration_ ABSL_GUARDED_BY(mu_);  // to begin with
  Told told_ ABSL_GUARDED_BY(mu_);
  IntakeWorker* intake_worker_ ABSL_GUARDED_BY(mu_) = nullptr;
};

}  // namespace lagesbild::stream
