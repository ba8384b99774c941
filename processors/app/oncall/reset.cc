#include "app/oncall/reset.h"

#include <algorithm>
#include <memory>
#include <set>
#include <tuple>
#include <utility>

#include "absl/time/clock.h"
#include "app/service/read_partition.h"
#include "io/rocksdb_store.h"
#include "picture/fold.h"
#include "stream/log_codec.h"
#include "stream/picture_state.h"

namespace lagesbild::app {
namespace {

constexpr absl::Duration kAskAgain = absl::Milliseconds(100);
constexpr absl::Duration kJoinPatience = absl::Seconds(30);

}  // namespace

uint64_t ResetPartition::next_seq() const {
  return std::max({group_seq, changelog_seq, store_seq}) + 1;
}

Reset::Reset(const Config& config, stream::Log& log, io::KafkaLog* kafka)
    : config_(config),
      log_(log),
      kafka_(kafka),
      topics_(stream::MakeTopics(config.topics_prefix, {}, config.group)) {}

// A transaction over them may be undecided, for as long as its owner's death is not noticed.
StatusOr<std::vector<stream::CommittedOffset>> Reset::Committed(stream::Consumer& consumer) const {
  const absl::Time give_up = absl::Now() + kReadPatience;
  while (true) {
    auto committed = consumer.Committed(at_);
    if (!absl::IsUnavailable(committed.status()) || absl::Now() > give_up) return committed;
    absl::SleepFor(kAskAgain);
  }
}

StatusOr<ResetPlan> Reset::Plan() {
  ResetPlan plan;
  if (kafka_ != nullptr) {
    LB_ASSIGN_OR_RETURN(plan.members, kafka_->GroupMembers(config_.group));
  }
  LB_ASSIGN_OR_RETURN(const stream::PartitionCounts counts, stream::CountPartitions(log_, topics_));
  at_.clear();
  for (int32_t p = 0; p < counts.picture_log; ++p) at_.push_back({topics_.picture_log, p});
  stream::ConsumerOptions options;
  options.group = config_.group;
  LB_ASSIGN_OR_RETURN(const auto consumer, log_.OpenConsumer(options));
  LB_ASSIGN_OR_RETURN(const auto committed, Committed(*consumer));
  for (int32_t p = 0; p < counts.picture_log; ++p) {
    ResetPartition at;
    at.partition = p;
    at.committed_offset = committed[static_cast<size_t>(p)].offset;
    at.committed_metadata = committed[static_cast<size_t>(p)].metadata;
    at.group_seq = stream::SeqFromMetadata(at.committed_metadata).value_or(0);
    LB_RETURN_IF_ERROR(PlanPartition(at));
    plan.partitions.push_back(std::move(at));
  }
  return plan;
}

Status Reset::PlanPartition(ResetPartition& at) {
  LB_ASSIGN_OR_RETURN(const auto consumer, log_.OpenConsumer({}));
  LB_RETURN_IF_ERROR(
      ReadPartition(*consumer, {topics_.changelog, at.partition}, stream::kFromBeginning,
                    [&](const stream::RecordView& record) -> StatusOr<bool> {
                      if (record.key == stream::kMetaKey) {
                        const auto meta = stream::DecodeMeta(record.value.value_or(""));
                        if (meta.ok()) at.changelog_seq = std::max(at.changelog_seq, meta->seq);
                      } else if (record.value) {
                        at.rows[std::string(record.key)] = std::string(*record.value);
                      } else {
                        at.rows.erase(std::string(record.key));
                      }
                      return true;
                    }));
  const auto store = io::RocksStores::OpenToRead(config_.state_dir, config_.group, at.partition);
  if (store.ok()) {
    at.store_here = true;
    const auto head = stream::ReadHead(**store);
    if (head.ok() && head->meta) at.store_seq = head->meta->seq;
  }
  LB_ASSIGN_OR_RETURN(const auto bounds, consumer->Bounds({topics_.picture_log, at.partition}));
  std::tie(at.log_begin, at.log_end) = bounds;
  if (at.log_begin == 0) return absl::OkStatus();
  // Its beginning is gone, and the configuration with it.
  stream::LogDecoder decoder;
  LogRecord record;
  return ReadPartition(*consumer, {topics_.picture_log, at.partition}, stream::kFromBeginning,
                       [&](const stream::RecordView& first) -> StatusOr<bool> {
                         LB_RETURN_IF_ERROR(decoder.Decode(first.value.value_or(""), record));
                         at.log_begin = first.offset;
                         at.seed = picture::SeedRows(at.rows, record.clock_ms - 1);
                         return false;
                       });
}

// Its partitions are all ours, or somebody else is there.
Status Reset::JoinAlone(stream::Consumer& member) const {
  LB_RETURN_IF_ERROR(member.Subscribe({topics_.picture_log}));
  std::set<stream::TopicPartition> missing(at_.begin(), at_.end());
  const absl::Time give_up = absl::Now() + kJoinPatience;
  while (!missing.empty()) {
    if (absl::Now() > give_up) {
      return FailedPrecondition("the group " + config_.group +
                                " gives its partitions to somebody else; stop every instance");
    }
    LB_ASSIGN_OR_RETURN(const auto events, member.Poll(absl::Milliseconds(200)));
    for (const stream::GroupEvent& event : events) {
      if (event.type != stream::GroupEvent::Type::kAssigned) {
        return FailedPrecondition("an instance has joined the group " + config_.group);
      }
      for (const stream::TopicPartition& at : event.partitions) missing.erase(at);
    }
  }
  return absl::OkStatus();
}

Status Reset::Carry(const ResetPlan& plan) {
  if (!plan.members.empty()) return FailedPrecondition("the group has members");
  stream::ConsumerOptions options;
  options.group = config_.group;
  LB_ASSIGN_OR_RETURN(const auto member, log_.OpenConsumer(options));
  Status done = JoinAlone(*member);
  if (done.ok()) {
    done = [&]() -> Status {
      LB_ASSIGN_OR_RETURN(const auto committed, Committed(*member));
      for (size_t p = 0; p < committed.size(); ++p) {
        if (committed[p].offset != plan.partitions[p].committed_offset ||
            committed[p].metadata != plan.partitions[p].committed_metadata) {
          return FailedPrecondition("the group has moved on since; try again");
        }
      }
      LB_ASSIGN_OR_RETURN(const auto sink, log_.OpenSink(config_.group + "-reset"));
      LB_RETURN_IF_ERROR(sink->Init());
      return Write(plan, *member, *sink);
    }();
  }
  for (const stream::TopicPartition& at : at_) member->Released(at);
  member->Close();
  return done;
}

Status Reset::Write(const ResetPlan& plan, stream::Consumer& member,
                    stream::TransactionalSink& sink) {
  LB_RETURN_IF_ERROR(sink.Begin());
  std::vector<stream::OffsetToCommit> offsets;
  for (const ResetPartition& at : plan.partitions) {
    const stream::TopicPartition changelog{topics_.changelog, at.partition};
    for (const auto& [key, value] : at.rows) {
      if (at.seed.contains(key)) continue;
      LB_RETURN_IF_ERROR(sink.Produce(changelog, {.key = key, .value = std::nullopt}));
    }
    for (const auto& [key, value] : at.seed) {
      LB_RETURN_IF_ERROR(sink.Produce(changelog, {.key = key, .value = value}));
    }
    stream::Meta meta;
    meta.seq = at.next_seq();
    meta.next_offset = at.log_begin;
    meta.row_count = at.seed.size();
    const std::string row = stream::EncodeMeta(meta);
    LB_RETURN_IF_ERROR(sink.Produce(changelog, {.key = stream::kMetaKey, .value = row}));
    offsets.push_back(
        {{topics_.picture_log, at.partition}, at.log_begin, stream::SeqMetadata(meta.seq)});
  }
  const auto membership = member.membership();
  LB_RETURN_IF_ERROR(sink.SendOffsets(config_.group, offsets, membership.get()));
  return sink.Commit();
}

}  // namespace lagesbild::app
