// KafkaSink: stream/ports.h TransactionalSink, a transactional producer of librdkafka.
//
//   Init ─▶ Begin ─▶ Produce* ─▶ SendOffsets* ─▶ Commit ─▶ Begin …
//                        any Aborted ─▶ Abort ─▶ Begin …
//                        any Unavailable, FailedPrecondition ─▶ drop the sink, make a new one, Init
// Init fences every earlier sink of its transactional id and asks for the metadata of the topics it
// will write to, so that the first commit waits for nothing. Every call is bounded.
// Thread-compatible.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "io/held_records.h"
#include "io/kafka_call.h"
#include "io/kafka_config.h"
#include "io/kafka_errors.h"
#include "io/kafka_handle.h"
#include "stream/ports.h"

namespace lagesbild::io {

class KafkaSink : public stream::TransactionalSink {
 public:
  // `warm`: topics it will write to; one that is missing is left to the start-up check.
  static StatusOr<std::unique_ptr<KafkaSink>> Make(const KafkaConfig& config,
                                                   const std::string& transactional_id,
                                                   std::vector<std::string> warm,
                                                   std::shared_ptr<KafkaWatch> watch);
  ~KafkaSink() override;

  Status Init() override;
  // Unavailable also after a transaction during which a connection ended: what the broker may still
  // have of it must not reach the next one.
  Status Begin() override;
  // Copies. Waits only while 256 MiB are unsent; Aborted if the transaction has failed,
  // InvalidArgument if the record is larger than message.max.bytes. The errors of a held record
  // (held_records.h) come from SendOffsets or Commit.
  Status Produce(const stream::TopicPartition& to, const stream::OutRecord& record) override;
  Status SendOffsets(const std::string& group, std::span<const stream::OffsetToCommit> offsets,
                     const stream::Membership* membership) override;
  Status Commit() override;
  Status Abort() override;

 private:
  using Call = std::function<rd_kafka_error_t*(rd_kafka_t*)>;

  KafkaSink(KafkaConfig config, std::vector<std::string> warm, std::shared_ptr<KafkaHandle> handle)
      : config_(std::move(config)), warm_(std::move(warm)), handle_(std::move(handle)) {}

  // Makes one transactional call on the helper thread and maps its error.
  Status Run(const char* what, absl::Duration limit, Call call);
  StatusOr<rd_kafka_topic_t*> Topic(const std::string& name);
  void Warm();
  Status Send(const stream::TopicPartition& to, const stream::OutRecord& record);
  // Sends what was held; what comes next is not.
  Status ReleaseHeld();
  // librdkafka's sink asks for a group's coordinator a few times and then no more; a consumer asks
  // on.
  Status WaitForCoordinator(const std::string& group, const stream::TopicPartition& any);
  // After Commit or Abort: must the next Begin be refused, or its records be held?
  void NoteEnd();

  const KafkaConfig config_;
  const std::vector<std::string> warm_;
  std::shared_ptr<KafkaHandle> handle_;  // shared with a call that is stuck in it
  BoundedCaller caller_;
  absl::flat_hash_map<std::string, KafkaTopic> topics_;
  absl::flat_hash_set<std::string> coordinated_;  // groups whose coordinator was there
  std::vector<rd_kafka_vu_t> arguments_;          // of produce, kept for its memory
  int64_t disconnects_at_begin_ = 0;
  bool used_up_ = false;
  int64_t sent_ = 0;
  HeldRecords held_;
  bool holding_ = false;                         // of this transaction
  std::chrono::steady_clock::time_point ended_;  // the transaction before
};

}  // namespace lagesbild::io
