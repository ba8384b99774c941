#include "sim/sim_transactions.h"

#include <utility>

namespace lagesbild::sim {

using stream::TopicPartition;

SimTransactions::SimTransactions(Options options, const SimTime& time, SimRandom random,
                                 Targets targets)
    : options_(options), time_(time), random_(random), targets_(std::move(targets)) {}

int64_t SimTransactions::Init(const std::string& id) {
  Producer& producer = producers_[id];
  if (producer.state == State::kOngoing) Prepare(producer, /*commit=*/false);
  Finish(producer);
  return ++producer.epoch;
}

Status SimTransactions::Check(const std::string& id, int64_t epoch) const {
  auto it = producers_.find(id);
  if (it == producers_.end() || it->second.epoch != epoch) return FailedPrecondition("fenced");
  return absl::OkStatus();
}

StatusOr<SimTransactions::Producer*> SimTransactions::Ongoing(const std::string& id,
                                                              int64_t epoch) {
  LB_RETURN_IF_ERROR(Check(id, epoch));
  Producer& producer = producers_[id];
  Finish(producer);
  if (producer.state == State::kEmpty) {
    producer.state = State::kOngoing;
    producer.transaction = ++last_transaction_;
    producer.begun_at = time_.now();
  }
  return &producer;
}

StatusOr<SimTransactions::TransactionId> SimTransactions::AddPartition(const std::string& id,
                                                                       int64_t epoch,
                                                                       const TopicPartition& at) {
  LB_ASSIGN_OR_RETURN(Producer * producer, Ongoing(id, epoch));
  producer->partitions.insert(at);
  return producer->transaction;
}

StatusOr<SimTransactions::TransactionId> SimTransactions::AddOffsets(const std::string& id,
                                                                     int64_t epoch) {
  LB_ASSIGN_OR_RETURN(Producer * producer, Ongoing(id, epoch));
  producer->offsets = true;
  return producer->transaction;
}

Status SimTransactions::End(const std::string& id, int64_t epoch, bool commit) {
  LB_RETURN_IF_ERROR(Check(id, epoch));
  Producer& producer = producers_[id];
  // Otherwise it is ended already: a second copy of a request that was done.
  if (producer.state == State::kOngoing) Prepare(producer, commit);
  if (options_.marker_delay == absl::ZeroDuration()) Finish(producer);
  return absl::OkStatus();
}

std::optional<SimTransactions::TransactionId> SimTransactions::WithOffsets(const std::string& id,
                                                                           int64_t epoch) const {
  if (!Check(id, epoch).ok()) return std::nullopt;
  const Producer& producer = producers_.at(id);
  if (producer.state != State::kOngoing || !producer.offsets) return std::nullopt;
  return producer.transaction;
}

void SimTransactions::Prepare(Producer& producer, bool commit) {
  producer.state = State::kPreparing;
  producer.commit = commit;
  for (const TopicPartition& at : producer.partitions) {
    producer.markers_due[at] = time_.now() + random_.UpTo(options_.marker_delay);
  }
  producer.offsets_due = time_.now() + random_.UpTo(options_.marker_delay);
}

void SimTransactions::WriteMarkers(Producer& producer, absl::Duration due_by) {
  if (producer.state != State::kPreparing) return;
  for (auto it = producer.markers_due.begin(); it != producer.markers_due.end();) {
    if (it->second > due_by) {
      ++it;
      continue;
    }
    targets_.partition(it->first, producer.transaction, producer.commit);
    it = producer.markers_due.erase(it);
  }
  if (producer.offsets && producer.offsets_due <= due_by) {
    targets_.offsets(producer.transaction, producer.commit);
    producer.offsets = false;
  }
  if (!producer.markers_due.empty() || producer.offsets) return;
  producer.state = State::kEmpty;
  producer.partitions.clear();
}

void SimTransactions::Finish(Producer& producer) {
  WriteMarkers(producer, absl::InfiniteDuration());
}

void SimTransactions::Tick() {
  const absl::Duration now = time_.now();
  for (auto& [id, producer] : producers_) {
    if (producer.state == State::kOngoing && now - producer.begun_at >= options_.timeout) {
      ++producer.epoch;
      Prepare(producer, /*commit=*/false);
    }
    WriteMarkers(producer, now);
  }
}

bool SimTransactions::quiet() const {
  for (const auto& [id, producer] : producers_) {
    if (producer.state != State::kEmpty) return false;
  }
  return true;
}

}  // namespace lagesbild::sim
