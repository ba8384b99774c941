#include "sim/sim_kafka.h"

#include <algorithm>

#include "base/check.h"
#include "io/record_format.h"
#include "sim/sim_clients.h"

namespace lagesbild::sim {

using stream::CommittedOffset;
using stream::TopicPartition;

namespace {

// As brokers keep them by default: long enough for any reader that is under way.
constexpr int64_t kTombstonesKeptMs = 24 * 3600 * 1000;

}  // namespace

SimKafka::SimKafka(Options options, SimTime& time, SimNetwork& network)
    : options_(options),
      time_(time),
      network_(network),
      random_(options.seed),
      transactions_({options.transaction_timeout, options.marker_delay}, time, random_.Fork(),
                    {.partition = [this](const TopicPartition& at, SimPartition::TransactionId id,
                                         bool commit) { Find(at).value()->End(id, commit); },
                     .offsets =
                         [this](SimPartition::TransactionId id, bool commit) {
                           auto node = pending_.extract(id);
                           if (!commit || node.empty()) return;
                           for (auto& [at, offset] : node.mapped()) offsets_[at] = offset;
                         }}),
      groups_({options.session_timeout}, time) {}

void SimKafka::Later(absl::Duration delay, std::function<void()> request) {
  late_.emplace(time_.now() + delay, std::move(request));
}

void SimKafka::LaterAmongRequestsOf(const std::string& id, int64_t n,
                                    std::function<void()> request) {
  late_of_[id].emplace(n, std::move(request));
}

void SimKafka::CountRequestOf(const std::string& id) {
  auto& late = late_of_[id];
  std::multimap<int64_t, std::function<void()>> left;
  while (!late.empty()) {
    auto request = late.extract(late.begin());
    if (--request.key() > 0) {
      left.insert(std::move(request));
    } else {
      request.mapped()();
    }
  }
  late = std::move(left);
}

void SimKafka::Tick() {
  while (!late_.empty() && late_.begin()->first <= time_.now()) {
    const auto request = late_.extract(late_.begin());
    request.mapped()();
  }
  transactions_.Tick();
  groups_.Tick();
}

RequestFate SimKafka::Request(SimProcess& process, std::string_view operation) {
  RequestFate fate = network_.Fate(process, operation);
  if (operation != "produce" && operation != "poll") {
    if (options_.request_delay > absl::ZeroDuration()) {
      time_.Advance(random_.UpTo(options_.request_delay));
    }
  }
  Tick();
  const bool coordinated = operation == "committed" || operation == "init" ||
                           operation == "offsets" || operation == "commit" || operation == "abort";
  if (coordinated && time_.now() < coordinator_back_at_) {
    fate.done = false;
    fate.reply = Unavailable("the coordinator is moving");
  }
  return fate;
}

StatusOr<SimPartition*> SimKafka::Find(const TopicPartition& at) {
  auto it = topics_.find(at.topic);
  if (it == topics_.end() || at.partition < 0 || at.partition >= it->second.info.partitions) {
    return NotFound("no " + at.topic + " partition " + std::to_string(at.partition));
  }
  return &it->second.partitions[at.partition];
}

const SimPartition* SimKafka::Find(const TopicPartition& at) const {
  return const_cast<SimKafka*>(this)->Find(at).value();
}

void SimKafka::Append(const TopicPartition& at, const stream::OutRecord& record) {
  Find(at).value()->Append(0, io::EncodeRecord(record, time_.wall_ms()));
}

void SimKafka::MoveCoordinator(absl::Duration away) {
  coordinator_back_at_ = std::max(coordinator_back_at_, time_.now() + away);
  groups_.Moved();
}

void SimKafka::Trim(const TopicPartition& at, int64_t offset) { Find(at).value()->Trim(offset); }

void SimKafka::Compact(const TopicPartition& at) {
  SimPartition& partition = *Find(at).value();
  partition.Compact(partition.stable_end(), time_.wall_ms() - kTombstonesKeptMs);
}

std::vector<SimKafka::Seen> SimKafka::ReadCommitted(const TopicPartition& at) const {
  io::BatchBuilder builder;
  const SimPartition& partition = *Find(at);
  int64_t next = partition.begin();
  while (const SimPartition::Entry* entry = partition.Next(next)) {
    builder.Add(entry->offset, entry->record);
    next = entry->offset + 1;
  }
  const stream::Batch batch = std::move(builder).Build(next, true).value();
  std::vector<Seen> out;
  for (const stream::RecordView& r : batch.records) {
    Seen seen{r.offset, r.timestamp_ms, std::string(r.key), std::nullopt};
    if (r.value) seen.value = std::string(*r.value);
    out.push_back(std::move(seen));
  }
  return out;
}

int32_t SimKafka::PartitionsOf(const std::string& topic) const {
  return topics_.at(topic).info.partitions;
}

CommittedOffset SimKafka::CommittedNow(const std::string& group, const TopicPartition& at) const {
  auto it = offsets_.find({group, at});
  return it == offsets_.end() ? CommittedOffset{} : it->second;
}

int64_t SimKafka::EndOf(const TopicPartition& at) const { return Find(at)->end(); }

// ---- SimLog

StatusOr<std::unique_ptr<stream::Consumer>> SimLog::OpenConsumer(
    const stream::ConsumerOptions& options) {
  return std::make_unique<SimConsumer>(kafka_, process_, options);
}

StatusOr<std::unique_ptr<stream::TransactionalSink>> SimLog::OpenSink(
    const std::string& transactional_id) {
  return std::make_unique<SimSink>(kafka_, process_, transactional_id);
}

StatusOr<stream::TopicInfo> SimLog::Describe(const std::string& topic) {
  auto it = kafka_.topics_.find(topic);
  if (it == kafka_.topics_.end()) return NotFound("no topic " + topic);
  return it->second.info;
}

Status SimLog::CreateTopic(const stream::TopicInfo& info) {
  if (info.partitions < 1) return InvalidArgument("topic " + info.name + " without partitions");
  if (kafka_.topics_.contains(info.name)) {
    return Error(StatusCode::kAlreadyExists, "topic " + info.name + " exists");
  }
  SimKafka::Topic& topic = kafka_.topics_[info.name];
  topic.info = info;
  topic.partitions.resize(info.partitions);
  return absl::OkStatus();
}

}  // namespace lagesbild::sim
