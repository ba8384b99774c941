#include "io/kafka_sink.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "io/kafka_consumer.h"
#include "io/kafka_membership.h"

namespace lagesbild::io {
namespace {

// librdkafka bounds its calls by transaction.timeout.ms (10 s; init by twice that); these are for
// when it does not.
constexpr absl::Duration kCall = absl::Seconds(15);
constexpr absl::Duration kInit = absl::Seconds(30);
constexpr int kRemaining = -1;  // librdkafka: what is left of transaction.timeout.ms
constexpr int kWarmMs = 2000;
constexpr int64_t kReportsEvery = 1000;
// A transaction that begins so soon after another may meet its markers still being written.
constexpr std::chrono::milliseconds kSettling(20);
constexpr int kFullMs = 10000;  // unsent records for this long: the broker is away

struct Offsets {
  KafkaPartitions list;
  KafkaGroupMetadata metadata;
};

// A copy of its own, for a call that may outlive the member it came from.
StatusOr<KafkaGroupMetadata> Copy(const rd_kafka_consumer_group_metadata_t* metadata) {
  void* buffer = nullptr;
  size_t size = 0;
  KafkaError error(rd_kafka_consumer_group_metadata_write(metadata, &buffer, &size));
  if (error != nullptr) return ToStatus("group metadata", error.get());
  rd_kafka_consumer_group_metadata_t* copy = nullptr;
  error.reset(rd_kafka_consumer_group_metadata_read(&copy, buffer, size));
  rd_kafka_mem_free(nullptr, buffer);
  if (error != nullptr) return ToStatus("group metadata", error.get());
  return KafkaGroupMetadata(copy);
}

StatusOr<KafkaPartitions> ListOf(std::span<const stream::OffsetToCommit> offsets) {
  KafkaPartitions list(rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
  for (const stream::OffsetToCommit& each : offsets) {
    // librdkafka leaves out an offset it finds invalid and reports success.
    if (each.offset < 0) return InvalidArgument("kafka: an offset below 0 to commit");
    if (each.metadata.find('\0') != std::string::npos) {
      return InvalidArgument("kafka: offset metadata with a zero byte");
    }
    auto* at =
        rd_kafka_topic_partition_list_add(list.get(), each.at.topic.c_str(), each.at.partition);
    at->offset = each.offset;
    if (each.metadata.empty()) continue;
    at->metadata = std::malloc(each.metadata.size());  // the list frees it
    LB_CHECK(at->metadata != nullptr);
    std::memcpy(at->metadata, each.metadata.data(), each.metadata.size());
    at->metadata_size = each.metadata.size();
  }
  return list;
}

}  // namespace

StatusOr<std::unique_ptr<KafkaSink>> KafkaSink::Make(const KafkaConfig& config,
                                                     const std::string& transactional_id,
                                                     std::vector<std::string> warm,
                                                     std::shared_ptr<KafkaWatch> watch) {
  if (transactional_id.empty())
    return InvalidArgument("kafka: a transactional id must not be empty");
  const KafkaIdentity identity{
      .group = "", .instance_id = "", .transactional_id = transactional_id};
  LB_ASSIGN_OR_RETURN(KafkaConf conf, MakeKafkaConf(config, KafkaRole::kSink, identity));
  // The report itself tells nothing new, but without one librdkafka's commit looks only every 10 ms
  // whether all records are delivered.
  KafkaHandle::Callbacks callbacks{.configure = [](rd_kafka_conf_t* c) {
    rd_kafka_conf_set_dr_msg_cb(c, [](rd_kafka_t*, const rd_kafka_message_t*, void*) {});
  }};
  LB_ASSIGN_OR_RETURN(std::shared_ptr<KafkaHandle> handle,
                      KafkaHandle::Make(RD_KAFKA_PRODUCER, std::move(conf), std::move(watch),
                                        std::move(callbacks)));
  return std::unique_ptr<KafkaSink>(new KafkaSink(config, std::move(warm), std::move(handle)));
}

KafkaSink::~KafkaSink() { topics_.clear(); }  // before the client they belong to

Status KafkaSink::Run(const char* what, absl::Duration limit, Call call) {
  if (caller_.stuck())
    return Unavailable(std::string("kafka: ") + what + ": the producer is stuck");
  struct Result {
    KafkaError error;
  };
  auto result = std::make_shared<Result>();
  const bool returned = caller_.Run(limit, [handle = handle_, result, call = std::move(call)] {
    result->error.reset(call(handle->get()));
  });
  if (!returned) {
    used_up_ = true;
    return Unavailable(std::string("kafka: ") + what +
                       ": librdkafka does not return; its outcome is unknown");
  }
  return ToStatus(what, result->error.get());
}

Status KafkaSink::Init() {
  LB_RETURN_IF_ERROR(Run("init_transactions", kInit, [](rd_kafka_t* client) {
    return rd_kafka_init_transactions(client, kRemaining);
  }));
  Warm();
  return absl::OkStatus();
}

StatusOr<rd_kafka_topic_t*> KafkaSink::Topic(const std::string& name) {
  KafkaTopic& topic = topics_[name];
  if (topic == nullptr) {
    topic.reset(rd_kafka_topic_new(handle_->get(), name.c_str(), nullptr));
    if (topic == nullptr) return ToStatus("topic " + name, rd_kafka_last_error());
  }
  return topic.get();
}

void KafkaSink::Warm() {
  for (const std::string& name : warm_) {
    StatusOr<rd_kafka_topic_t*> topic = Topic(name);
    if (!topic.ok()) continue;
    const rd_kafka_metadata_t* metadata = nullptr;
    if (rd_kafka_metadata(handle_->get(), 0, *topic, &metadata, kWarmMs) ==
        RD_KAFKA_RESP_ERR_NO_ERROR) {
      rd_kafka_metadata_destroy(metadata);
    }
  }
}

Status KafkaSink::Begin() {
  while (rd_kafka_poll(handle_->get(), 0) > 0) {
  }
  LB_RETURN_IF_ERROR(handle_->Fatal());
  if (used_up_) {
    return Unavailable(
        "kafka: a connection ended during the last transaction; a new producer is needed");
  }
  disconnects_at_begin_ = handle_->disconnects();
  holding_ = std::chrono::steady_clock::now() - ended_ < kSettling;
  return Run("begin_transaction", kCall, rd_kafka_begin_transaction);
}

Status KafkaSink::Produce(const stream::TopicPartition& to, const stream::OutRecord& record) {
  LB_CHECK(to.partition >= 0);
  if (holding_) {
    if (held_.Add(to, record)) return absl::OkStatus();
    LB_RETURN_IF_ERROR(ReleaseHeld());
  }
  return Send(to, record);
}

Status KafkaSink::ReleaseHeld() {
  holding_ = false;
  return held_.Release([this](const stream::TopicPartition& to, const stream::OutRecord& record) {
    return Send(to, record);
  });
}

Status KafkaSink::Send(const stream::TopicPartition& to, const stream::OutRecord& record) {
  LB_ASSIGN_OR_RETURN(rd_kafka_topic_t * topic, Topic(to.topic));
  arguments_.clear();
  auto add = [this](rd_kafka_vtype_t type) -> auto& {
    arguments_.push_back({.vtype = type});
    return arguments_.back().u;
  };
  add(RD_KAFKA_VTYPE_RKT).rkt = topic;
  add(RD_KAFKA_VTYPE_PARTITION).i32 = to.partition;
  add(RD_KAFKA_VTYPE_MSGFLAGS).i = RD_KAFKA_MSG_F_COPY;
  add(RD_KAFKA_VTYPE_KEY).mem = {const_cast<char*>(record.key.data()), record.key.size()};
  // A value without bytes is not a tombstone: its pointer must not be null.
  static constexpr char kEmpty = 0;
  const char* value = record.value.has_value() ? record.value->data() : nullptr;
  if (record.value.has_value() && value == nullptr) value = &kEmpty;
  add(RD_KAFKA_VTYPE_VALUE).mem = {const_cast<char*>(value), record.value.value_or("").size()};
  if (record.timestamp_ms.has_value()) add(RD_KAFKA_VTYPE_TIMESTAMP).i64 = *record.timestamp_ms;
  std::vector<std::string> names;  // librdkafka wants them to end in a zero byte
  names.reserve(record.headers.size());
  for (const stream::HeaderView& header : record.headers) {
    names.emplace_back(header.name);
    auto& argument = add(RD_KAFKA_VTYPE_HEADER);
    argument.header = {names.back().c_str(), header.value.data(),
                       static_cast<ssize_t>(header.value.size())};
  }

  KafkaError error(rd_kafka_produceva(handle_->get(), arguments_.data(), arguments_.size()));
  // Delivered records are freed when their reports are taken.
  if (++sent_ % kReportsEvery == 0) rd_kafka_poll(handle_->get(), 0);
  if (error == nullptr) return absl::OkStatus();
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::milliseconds(kFullMs);
  while (rd_kafka_error_code(error.get()) == RD_KAFKA_RESP_ERR__QUEUE_FULL &&
         std::chrono::steady_clock::now() < give_up) {
    rd_kafka_poll(handle_->get(), 5);
    error.reset(rd_kafka_produceva(handle_->get(), arguments_.data(), arguments_.size()));
    if (error == nullptr) return absl::OkStatus();
  }
  LB_RETURN_IF_ERROR(handle_->Fatal());
  // The transaction has failed behind our back; Commit would say the same.
  if (rd_kafka_error_code(error.get()) == RD_KAFKA_RESP_ERR__STATE) {
    return Aborted("kafka: produce to " + to.topic + ": " + rd_kafka_error_string(error.get()));
  }
  return ToStatus("produce to " + to.topic, error.get());
}

Status KafkaSink::SendOffsets(const std::string& group,
                              std::span<const stream::OffsetToCommit> offsets,
                              const stream::Membership* membership) {
  if (offsets.empty()) return InvalidArgument("kafka: no offsets to commit");
  auto sent = std::make_shared<Offsets>();
  LB_ASSIGN_OR_RETURN(sent->list, ListOf(offsets));
  if (membership == nullptr) {
    LB_RETURN_IF_ERROR(WaitForCoordinator(group, offsets[0].at));
    sent->metadata.reset(rd_kafka_consumer_group_metadata_new(group.c_str()));
  } else {
    // The broker checks no one who names no member: such offsets would pass unfenced.
    if (!membership->valid()) return Aborted("kafka: not a member of " + group + " now");
    LB_ASSIGN_OR_RETURN(sent->metadata,
                        Copy(static_cast<const KafkaMembership*>(membership)->metadata()));
  }
  LB_RETURN_IF_ERROR(Run("send_offsets_to_transaction", kCall, [sent](rd_kafka_t* client) {
    return rd_kafka_send_offsets_to_transaction(client, sent->list.get(), sent->metadata.get(),
                                                kRemaining);
  }));
  return ReleaseHeld();
}

// A member has met its coordinator; this is for offsets sent without one.
Status KafkaSink::WaitForCoordinator(const std::string& group, const stream::TopicPartition& any) {
  if (coordinated_.contains(group)) return absl::OkStatus();
  const stream::ConsumerOptions options{.group = group, .instance_id = ""};
  LB_ASSIGN_OR_RETURN(const std::unique_ptr<KafkaConsumer> asking,
                      KafkaConsumer::Make(config_, options, handle_->shared_watch()));
  // Unavailable may also mean that a transaction over them is open, ours perhaps: the coordinator
  // has answered.
  const Status status = asking->Committed(std::span(&any, 1)).status();
  if (!status.ok() && !absl::IsUnavailable(status)) return status;
  coordinated_.insert(group);
  return absl::OkStatus();
}

Status KafkaSink::Commit() {
  LB_RETURN_IF_ERROR(ReleaseHeld());
  const Status status = Run("commit_transaction", kCall, [](rd_kafka_t* client) {
    return rd_kafka_commit_transaction(client, kRemaining);
  });
  NoteEnd();
  return status;
}

Status KafkaSink::Abort() {
  held_.Clear();
  const Status status = Run("abort_transaction", kCall, [](rd_kafka_t* client) {
    return rd_kafka_abort_transaction(client, kRemaining);
  });
  NoteEnd();
  return status;
}

void KafkaSink::NoteEnd() {
  ended_ = std::chrono::steady_clock::now();
  while (rd_kafka_poll(handle_->get(), 0) > 0) {
  }
  used_up_ = used_up_ || handle_->disconnects() != disconnects_at_begin_;
}

}  // namespace lagesbild::io
