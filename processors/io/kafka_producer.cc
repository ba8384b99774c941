#include "io/kafka_producer.h"

#include <utility>

#include "io/kafka_errors.h"

namespace lagesbild::io {
namespace {

constexpr int kFullWaitMs = 100;
constexpr int kFullTries = 20;

}  // namespace

StatusOr<std::unique_ptr<KafkaProducer>> KafkaProducer::Make(const KafkaConfig& config,
                                                             KafkaLogLine line) {
  LB_ASSIGN_OR_RETURN(KafkaConf conf, MakeKafkaConf(config, KafkaRole::kProducer, {}));
  std::unique_ptr<KafkaProducer> producer(new KafkaProducer);
  KafkaHandle::Callbacks callbacks;
  callbacks.owner = producer.get();
  callbacks.configure = [](rd_kafka_conf_t* c) { rd_kafka_conf_set_dr_msg_cb(c, OnDelivered); };
  LB_ASSIGN_OR_RETURN(
      producer->handle_,
      KafkaHandle::Make(RD_KAFKA_PRODUCER, std::move(conf),
                        std::make_shared<KafkaWatch>(std::move(line)), std::move(callbacks)));
  return producer;
}

KafkaProducer::~KafkaProducer() {
  if (handle_ != nullptr) {
    rd_kafka_purge(handle_->get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  }
}

void KafkaProducer::OnDelivered(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  auto& producer = KafkaHandle::Owner<KafkaProducer>(opaque);
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR || !producer.refused_.ok()) return;
  producer.refused_ =
      ToStatus("produce to " + std::string(rd_kafka_topic_name(message->rkt)), message->err);
}

Status KafkaProducer::Produce(const KafkaRecord& record) {
  arguments_.clear();
  const auto add = [this](rd_kafka_vtype_t type) -> auto& {
    arguments_.push_back({.vtype = type});
    return arguments_.back().u;
  };
  add(RD_KAFKA_VTYPE_TOPIC).cstr = record.topic.c_str();
  add(RD_KAFKA_VTYPE_PARTITION).i32 = RD_KAFKA_PARTITION_UA;
  add(RD_KAFKA_VTYPE_MSGFLAGS).i = RD_KAFKA_MSG_F_COPY;
  add(RD_KAFKA_VTYPE_TIMESTAMP).i64 = record.timestamp_ms;
  add(RD_KAFKA_VTYPE_KEY).mem = {const_cast<char*>(record.key.data()), record.key.size()};
  // A value without bytes is not a tombstone: its pointer must not be null.
  static constexpr char kEmpty = 0;
  const char* value = record.value.data() != nullptr ? record.value.data() : &kEmpty;
  add(RD_KAFKA_VTYPE_VALUE).mem = {const_cast<char*>(value), record.value.size()};
  std::vector<std::string> names;  // librdkafka wants them to end in a zero byte
  names.reserve(record.headers.size());
  for (const stream::HeaderView& header : record.headers) {
    names.emplace_back(header.name);
    add(RD_KAFKA_VTYPE_HEADER).header = {names.back().c_str(), header.value.data(),
                                         static_cast<ssize_t>(header.value.size())};
  }
  for (int tried = 0;; ++tried) {
    rd_kafka_poll(handle_->get(), tried == 0 ? 0 : kFullWaitMs);
    if (!refused_.ok()) return refused_;
    LB_RETURN_IF_ERROR(handle_->Fatal());
    const KafkaError error(
        rd_kafka_produceva(handle_->get(), arguments_.data(), arguments_.size()));
    if (error == nullptr) return absl::OkStatus();
    if (rd_kafka_error_code(error.get()) != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      return ToStatus("produce to " + record.topic, error.get());
    }
    if (tried == kFullTries) return Unavailable("kafka: the broker takes nothing");
  }
}

Status KafkaProducer::Flush(absl::Duration limit) {
  const rd_kafka_resp_err_t code =
      rd_kafka_flush(handle_->get(), static_cast<int>(absl::ToInt64Milliseconds(limit)));
  if (!refused_.ok()) return refused_;
  LB_RETURN_IF_ERROR(handle_->Fatal());
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
  return Unavailable("kafka: " + std::to_string(rd_kafka_outq_len(handle_->get())) +
                     " records are not written yet");
}

}  // namespace lagesbild::io
