#include "io/embedded_log_clients.h"

#include <rocksdb/db.h>

#include <set>

#include "io/embedded_log_format.h"
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

class EmbeddedMembership : public stream::Membership {
 public:
  explicit EmbeddedMembership(GroupCoordinator::MemberId member) : member_(member) {}
  bool valid() const override { return member_ != 0; }
  GroupCoordinator::MemberId member() const { return member_; }

 private:
  GroupCoordinator::MemberId member_;
};

}  // namespace

// The position of each started partition is the consumer's own; the log's lock covers the rest.
class EmbeddedConsumer : public stream::Consumer {
 public:
  EmbeddedConsumer(EmbeddedLog& log, const stream::ConsumerOptions& options)
      : log_(log), options_(options) {}
  ~EmbeddedConsumer() override { Leave(); }

  Status Subscribe(const std::vector<std::string>& topics) override {
    if (options_.group.empty()) return FailedPrecondition("a consumer without a group");
    absl::MutexLock lock(&log_.mu_);
    LB_ASSIGN_OR_RETURN(const std::vector<TopicPartition> partitions, log_.PartitionsOf(topics));
    member_ = log_.groups_.Join(options_.group, options_.instance_id, partitions);
    return absl::OkStatus();
  }

  Status Start(const TopicPartition& at, int64_t offset) override {
    absl::MutexLock lock(&log_.mu_);
    LB_ASSIGN_OR_RETURN(EmbeddedLog::Topic * topic, log_.Find(at));
    const auto& partition = topic->partitions[at.partition];
    positions_[at] = offset == stream::kFromBeginning ? partition.begin : offset;
    return absl::OkStatus();
  }

  void Released(const TopicPartition& at) override {
    absl::MutexLock lock(&log_.mu_);
    positions_.erase(at);
    if (member_ != 0) log_.groups_.Released(options_.group, member_, at);
  }

  StatusOr<std::vector<GroupEvent>> Poll(absl::Duration timeout) override {
    absl::MutexLock lock(&log_.mu_);
    auto ready = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(log_.mu_) { return Ready(); };
    log_.mu_.AwaitWithTimeout(absl::Condition(&ready), timeout);
    if (member_ == 0) return std::vector<GroupEvent>();
    if (log_.groups_.StandingOf(options_.group, member_) != GroupCoordinator::Standing::kMember) {
      return FailedPrecondition("another consumer has taken this instance id");
    }
    return log_.groups_.TakeEvents(options_.group, member_);
  }

  StatusOr<Batch> Read(const TopicPartition& at, size_t records_max) override {
    auto position = positions_.find(at);
    if (position == positions_.end()) return FailedPrecondition("not started: " + Name(at));
    int64_t& next = position->second;
    int64_t end = 0;
    uint32_t topic_id = 0;
    std::unique_ptr<rocksdb::Iterator> it;
    {
      absl::MutexLock lock(&log_.mu_);
      LB_ASSIGN_OR_RETURN(EmbeddedLog::Topic * topic, log_.Find(at));
      const auto& partition = topic->partitions[at.partition];
      if (next < partition.begin || next > partition.end) {
        return DataLoss(Name(at) + " no longer has offset " + std::to_string(next));
      }
      end = partition.end;
      topic_id = topic->id;
      if (next < end) it.reset(log_.db_->NewIterator(rocksdb::ReadOptions()));
    }
    BatchBuilder builder;
    if (it != nullptr)
      LB_RETURN_IF_ERROR(Collect(*it, topic_id, at, end, records_max, builder, next));
    return std::move(builder).Build(next, next >= end);
  }

  StatusOr<std::vector<CommittedOffset>> Committed(std::span<const TopicPartition> at) override {
    absl::MutexLock lock(&log_.mu_);
    std::vector<CommittedOffset> out;
    for (const TopicPartition& tp : at) {
      auto it = log_.offsets_.find({options_.group, tp});
      out.push_back(it == log_.offsets_.end() ? CommittedOffset{} : it->second);
    }
    return out;
  }

  StatusOr<std::pair<int64_t, int64_t>> Bounds(const TopicPartition& at) override {
    absl::MutexLock lock(&log_.mu_);
    LB_ASSIGN_OR_RETURN(EmbeddedLog::Topic * topic, log_.Find(at));
    const auto& partition = topic->partitions[at.partition];
    return std::make_pair(partition.begin, partition.end);
  }

  std::unique_ptr<stream::Membership> membership() override {
    return std::make_unique<EmbeddedMembership>(member_);
  }

  void Close() override { Leave(); }

 private:
  bool Ready() ABSL_EXCLUSIVE_LOCKS_REQUIRED(log_.mu_) {
    if (member_ != 0 && log_.groups_.HasEvents(options_.group, member_)) return true;
    for (const auto& [at, next] : positions_) {
      auto topic = log_.topics_.find(at.topic);
      if (topic != log_.topics_.end() && topic->second.partitions[at.partition].end > next) {
        return true;
      }
    }
    return false;
  }

  // Up to `records_max` records of [next, end); moves `next` past them, and to the end if none is
  // left (a compacted partition has gaps).
  Status Collect(rocksdb::Iterator& it, uint32_t topic_id, const TopicPartition& at, int64_t end,
                 size_t records_max, BatchBuilder& builder, int64_t& next) const {
    const std::string prefix = embedded::PartitionKey('r', topic_id, at.partition);
    for (it.Seek(embedded::RecordKeyOf(topic_id, at.partition, next));
         it.Valid() && it.key().starts_with(prefix); it.Next()) {
      const int64_t offset = embedded::OffsetOfRecordKey({it.key().data(), it.key().size()});
      if (offset >= end) break;
      if (builder.size() == records_max) return absl::OkStatus();
      builder.Add(offset, it.value().ToString());
      next = offset + 1;
    }
    LB_RETURN_IF_ERROR(FromRocks(it.status()));
    next = end;
    return absl::OkStatus();
  }

  void Leave() {
    absl::MutexLock lock(&log_.mu_);
    if (member_ != 0) log_.groups_.Leave(options_.group, member_);
    member_ = 0;
    positions_.clear();
  }

  EmbeddedLog& log_;
  const stream::ConsumerOptions options_;
  std::map<TopicPartition, int64_t> positions_;
  GroupCoordinator::MemberId member_ = 0;
};

class EmbeddedSink : public stream::TransactionalSink {
 public:
  EmbeddedSink(EmbeddedLog& log, const std::string& id) : log_(log), id_(id) {}

  Status Init() override {
    absl::MutexLock lock(&log_.mu_);
    epoch_ = ++log_.epochs_[id_];
    return absl::OkStatus();
  }

  Status Begin() override {
    if (epoch_ == 0 || open_) return FailedPrecondition("Begin out of order");
    Clear();
    open_ = true;
    return absl::OkStatus();
  }

  Status Produce(const TopicPartition& to, const stream::OutRecord& record) override {
    LB_RETURN_IF_ERROR(CheckOpen());
    if (!known_.contains(to)) {
      absl::MutexLock lock(&log_.mu_);
      LB_RETURN_IF_ERROR(log_.Find(to).status());
      known_.insert(to);
    }
    records_.push_back({to, EncodeRecord(record, log_.clock_.WallMs())});
    return absl::OkStatus();
  }

  Status SendOffsets(const std::string& group, std::span<const stream::OffsetToCommit> offsets,
                     const stream::Membership* membership) override {
    LB_RETURN_IF_ERROR(CheckOpen());
    if (membership != nullptr) {
      if (!membership->valid()) return Internal("offsets of a consumer that is no member");
      const auto member = static_cast<const EmbeddedMembership&>(*membership).member();
      members_.emplace(group, member);
      absl::MutexLock lock(&log_.mu_);
      LB_RETURN_IF_ERROR(CheckMembers());
    }
    for (const stream::OffsetToCommit& o : offsets) {
      offsets_[{group, o.at}] = {o.offset, o.metadata};
    }
    return absl::OkStatus();
  }

  Status Commit() override {
    LB_RETURN_IF_ERROR(CheckOpen());
    absl::MutexLock lock(&log_.mu_);
    if (log_.epochs_[id_] != epoch_) return FailedPrecondition("fenced");
    LB_RETURN_IF_ERROR(CheckMembers());
    LB_RETURN_IF_ERROR(log_.Append(records_, offsets_));
    Clear();
    return log_.CleanIfDue();
  }

  Status Abort() override {
    if (!open_) return FailedPrecondition("no transaction has begun");
    Clear();
    return absl::OkStatus();
  }

 private:
  Status CheckOpen() const {
    if (!open_) return FailedPrecondition("no transaction has begun");
    if (broken_) return Aborted("the transaction can only be aborted");
    return absl::OkStatus();
  }

  Status CheckMembers() ABSL_EXCLUSIVE_LOCKS_REQUIRED(log_.mu_) {
    for (const auto& [group, member] : members_) {
      if (log_.groups_.StandingOf(group, member) != GroupCoordinator::Standing::kMember) {
        broken_ = true;
        return Aborted("offsets of a consumer that is no longer a member");
      }
    }
    return absl::OkStatus();
  }

  void Clear() {
    open_ = broken_ = false;
    records_.clear();
    offsets_.clear();
    members_.clear();
  }

  EmbeddedLog& log_;
  const std::string id_;
  int64_t epoch_ = 0;
  bool open_ = false, broken_ = false;
  std::set<TopicPartition> known_;
  std::vector<EmbeddedLog::Pending> records_;
  std::map<EmbeddedLog::OffsetKey, CommittedOffset> offsets_;
  std::set<std::pair<std::string, GroupCoordinator::MemberId>> members_;
};

std::unique_ptr<stream::Consumer> NewEmbeddedConsumer(EmbeddedLog& log,
                                                      const stream::ConsumerOptions& options) {
  return std::make_unique<EmbeddedConsumer>(log, options);
}

std::unique_ptr<stream::TransactionalSink> NewEmbeddedSink(EmbeddedLog& log,
                                                           const std::string& transactional_id) {
  return std::make_unique<EmbeddedSink>(log, transactional_id);
}

}  // namespace lagesbild::io
