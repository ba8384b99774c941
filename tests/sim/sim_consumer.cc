#include <algorithm>

#include "io/record_format.h"
#include "sim/sim_clients.h"
#include "stream/mutant.h"

namespace lagesbild::sim {

using stream::Batch;
using stream::CommittedOffset;
using stream::GroupEvent;
using stream::TopicPartition;

namespace {

std::string Name(const TopicPartition& at) {
  return at.topic + " partition " + std::to_string(at.partition);
}

}  // namespace

SimConsumer::SimConsumer(SimKafka& kafka, SimProcess& process, stream::ConsumerOptions options)
    : kafka_(kafka), process_(process), options_(std::move(options)) {}

Status SimConsumer::Subscribe(const std::vector<std::string>& topics) {
  if (options_.group.empty()) return FailedPrecondition("subscribe without a group");
  for (const std::string& topic : topics) {
    auto it = kafka_.topics_.find(topic);
    if (it == kafka_.topics_.end()) return NotFound("no topic " + topic);
    for (int32_t p = 0; p < it->second.info.partitions; ++p) wanted_.insert({topic, p});
  }
  Join();
  return absl::OkStatus();
}

void SimConsumer::Join() {
  member_ = kafka_.groups_.Join(options_.group, options_.instance_id, wanted_);
  generation_ = 0;
  assignment_.reset();
}

Status SimConsumer::Start(const TopicPartition& at, int64_t offset) {
  LB_ASSIGN_OR_RETURN(SimPartition * partition, kafka_.Find(at));
  const int64_t next = offset == stream::kFromBeginning ? partition->begin() : offset;
  positions_[at] = {.next = next, .started = ++starts_};
  return absl::OkStatus();
}

void SimConsumer::Released(const TopicPartition& at) {
  positions_.erase(at);
  owned_.erase(at);
  if (to_release_.erase(at) == 0 || !to_release_.empty() || !process_.alive) return;
  if (rejoining_) return JoinAgain();
  kafka_.groups_.Rejoin(options_.group, member_, owned_);
}

StatusOr<std::vector<GroupEvent>> SimConsumer::Poll(absl::Duration timeout) {
  const RequestFate fate = kafka_.Request(process_, "poll");
  if (kafka_.options_.poll_takes_time || !on_their_way_.empty()) {
    kafka_.time_.Advance(timeout);
    kafka_.Tick();
  }
  LB_RETURN_IF_ERROR(fate.reply);
  std::vector<GroupEvent> events;
  if (member_ == 0 || !fate.done) return events;
  // Who waits for what it has been given does not hear yet that all is shared out again.
  switch (kafka_.groups_.Heartbeat(options_.group, member_, owned_, !assignment_)) {
    case SimGroups::Standing::kFenced:
      return FailedPrecondition("fenced: another has this instance id");
    case SimGroups::Standing::kUnknown:
      if (!owned_.empty()) {
        events.push_back({GroupEvent::Type::kLost, {owned_.begin(), owned_.end()}});
      }
      owned_.clear();
      to_release_.clear();
      rejoining_ = false;
      Join();
      return events;
    case SimGroups::Standing::kMember:
      break;
  }
  if (rejoining_) {
    if (!to_release_.empty()) return events;  // told already
    if (owned_.empty()) {
      JoinAgain();
      return events;
    }
    to_release_ = owned_;
    return std::vector<GroupEvent>{{GroupEvent::Type::kRevoked, {owned_.begin(), owned_.end()}}};
  }
  if (const auto* assignment = HeardAssignment()) {
    events = TakeAssignment(*assignment);
    assignment_.reset();
  }
  kafka_.network_.Done(process_, "poll");
  return events;
}

const SimGroups::Assignment* SimConsumer::HeardAssignment() {
  if (!assignment_) {
    const SimGroups::Assignment* given = kafka_.groups_.Sync(options_.group, member_);
    if (given == nullptr || given->generation == generation_) return nullptr;
    assignment_.emplace(*given,
                        kafka_.time_.now() + kafka_.random_.UpTo(kafka_.options_.group_delay));
  }
  return assignment_->second <= kafka_.time_.now() ? &assignment_->first : nullptr;
}

std::vector<GroupEvent> SimConsumer::TakeAssignment(const SimGroups::Assignment& assignment) {
  generation_ = assignment.generation;
  GroupEvent taken{GroupEvent::Type::kAssigned, {}}, revoked{GroupEvent::Type::kRevoked, {}};
  for (const TopicPartition& at : assignment.partitions) {
    if (owned_.insert(at).second) taken.partitions.push_back(at);
  }
  for (const TopicPartition& at : owned_) {
    if (assignment.partitions.contains(at)) continue;
    revoked.partitions.push_back(at);
    to_release_.insert(at);
  }
  std::vector<GroupEvent> events;
  if (!revoked.partitions.empty()) events.push_back(std::move(revoked));
  if (!taken.partitions.empty()) events.push_back(std::move(taken));
  return events;
}

StatusOr<Batch> SimConsumer::Read(const TopicPartition& at, size_t records_max) {
  auto position = positions_.find(at);
  if (position == positions_.end()) return FailedPrecondition("not started: " + Name(at));
  LB_ASSIGN_OR_RETURN(SimPartition * partition, kafka_.Find(at));
  Position& now = position->second;
  if (now.next < partition->begin() || now.next > partition->end()) {
    return DataLoss(Name(at) + " no longer has offset " + std::to_string(now.next));
  }
  const Fetched nothing{now, {}, {}};
  if (auto fetch = on_their_way_.find(at); fetch != on_their_way_.end()) {
    if (fetch->second.here_at > kafka_.time_.now()) return HandOut(nothing, records_max, now);
    const Fetched fetched = std::move(on_their_way_.extract(fetch).mapped());
    // Of before a Start: it is not what was asked for since.
    const bool stale = fetched.after.started != now.started;
    if (!stale || LB_MUTANT("stale_fetch_kept")) return HandOut(fetched, records_max, now);
  }
  const SimKafka::Options& options = kafka_.options_;
  if (kafka_.random_.Percent(options.fetch_misses_percent)) {
    return HandOut(nothing, records_max, now);
  }
  Fetched fetched = Fetch(*partition, now);
  if (options.fetch_late_percent == 0 || !kafka_.random_.Percent(options.fetch_late_percent)) {
    return HandOut(fetched, records_max, now);
  }
  fetched.here_at = kafka_.time_.now() + kafka_.random_.UpTo(options.fetch_delay);
  on_their_way_[at] = std::move(fetched);
  return HandOut(nothing, records_max, now);
}

SimConsumer::Fetched SimConsumer::Fetch(const SimPartition& partition,
                                        const Position& position) const {
  Fetched out{position, {}, {}};
  int64_t& next = out.after.next;
  int64_t left = kafka_.options_.fetch_records_max;
  const SimPartition::Entry* entry = partition.Next(next);
  for (; entry != nullptr && left > 0; --left, entry = partition.Next(next)) {
    out.records.emplace_back(entry->offset, entry->record);
    next = entry->offset + 1;
  }
  if (entry == nullptr) next = std::max(next, partition.stable_end());
  out.after.drained = entry == nullptr;
  return out;
}

StatusOr<Batch> SimConsumer::HandOut(const Fetched& fetched, size_t records_max,
                                     Position& position) {
  io::BatchBuilder builder;
  const size_t count = std::min(records_max, fetched.records.size());
  for (size_t i = 0; i < count; ++i) {
    builder.Add(fetched.records[i].first, fetched.records[i].second);
  }
  if (count == fetched.records.size()) {
    position.next = fetched.after.next;
    position.drained = fetched.after.drained;
  } else {
    position.next = fetched.records[count].first;
    position.drained = false;
  }
  return std::move(builder).Build(position.next, position.drained);
}

StatusOr<std::vector<CommittedOffset>> SimConsumer::Committed(std::span<const TopicPartition> at) {
  const RequestFate fate = kafka_.Request(process_, "committed");
  LB_RETURN_IF_ERROR(fate.reply);
  std::vector<CommittedOffset> out;
  for (const TopicPartition& each : at) {
    const SimKafka::GroupPartition key(options_.group, each);
    for (const auto& [id, pending] : kafka_.pending_) {
      if (pending.contains(key)) return Unavailable("a transaction over them is undecided");
    }
    out.push_back(kafka_.CommittedNow(options_.group, each));
  }
  kafka_.network_.Done(process_, "committed");
  return out;
}

StatusOr<std::pair<int64_t, int64_t>> SimConsumer::Bounds(const TopicPartition& at) {
  const RequestFate fate = kafka_.Request(process_, "bounds");
  LB_RETURN_IF_ERROR(fate.reply);
  LB_ASSIGN_OR_RETURN(SimPartition * partition, kafka_.Find(at));
  const std::pair bounds(partition->begin(), partition->stable_end());
  kafka_.network_.Done(process_, "bounds");
  return bounds;
}

std::unique_ptr<stream::Membership> SimConsumer::membership() {
  return std::make_unique<SimMembership>(options_.group, member_, generation_);
}

std::optional<stream::GroupView> SimConsumer::LookAtGroup() {
  if (member_ == 0) return std::nullopt;
  if (!view_) {
    view_.emplace(kafka_.groups_.View(options_.group, member_),
                  kafka_.time_.now() + kafka_.random_.UpTo(kafka_.options_.group_delay));
  }
  if (view_->second > kafka_.time_.now()) return std::nullopt;
  return std::exchange(view_, std::nullopt)->first;
}

Status SimConsumer::Rejoin() {
  rejoining_ = member_ != 0;
  ++kafka_.forced_rebalances_;
  return absl::OkStatus();
}

void SimConsumer::JoinAgain() {
  rejoining_ = false;
  kafka_.groups_.LeaveForGood(options_.group, member_);
  Join();
}

void SimConsumer::Close() {
  if (process_.alive && member_ != 0) kafka_.groups_.Leave(options_.group, member_);
  member_ = 0;
  positions_.clear();
  owned_.clear();
}

}  // namespace lagesbild::sim
