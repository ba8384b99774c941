#include "io/memory_log.h"

#include <algorithm>

#include "io/record_format.h"

namespace lagesbild::io {

using stream::Batch;
using stream::CommittedOffset;
using stream::GroupEvent;
using stream::TopicPartition;

namespace {

std::string Name(const TopicPartition& at) {
  return at.topic + " partition " + std::to_string(at.partition);
}

class MemoryMembership : public stream::Membership {
 public:
  MemoryMembership(std::string group, GroupCoordinator::MemberId member)
      : group_(std::move(group)), member_(member) {}
  bool valid() const override { return member_ != 0; }
  const std::string& group() const { return group_; }
  GroupCoordinator::MemberId member() const { return member_; }

 private:
  std::string group_;
  GroupCoordinator::MemberId member_;
};

}  // namespace

// ---- Consumer

class MemoryConsumer : public stream::Consumer {
 public:
  MemoryConsumer(MemoryLog& log, stream::ConsumerOptions options)
      : log_(log), options_(std::move(options)) {}

  ~MemoryConsumer() override {
    if (member_ != 0) log_.dead_members_.emplace_back(options_.group, member_);
  }

  Status Subscribe(const std::vector<std::string>& topics) override {
    if (options_.group.empty()) return FailedPrecondition("a consumer without a group");
    LB_ASSIGN_OR_RETURN(subscribed_, log_.PartitionsOf(topics));
    Join();
    return absl::OkStatus();
  }

  Status Start(const TopicPartition& at, int64_t offset) override {
    LB_ASSIGN_OR_RETURN(MemoryLog::Partition * partition, log_.Find(at));
    positions_[at] = offset == stream::kFromBeginning ? partition->begin : offset;
    return absl::OkStatus();
  }

  void Released(const TopicPartition& at) override {
    positions_.erase(at);
    assigned_.erase(at);
    if (member_ != 0) log_.groups_.Released(options_.group, member_, at);
  }

  StatusOr<std::vector<GroupEvent>> Poll(absl::Duration) override {
    LB_RETURN_IF_ERROR(log_.Fail("poll"));
    std::vector<GroupEvent> events;
    if (member_ == 0) return events;
    switch (log_.groups_.StandingOf(options_.group, member_)) {
      case GroupCoordinator::Standing::kFenced:
        return FailedPrecondition("another consumer has taken this instance id");
      case GroupCoordinator::Standing::kExpelled:
        if (!assigned_.empty()) {
          events.push_back({GroupEvent::Type::kLost, {assigned_.begin(), assigned_.end()}});
          assigned_.clear();
        }
        Join();
        return events;
      case GroupCoordinator::Standing::kMember:
        break;
    }
    events = log_.groups_.TakeEvents(options_.group, member_);
    for (const GroupEvent& e : events) {
      if (e.type == GroupEvent::Type::kAssigned) {
        assigned_.insert(e.partitions.begin(), e.partitions.end());
      }
    }
    return events;
  }

  StatusOr<Batch> Read(const TopicPartition& at, size_t records_max) override {
    LB_RETURN_IF_ERROR(log_.Fail("read"));
    auto position = positions_.find(at);
    if (position == positions_.end()) return FailedPrecondition("not started: " + Name(at));
    LB_ASSIGN_OR_RETURN(MemoryLog::Partition * partition, log_.Find(at));
    int64_t& next = position->second;
    if (next < partition->begin || next > partition->end()) {
      return DataLoss(Name(at) + " no longer has offset " + std::to_string(next));
    }
    BatchBuilder builder;
    const int64_t stable_end = partition->stable_end();
    for (; next < stable_end; ++next) {
      const MemoryLog::Entry& entry = partition->entries[next - partition->begin];
      if (!entry.record || log_.aborted_.contains(entry.transaction)) continue;
      if (builder.size() == records_max) break;
      builder.Add(next, *entry.record);
    }
    return std::move(builder).Build(next, next >= stable_end);
  }

  StatusOr<std::vector<CommittedOffset>> Committed(std::span<const TopicPartition> at) override {
    LB_RETURN_IF_ERROR(log_.Fail("committed"));
    std::vector<CommittedOffset> out;
    for (const TopicPartition& tp : at) {
      const auto key = std::make_pair(options_.group, tp);
      for (const auto& [id, transaction] : log_.open_) {
        if (transaction.offsets.contains(key)) {
          return Unavailable("a transaction over the offsets is undecided");
        }
      }
      auto it = log_.offsets_.find(key);
      out.push_back(it == log_.offsets_.end() ? CommittedOffset{} : it->second);
    }
    return out;
  }

  StatusOr<std::pair<int64_t, int64_t>> Bounds(const TopicPartition& at) override {
    LB_ASSIGN_OR_RETURN(MemoryLog::Partition * partition, log_.Find(at));
    return std::make_pair(partition->begin, partition->stable_end());
  }

  std::unique_ptr<stream::Membership> membership() override {
    return std::make_unique<MemoryMembership>(options_.group, member_);
  }

  void Close() override {
    if (member_ != 0) log_.groups_.Leave(options_.group, member_);
    member_ = 0;
    positions_.clear();
    assigned_.clear();
  }

 private:
  void Join() { member_ = log_.groups_.Join(options_.group, options_.instance_id, subscribed_); }

  MemoryLog& log_;
  const stream::ConsumerOptions options_;
  std::vector<TopicPartition> subscribed_;
  std::set<TopicPartition> assigned_;
  std::map<TopicPartition, int64_t> positions_;
  GroupCoordinator::MemberId member_ = 0;
};

// ---- Sink

class MemorySink : public stream::TransactionalSink {
 public:
  MemorySink(MemoryLog& log, std::string id) : log_(log), id_(std::move(id)) {}

  Status Init() override {
    LB_RETURN_IF_ERROR(log_.Fail("init"));
    MemoryLog::Producer& producer = log_.producers_[id_];
    if (producer.open_transaction != 0) log_.End(producer.open_transaction, /*commit=*/false);
    producer.open_transaction = 0;
    epoch_ = ++producer.epoch;
    return absl::OkStatus();
  }

  Status Begin() override {
    LB_RETURN_IF_ERROR(log_.Fail("begin"));
    if (epoch_ == 0 || transaction_ != 0) return FailedPrecondition("Begin out of order");
    broken_ = false;
    transaction_ = ++log_.last_transaction_;
    return absl::OkStatus();
  }

  Status Produce(const TopicPartition& to, const stream::OutRecord& record) override {
    LB_RETURN_IF_ERROR(log_.Fail("produce"));
    LB_RETURN_IF_ERROR(Check());
    LB_ASSIGN_OR_RETURN(MemoryLog::Partition * partition, log_.Find(to));
    partition->open.emplace(transaction_, partition->end());
    partition->entries.push_back({transaction_, EncodeRecord(record, log_.clock_.WallMs())});
    Open().touched.insert(to);
    return absl::OkStatus();
  }

  Status SendOffsets(const std::string& group, std::span<const stream::OffsetToCommit> offsets,
                     const stream::Membership* membership) override {
    LB_RETURN_IF_ERROR(log_.Fail("offsets"));
    LB_RETURN_IF_ERROR(Check());
    if (membership != nullptr) {
      if (!membership->valid()) return Internal("offsets of a consumer that is no member");
      const auto& member = static_cast<const MemoryMembership&>(*membership);
      if (log_.groups_.StandingOf(group, member.member()) != GroupCoordinator::Standing::kMember) {
        broken_ = true;
        return Aborted("offsets of a consumer that is no longer a member");
      }
    }
    for (const stream::OffsetToCommit& o : offsets) {
      Open().offsets[{group, o.at}] = {o.offset, o.metadata};
    }
    return absl::OkStatus();
  }

  Status Commit() override {
    LB_RETURN_IF_ERROR(log_.Fail("commit"));
    LB_RETURN_IF_ERROR(Check());
    End(/*commit=*/true);
    return log_.Fail("commit-reply");
  }

  Status Abort() override {
    LB_RETURN_IF_ERROR(log_.Fail("abort"));
    broken_ = false;
    LB_RETURN_IF_ERROR(Check());
    End(/*commit=*/false);
    return absl::OkStatus();
  }

 private:
  // Still the newest of this id, in a transaction that can go on.
  Status Check() const {
    if (transaction_ == 0) return FailedPrecondition("no transaction has begun");
    if (log_.producers_[id_].epoch != epoch_) return FailedPrecondition("fenced");
    if (broken_) return Aborted("the transaction can only be aborted");
    return absl::OkStatus();
  }

  MemoryLog::Transaction& Open() {
    log_.producers_[id_].open_transaction = transaction_;
    return log_.open_[transaction_];
  }

  void End(bool commit) {
    log_.End(transaction_, commit);
    log_.producers_[id_].open_transaction = 0;
    transaction_ = 0;
  }

  MemoryLog& log_;
  const std::string id_;
  int64_t epoch_ = 0;
  int64_t transaction_ = 0;
  bool broken_ = false;
};

// ---- Log

int64_t MemoryLog::Partition::stable_end() const {
  int64_t stable = end();
  for (const auto& [transaction, first] : open) stable = std::min(stable, first);
  return stable;
}

MemoryLog::MemoryLog(stream::Clock& clock) : clock_(clock) {}
MemoryLog::~MemoryLog() = default;

StatusOr<std::unique_ptr<stream::Consumer>> MemoryLog::OpenConsumer(
    const stream::ConsumerOptions& options) {
  return std::make_unique<MemoryConsumer>(*this, options);
}

StatusOr<std::unique_ptr<stream::TransactionalSink>> MemoryLog::OpenSink(
    const std::string& transactional_id) {
  return std::make_unique<MemorySink>(*this, transactional_id);
}

StatusOr<stream::TopicInfo> MemoryLog::Describe(const std::string& topic) {
  auto it = topics_.find(topic);
  if (it == topics_.end()) return NotFound("no topic " + topic);
  return it->second.info;
}

Status MemoryLog::CreateTopic(const stream::TopicInfo& info) {
  if (info.partitions < 1) return InvalidArgument("topic " + info.name + " without partitions");
  if (topics_.contains(info.name)) {
    return Error(StatusCode::kAlreadyExists, "topic " + info.name + " exists");
  }
  topics_[info.name] = {info, std::vector<Partition>(info.partitions)};
  return absl::OkStatus();
}

StatusOr<MemoryLog::Partition*> MemoryLog::Find(const TopicPartition& at) {
  auto it = topics_.find(at.topic);
  if (it == topics_.end() || at.partition < 0 || at.partition >= it->second.info.partitions) {
    return NotFound("no " + Name(at));
  }
  return &it->second.partitions[at.partition];
}

StatusOr<std::vector<TopicPartition>> MemoryLog::PartitionsOf(
    const std::vector<std::string>& topics) {
  std::vector<TopicPartition> out;
  for (const std::string& topic : topics) {
    LB_ASSIGN_OR_RETURN(stream::TopicInfo info, Describe(topic));
    for (int32_t p = 0; p < info.partitions; ++p) out.push_back({topic, p});
  }
  return out;
}

void MemoryLog::End(int64_t id, bool commit) {
  if (!commit) aborted_.insert(id);
  auto it = open_.find(id);
  if (it == open_.end()) return;  // it wrote nothing
  for (const TopicPartition& at : it->second.touched) {
    Partition& partition = *Find(at).value();
    partition.open.erase(id);
    partition.entries.push_back({id, std::nullopt});
  }
  if (commit) {
    for (auto& [key, offset] : it->second.offsets) offsets_[key] = std::move(offset);
  }
  open_.erase(it);
}

void MemoryLog::ExpireSessions() {
  for (const auto& [group, member] : std::exchange(dead_members_, {})) {
    groups_.Leave(group, member);
  }
}

void MemoryLog::ExpireTransactions() {
  for (auto& [id, producer] : producers_) {
    if (producer.open_transaction == 0) continue;
    End(producer.open_transaction, /*commit=*/false);
    producer.open_transaction = 0;
    ++producer.epoch;
  }
}

void MemoryLog::Expel(const std::string& group) { groups_.ExpelAll(group); }

void MemoryLog::Trim(const TopicPartition& at, int64_t offset) {
  Partition& partition = *Find(at).value();
  const int64_t to = std::clamp(offset, partition.begin, partition.stable_end());
  partition.entries.erase(partition.entries.begin(),
                          partition.entries.begin() + (to - partition.begin));
  partition.begin = to;
}

void MemoryLog::ResetOffset(const std::string& group, const TopicPartition& at, int64_t offset,
                            std::string metadata) {
  if (offset < 0) {
    offsets_.erase({group, at});
  } else {
    offsets_[{group, at}] = {offset, std::move(metadata)};
  }
}

}  // namespace lagesbild::io
