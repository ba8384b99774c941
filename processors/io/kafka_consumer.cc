#include "io/kafka_consumer.h"

#include <algorithm>
#include <chrono>

#include "base/check.h"
#include "io/kafka_call.h"
#include "io/kafka_errors.h"

namespace lagesbild::io {
namespace {

using stream::Batch;
using stream::CommittedOffset;
using stream::GroupEvent;
using stream::TopicPartition;

constexpr int kCallMs = 3000;  // bound of a call that asks a broker
constexpr absl::Duration kCloseLimit = absl::Seconds(5);
constexpr absl::Duration kOutageRemembered = absl::Minutes(1);

// Keeps records alive: messages belong to their client.
class KafkaBatch : public stream::BatchMemory {
 public:
  explicit KafkaBatch(std::shared_ptr<KafkaHandle> handle) : handle_(std::move(handle)) {}
  ~KafkaBatch() override {
    for (rd_kafka_message_t* message : messages) rd_kafka_message_destroy(message);
  }
  std::vector<rd_kafka_message_t*> messages;
  std::vector<stream::HeaderView> headers;

 private:
  const std::shared_ptr<KafkaHandle> handle_;
};

absl::Duration Monotonic() {
  return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

std::string_view View(const void* data, size_t size) {
  return data == nullptr ? std::string_view()
                         : std::string_view(static_cast<const char*>(data), size);
}

std::string Name(const TopicPartition& at) {
  return at.topic + "[" + std::to_string(at.partition) + "]";
}

// Errors of one partition that only a new Start, or an operator, ends. Others librdkafka retries
// itself.
bool IsLasting(rd_kafka_resp_err_t code) {
  const StatusCode status = ToStatus("", code).code();
  return status == StatusCode::kDataLoss || status == StatusCode::kNotFound ||
         status == StatusCode::kPermissionDenied || status == StatusCode::kFailedPrecondition;
}

void AppendHeaders(const rd_kafka_message_t* message, std::vector<stream::HeaderView>& out) {
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  for (size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    out.push_back({.name = name, .value = View(value, size)});
  }
}

KafkaPartitions ListOf(std::span<const TopicPartition> at) {
  KafkaPartitions list(rd_kafka_topic_partition_list_new(static_cast<int>(at.size())));
  for (const TopicPartition& each : at) {
    rd_kafka_topic_partition_list_add(list.get(), each.topic.c_str(), each.partition);
  }
  return list;
}

// Tells the group that everything it took back is free. The member has none of it assigned inside
// librdkafka (it reads nothing), so the list is empty.
KafkaError GiveBackAll(rd_kafka_t* member) {
  return KafkaError(rd_kafka_incremental_unassign(member, ListOf({}).get()));
}

}  // namespace

StatusOr<std::unique_ptr<KafkaConsumer>> KafkaConsumer::Make(const KafkaConfig& config,
                                                             const stream::ConsumerOptions& options,
                                                             std::shared_ptr<KafkaWatch> watch) {
  std::unique_ptr<KafkaConsumer> consumer(new KafkaConsumer(config, options, std::move(watch)));
  if (!options.group.empty()) LB_RETURN_IF_ERROR(consumer->OpenMember());
  return consumer;
}

KafkaConsumer::KafkaConsumer(KafkaConfig config, stream::ConsumerOptions options,
                             std::shared_ptr<KafkaWatch> watch)
    : config_(std::move(config)), options_(std::move(options)), watch_(std::move(watch)) {}

KafkaConsumer::~KafkaConsumer() { Close(); }

Status KafkaConsumer::OpenMember() {
  const KafkaIdentity identity{
      .group = options_.group, .instance_id = options_.instance_id, .transactional_id = ""};
  LB_ASSIGN_OR_RETURN(KafkaConf conf, MakeKafkaConf(config_, KafkaRole::kMember, identity));
  KafkaHandle::Callbacks callbacks{
      .owner = this,
      .configure = [](rd_kafka_conf_t* c) { rd_kafka_conf_set_rebalance_cb(c, OnRebalance); },
      .wake = [waker = waker_] { waker->Wake(); }};
  LB_ASSIGN_OR_RETURN(
      member_, KafkaHandle::Make(RD_KAFKA_CONSUMER, std::move(conf), watch_, std::move(callbacks)));
  rd_kafka_poll_set_consumer(member_->get());
  member_queue_.reset(rd_kafka_queue_get_consumer(member_->get()));
  rd_kafka_queue_cb_event_enable(member_queue_.get(), OnQueue, waker_.get());
  return absl::OkStatus();
}

Status KafkaConsumer::OpenReader() {
  if (reader_ != nullptr) return absl::OkStatus();
  KafkaConfig config = config_;
  // librdkafka 2.0 looks again at a full queue after up to a second.
  if (options_.long_read) {
    config.consumer.insert(config.consumer.begin(), {"queued.max.messages.kbytes", "65536"});
  }
  LB_ASSIGN_OR_RETURN(KafkaConf conf, MakeKafkaConf(config, KafkaRole::kReader, {}));
  LB_ASSIGN_OR_RETURN(reader_, KafkaHandle::Make(RD_KAFKA_CONSUMER, std::move(conf), watch_,
                                                 {.wake = [waker = waker_] { waker->Wake(); }}));
  reader_queue_.reset(rd_kafka_queue_get_main(reader_->get()));
  rd_kafka_queue_cb_event_enable(reader_queue_.get(), OnQueue, waker_.get());
  return absl::OkStatus();
}

rd_kafka_topic_t* KafkaConsumer::Topic(const std::string& name) {
  KafkaTopic& topic = topics_[name];
  if (topic == nullptr) topic.reset(rd_kafka_topic_new(reader_->get(), name.c_str(), nullptr));
  return topic.get();
}

Status KafkaConsumer::Subscribe(const std::vector<std::string>& topics) {
  if (member_ == nullptr) return FailedPrecondition("kafka: subscribe without a group");
  KafkaPartitions list(rd_kafka_topic_partition_list_new(static_cast<int>(topics.size())));
  for (const std::string& topic : topics) {
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
  }
  LB_RETURN_IF_ERROR(ToStatus("subscribe", rd_kafka_subscribe(member_->get(), list.get())));
  subscription_ = topics;
  subscribed_ = true;
  return absl::OkStatus();
}

std::optional<stream::GroupView> KafkaConsumer::LookAtGroup() {
  if (member_ == nullptr || closed_) return std::nullopt;
  if (look_ == nullptr) {
    look_ = std::make_unique<KafkaGroupLook>(member_, options_.group, watch_);
  }
  return look_->Look();
}

// Only a member that unsubscribes says to the group that it goes; one that is closed keeps its
// place.
Status KafkaConsumer::Rejoin() {
  if (!subscribed_) return absl::OkStatus();
  LB_RETURN_IF_ERROR(ToStatus("unsubscribe", rd_kafka_unsubscribe(member_->get())));
  subscribed_ = false;
  rejoining_ = true;
  return absl::OkStatus();
}

// librdkafka 2.0 does not leave if it is told of the next subscription before it has.
Status KafkaConsumer::JoinAgainOnceGone() {
  if (!rejoining_ || !to_release_.empty() || !KafkaMemberId(member_->get()).empty()) {
    return absl::OkStatus();
  }
  rejoining_ = false;
  return Subscribe(std::vector<std::string>(subscription_));
}

Status KafkaConsumer::Start(const TopicPartition& at, int64_t offset) {
  LB_CHECK(offset >= 0 || offset == stream::kFromBeginning);
  LB_CHECK(!closed_);
  LB_RETURN_IF_ERROR(OpenReader());
  if (auto it = started_.find(at); it != started_.end()) {
    Stop(at, *it->second);
    started_.erase(it);
  }
  rd_kafka_topic_t* topic = Topic(at.topic);
  if (topic == nullptr) return ToStatus("start " + Name(at), rd_kafka_last_error());

  auto started = std::make_unique<Started>();
  started->waker = waker_.get();
  started->queue.reset(rd_kafka_queue_new(reader_->get()));
  started->position = ListOf(std::span(&at, 1));
  started->next_offset = std::max<int64_t>(offset, 0);
  const int64_t from = offset == stream::kFromBeginning ? RD_KAFKA_OFFSET_BEGINNING : offset;
  rd_kafka_queue_cb_event_enable(started->queue.get(), OnPartition, started.get());
  if (rd_kafka_consume_start_queue(topic, at.partition, from, started->queue.get()) != 0) {
    rd_kafka_queue_cb_event_enable(started->queue.get(), nullptr, nullptr);
    return ToStatus("start " + Name(at), rd_kafka_last_error());
  }
  started_[at] = std::move(started);
  return absl::OkStatus();
}

void KafkaConsumer::Stop(const TopicPartition& at, Started& started) {
  // No callback into `started` after this.
  rd_kafka_queue_cb_event_enable(started.queue.get(), nullptr, nullptr);
  rd_kafka_consume_stop(Topic(at.topic), at.partition);
}

void KafkaConsumer::Released(const TopicPartition& at) {
  if (auto it = started_.find(at); it != started_.end()) {
    Stop(at, *it->second);
    started_.erase(it);
  }
  if (to_release_.erase(at) > 0 && to_release_.empty()) AnswerRevocation();
}

void KafkaConsumer::AnswerRevocation() {
  const KafkaError error = GiveBackAll(member_->get());
  if (error != nullptr) watch_->Say("unassign", rd_kafka_error_string(error.get()));
}

void KafkaConsumer::OnRebalance(rd_kafka_t* client, rd_kafka_resp_err_t code,
                                rd_kafka_topic_partition_list_t* partitions, void* opaque) {
  auto& consumer = KafkaHandle::Owner<KafkaConsumer>(opaque);
  if (consumer.closed_ && code != RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    // Nothing of the consumer is touched from here on: it may be gone when this returns.
    (void)GiveBackAll(client);
    return;
  }
  consumer.told_ = true;
  GroupEvent event;
  for (int i = 0; i < partitions->cnt; ++i) {
    event.partitions.push_back({partitions->elems[i].topic, partitions->elems[i].partition});
  }
  if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    const KafkaPartitions none = ListOf({});
    KafkaError error(rd_kafka_incremental_assign(client, none.get()));
    if (error != nullptr) consumer.watch_->Say("assign", rd_kafka_error_string(error.get()));
    event.type = GroupEvent::Type::kAssigned;
  } else {
    event.type = rd_kafka_assignment_lost(client) != 0 ? GroupEvent::Type::kLost
                                                       : GroupEvent::Type::kRevoked;
    // A member that is fenced loses what it had, too.
    const bool fatal = rd_kafka_fatal_error(client, nullptr, 0) != RD_KAFKA_RESP_ERR_NO_ERROR;
    if (event.type == GroupEvent::Type::kLost && !fatal) consumer.lost_at_ = absl::Now();
    consumer.to_release_.insert(event.partitions.begin(), event.partitions.end());
    if (event.partitions.empty()) {
      consumer.to_release_.clear();
      consumer.AnswerRevocation();
    }
  }
  if (!event.partitions.empty()) consumer.events_.push_back(std::move(event));
}

void KafkaConsumer::OnPartition(rd_kafka_t*, void* started) {
  auto& partition = *static_cast<Started*>(started);
  partition.ready.store(true, std::memory_order_release);
  partition.waker->Wake();
}

void KafkaConsumer::OnQueue(rd_kafka_t*, void* waker) { static_cast<Waker*>(waker)->Wake(); }

// A member that the broker could not hear for a session time-out joins anew, and what it still
// sends as who it was may then be taken for a second one of its name: it fences itself. Without an
// outage it really is another.
Status KafkaConsumer::Lasting(const Status& status) {
  char text[256];
  const bool fenced = rd_kafka_fatal_error(member_->get(), text, sizeof(text)) ==
                      RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID;
  const absl::Time since = absl::Now() - kOutageRemembered;
  if (!fenced || !(lost_at_ >= since || watch_->AwaySince(since))) return status;
  return Aborted("kafka: group " + options_.group + ": fenced by itself after an outage");
}

Status KafkaConsumer::Serve() {
  for (KafkaHandle* client : {reader_.get(), asker_.get()}) {
    if (client == nullptr) continue;
    while (rd_kafka_poll(client->get(), 0) > 0) {
    }
    LB_RETURN_IF_ERROR(client->Fatal());
  }
  if (member_ == nullptr) return absl::OkStatus();
  while (rd_kafka_message_t* message = rd_kafka_consumer_poll(member_->get(), 0)) {
    const rd_kafka_resp_err_t code = message->err;
    const std::string text =
        code == RD_KAFKA_RESP_ERR_NO_ERROR ? "" : rd_kafka_message_errstr(message);
    rd_kafka_message_destroy(message);
    const Status status = ToStatus("group " + options_.group, code, text);
    // Anything else the member retries by itself, or tells of by a lost partition.
    if (status.code() == StatusCode::kPermissionDenied ||
        status.code() == StatusCode::kFailedPrecondition) {
      return Lasting(status);
    }
    if (!status.ok()) watch_->Say(rd_kafka_err2name(code), "group " + options_.group + ": " + text);
  }
  const Status status = member_->Fatal();
  return status.ok() ? JoinAgainOnceGone() : Lasting(status);
}

bool KafkaConsumer::AnyReady() const {
  return std::any_of(started_.begin(), started_.end(), [](const auto& each) {
    return each.second->ready.load(std::memory_order_acquire);
  });
}

bool KafkaConsumer::BrokersAway() const {
  return (reader_ != nullptr && reader_->brokers_away()) ||
         (member_ != nullptr && member_->brokers_away());
}

StatusOr<std::vector<GroupEvent>> KafkaConsumer::Poll(absl::Duration timeout) {
  LB_CHECK(!closed_);
  const absl::Duration deadline = Monotonic() + timeout;
  for (;;) {
    LB_RETURN_IF_ERROR(Serve());
    if (!events_.empty() || AnyReady()) break;
    const absl::Duration left = deadline - Monotonic();
    if (left <= absl::ZeroDuration()) {
      if (BrokersAway()) return Unavailable("kafka: no broker answers");
      break;
    }
    waker_->Wait(left);
  }
  return std::exchange(events_, {});
}

StatusOr<Batch> KafkaConsumer::Read(const TopicPartition& at, size_t records_max) {
  auto it = started_.find(at);
  if (it == started_.end()) return FailedPrecondition("kafka: " + Name(at) + " is not started");
  Started& started = *it->second;
  if (!started.failed.ok()) return started.failed;

  // Cleared before the queue is emptied: what comes meanwhile sets it again.
  started.ready.store(false, std::memory_order_release);
  messages_.resize(records_max);
  const ssize_t count = rd_kafka_consume_batch_queue(started.queue.get(), /*timeout_ms=*/0,
                                                     messages_.data(), messages_.size());
  if (count < 0) return ToStatus("read " + Name(at), rd_kafka_last_error());

  Batch batch;
  Take(std::span(messages_.data(), static_cast<size_t>(count)), started, batch);
  if (static_cast<size_t>(count) == records_max) {
    started.ready.store(true, std::memory_order_release);
  } else if (!started.drained) {
    FinishDrained(started);
  }
  if (!started.failed.ok()) {
    if (batch.records.empty()) return started.failed;
    started.ready.store(true, std::memory_order_release);  // the error is the next Read's
  }
  batch.next_offset = started.next_offset;
  batch.drained = started.drained;
  return batch;
}

void KafkaConsumer::Take(std::span<rd_kafka_message_t* const> messages, Started& started,
                         Batch& batch) {
  auto memory = std::make_unique<KafkaBatch>(reader_);
  memory->messages.reserve(messages.size());
  batch.records.reserve(messages.size());
  std::vector<size_t>
      header_ends;  // of each record in memory->headers; empty while no record has any
  for (rd_kafka_message_t* message : messages) {
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        started.next_offset = std::max(started.next_offset, message->offset);
        started.drained = true;
      } else if (IsLasting(message->err) && started.failed.ok()) {
        started.failed = ToStatus("read", message->err, rd_kafka_message_errstr(message));
      } else {
        watch_->Say(rd_kafka_err2name(message->err), rd_kafka_message_errstr(message));
      }
      rd_kafka_message_destroy(message);
      continue;
    }
    started.drained = false;
    started.next_offset = message->offset + 1;
    memory->messages.push_back(message);
    rd_kafka_timestamp_type_t type;
    stream::RecordView record{.offset = message->offset,
                              .timestamp_ms = rd_kafka_message_timestamp(message, &type),
                              .key = View(message->key, message->key_len)};
    if (message->payload != nullptr) record.value = View(message->payload, message->len);
    const size_t before = memory->headers.size();
    AppendHeaders(message, memory->headers);
    if (memory->headers.size() > before && header_ends.empty())
      header_ends.assign(batch.records.size(), 0);
    batch.records.push_back(record);
    if (memory->headers.size() > 0) header_ends.push_back(memory->headers.size());
  }
  // Only now that `headers` no longer grows.
  for (size_t i = 0; i < header_ends.size(); ++i) {
    const size_t begin = i == 0 ? 0 : header_ends[i - 1];
    batch.records[i].headers = std::span(memory->headers).subspan(begin, header_ends[i] - begin);
  }
  if (!memory->messages.empty()) batch.memory = std::move(memory);
}

// The end of a partition is told by librdkafka only after one more, waiting, fetch. Where no
// transaction is open, the last fetch has told it already: the position, which counts commit
// markers, is at the high watermark it brought.
void KafkaConsumer::FinishDrained(Started& started) {
  rd_kafka_topic_partition_list_t* list = started.position.get();
  if (rd_kafka_position(reader_->get(), list) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  const rd_kafka_topic_partition_t& at = list->elems[0];
  // Unknown (negative) until something was read since Start.
  if (at.err != RD_KAFKA_RESP_ERR_NO_ERROR || at.offset < started.next_offset) return;
  started.next_offset = at.offset;
  int64_t low = 0, high = 0;
  if (rd_kafka_get_watermark_offsets(reader_->get(), at.topic, at.partition, &low, &high) !=
      RD_KAFKA_RESP_ERR_NO_ERROR) {
    return;
  }
  started.drained = at.offset == high;
}

StatusOr<std::vector<CommittedOffset>> KafkaConsumer::Committed(
    std::span<const TopicPartition> at) {
  if (member_ == nullptr) return FailedPrecondition("kafka: offsets without a group");
  if (at.empty()) return std::vector<CommittedOffset>();
  const KafkaPartitions list = ListOf(at);
  const auto code = rd_kafka_committed(member_->get(), list.get(), kCallMs);
  LB_RETURN_IF_ERROR(ToStatus("committed offsets of " + options_.group, code));
  std::vector<CommittedOffset> out;
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& each = list->elems[i];
    LB_RETURN_IF_ERROR(
        ToStatus("committed offset of " + Name(at[static_cast<size_t>(i)]), each.err));
    out.push_back({.offset = each.offset < 0 ? -1 : each.offset,
                   .metadata = std::string(View(each.metadata, each.metadata_size))});
  }
  return out;
}

// A fetch waits at the broker and holds up what follows it on its connection: of a client that
// reads, each answer would take 0.1 to 0.3 s, and there are two a partition.
StatusOr<rd_kafka_t*> KafkaConsumer::Asker() {
  if (member_ != nullptr) return member_->get();
  if (asker_ == nullptr) {
    LB_ASSIGN_OR_RETURN(KafkaConf conf, MakeKafkaConf(config_, KafkaRole::kReader, {}));
    LB_ASSIGN_OR_RETURN(asker_, KafkaHandle::Make(RD_KAFKA_CONSUMER, std::move(conf), watch_, {}));
  }
  return asker_->get();
}

StatusOr<int64_t> KafkaConsumer::OffsetAt(const TopicPartition& at, int64_t time) {
  LB_ASSIGN_OR_RETURN(rd_kafka_t* const asker, Asker());
  const KafkaPartitions list = ListOf(std::span(&at, 1));
  list->elems[0].offset = time;
  LB_RETURN_IF_ERROR(
      ToStatus("bounds of " + Name(at), rd_kafka_offsets_for_times(asker, list.get(), kCallMs)));
  LB_RETURN_IF_ERROR(ToStatus("bounds of " + Name(at), list->elems[0].err));
  if (list->elems[0].offset < 0) return Unavailable("kafka: bounds of " + Name(at) + ": no answer");
  return list->elems[0].offset;
}

// Not rd_kafka_query_watermark_offsets: it waits without bound while the broker is away.
StatusOr<std::pair<int64_t, int64_t>> KafkaConsumer::Bounds(const TopicPartition& at) {
  LB_ASSIGN_OR_RETURN(const int64_t begin, OffsetAt(at, RD_KAFKA_OFFSET_BEGINNING));
  LB_ASSIGN_OR_RETURN(const int64_t end, OffsetAt(at, RD_KAFKA_OFFSET_END));
  return std::make_pair(begin, end);
}

std::unique_ptr<stream::Membership> KafkaConsumer::membership() {
  KafkaGroupMetadata metadata;
  if (member_ != nullptr && subscribed_)
    metadata.reset(rd_kafka_consumer_group_metadata(member_->get()));
  return std::make_unique<KafkaMembership>(std::move(metadata));
}

void KafkaConsumer::Close() {
  if (closed_) return;
  closed_ = true;
  for (auto& [at, started] : started_) Stop(at, *started);
  started_.clear();
  topics_.clear();
  if (reader_queue_ != nullptr)
    rd_kafka_queue_cb_event_enable(reader_queue_.get(), nullptr, nullptr);
  reader_queue_.reset();
  reader_.reset();
  asker_.reset();
  if (member_ != nullptr) {
    look_.reset();
    const bool owes_answer = !to_release_.empty();
    to_release_.clear();
    // librdkafka 2.0 may never take the answer to a revocation, this one or one that it meets while
    // it closes, and then does not return.
    const bool returned = BoundedCaller().Run(kCloseLimit, [owes_answer, member = member_] {
      if (owes_answer) (void)GiveBackAll(member->get());
      rd_kafka_consumer_close(member->get());
    });
    rd_kafka_queue_cb_event_enable(member_queue_.get(), nullptr, nullptr);
    member_queue_.reset();
    // librdkafka before 2.3 aborts the process when it destroys a member that has joined and was
    // never told what it has (its issue 4312): such a client is left to the end of the process.
    if (returned && !subscription_.empty() && !told_) new std::shared_ptr<KafkaHandle>(member_);
    member_.reset();
  }
}

}  // namespace lagesbild::io
