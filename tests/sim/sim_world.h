// SimWorld: runs a plan: the service's machines, the broker and the partners, one small step after
// the other, in one thread, on virtual time.
//
//   step: time passes → what is due happens (faults, records, restarts) → some worker's Round
//
// A process that freezes in the middle of a round does so by running the others within its call, so
// that it wakes where it was. A process that dies does so by an exception at that point. The run is
// over when all that came in is in the picture log, judged and committed. What it must never do
// while it runs (end with an error that no fault explains, come to no end) is a violation here;
// what came out is for sim_check.h. One thread; one at a time, for the failpoints' hook is the
// thread's.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/sim_faults.h"
#include "sim/sim_instance.h"

namespace lagesbild::sim {

class SimWorld : public SimNetwork {
 public:
  explicit SimWorld(const Plan& plan);  // borrowed
  ~SimWorld() override;

  void Run();

  const std::vector<std::string>& violations() const { return violations_; }
  const std::vector<std::string>& trace() const { return trace_; }
  int64_t steps() const { return steps_; }
  const FaultScript& faults() const { return faults_; }
  int64_t forced_rebalances() const { return kafka_.forced_rebalances(); }

  // ---- what came out

  using Seen = SimKafka::Seen;
  std::vector<Seen> ReadAll(const std::string& topic) const;
  // With what retention took.
  std::vector<Seen> PictureLog(int32_t partition) const;
  const SimKafka& kafka() const { return kafka_; }
  const stream::Topics& topics() const { return service_.topics; }
  const stream::PartitionCounts& counts() const { return service_.counts; }
  // The stores of that partition on all machines.
  std::vector<const SimDisk::Rows*> Stores(int32_t partition);
  // Where each raw record of the plan lies.
  struct RawPlace {
    int32_t partition = 0;
    int64_t offset = 0, timestamp_ms = 0;
  };
  const std::vector<RawPlace>& raw_places() const { return raw_places_; }

  RequestFate Fate(SimProcess& process, std::string_view operation) override;
  void Done(SimProcess& process, std::string_view operation) override;

 private:
  class Reporter;
  class Metrics;
  void MakeTopics();
  void Step();
  void TakeIn();    // raw records whose time has come
  void StartDue();  // machines that come up
  void FireTimed();
  void FireTimed(const Fault& fault);
  void RunWorker(SimInstance& instance, stream::Worker& worker);
  void Freeze(SimInstance& instance, const Fault& fault);
  void OnFailpoint(std::string_view name);
  void Die(SimInstance& instance, bool power);
  void Stop(SimInstance& instance, absl::Duration lasting);
  void Ended(SimInstance& instance, const Status& status);
  void Trim();
  bool RawDrained() const;
  bool PicturesDrained() const;
  void DescribeStuck();
  bool Stuck();
  // Something has gone wrong, or come in: from here on it has to drain.
  void Disturbed();
  int64_t StepsToRead() const;
  void Note(const std::string& line);
  void Violate(const std::string& what);
  std::vector<stream::TopicPartition> RawPartitions() const;

  const Plan& plan_;
  SimRandom random_;
  SimTime time_;
  FaultScript faults_;
  std::unique_ptr<Metrics> metrics_;
  std::unique_ptr<Reporter> reporter_;
  SimKafka kafka_;
  SimService service_;
  std::vector<std::unique_ptr<SimInstance>> instances_;
  std::vector<SimInstance*> running_;  // in a round, the innermost last
  const Fault* after_ = nullptr;       // to happen when the broker has done the request
  const SimProcess* after_of_ = nullptr;

  size_t next_record_ = 0;
  std::vector<RawPlace> raw_places_;
  std::vector<std::vector<Seen>> trimmed_;  // of the picture log's partitions
  bool intake_over_ = false;
  absl::Duration upgrade_at_ = absl::InfiniteDuration();  // of all to the newest configuration
  absl::Duration last_fault_at_;
  int64_t last_fault_step_ = 0;
  int64_t to_read_ = 0;  // by then, in the picture log and the changelog
  bool stuck_ = false;
  int64_t steps_ = 0;
  std::vector<std::string> violations_, trace_;
};

}  // namespace lagesbild::sim
