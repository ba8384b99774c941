#include "io/embedded_log.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <filesystem>

#include "io/embedded_log_clients.h"
#include "io/embedded_log_format.h"

namespace lagesbild::io {

using stream::CommittedOffset;
using stream::TopicPartition;

namespace {

constexpr uint64_t kPartitionsMax = 10'000;

std::string TopicRow(uint32_t id, const stream::TopicInfo& info) {
  std::string row;
  ByteWriter w(row);
  w.Byte(embedded::kFormat);
  w.Varint(id);
  w.Varint(static_cast<uint64_t>(info.partitions));
  w.Varint(info.config.size());
  for (const auto& [name, value] : info.config) {
    w.String(name);
    w.String(value);
  }
  return row;
}

std::string OffsetRow(const CommittedOffset& offset) {
  std::string row;
  ByteWriter w(row);
  w.Byte(embedded::kFormat);
  w.Signed(offset.offset);
  w.String(offset.metadata);
  return row;
}

Status Damaged(std::string_view what) {
  return DataLoss("embedded log: damaged row: " + std::string(what));
}

std::string_view View(const rocksdb::Slice& s) { return {s.data(), s.size()}; }

Status CheckFormat(rocksdb::DB& db, const std::string& dir) {
  std::string row;
  const std::string key(embedded::kFormatKey);
  const rocksdb::Status status = db.Get(rocksdb::ReadOptions(), key, &row);
  if (status.IsNotFound()) {
    std::unique_ptr<rocksdb::Iterator> it(db.NewIterator(rocksdb::ReadOptions()));
    it->SeekToFirst();
    if (it->Valid()) return DataLoss(dir + " is a database, but not an embedded log");
    LB_RETURN_IF_ERROR(FromRocks(it->status()));
    return RocksWriter(db).Put(key, embedded::FormatRow());
  }
  LB_RETURN_IF_ERROR(FromRocks(status));
  if (!row.empty() && static_cast<uint8_t>(row[0]) > embedded::kFormat) {
    return DataLoss(dir + " was written by a newer version of this program");
  }
  if (row != embedded::FormatRow()) return DataLoss(dir + " is not an embedded log");
  return absl::OkStatus();
}

}  // namespace

StatusOr<std::unique_ptr<EmbeddedLog>> EmbeddedLog::Open(const std::string& dir,
                                                         const RocksMemory& memory,
                                                         stream::Clock& clock) {
  std::error_code error;
  std::filesystem::create_directories(dir, error);
  if (error) return FailedPrecondition("cannot create " + dir + ": " + error.message());
  LB_ASSIGN_OR_RETURN(std::unique_ptr<rocksdb::DB> db, OpenRocks(dir, memory));
  LB_RETURN_IF_ERROR(CheckFormat(*db, dir));
  std::unique_ptr<EmbeddedLog> log(new EmbeddedLog(std::move(db), clock));
  absl::MutexLock lock(&log->mu_);
  LB_RETURN_IF_ERROR(log->Load());
  log->cleaned_at_ = clock.Monotonic();
  return log;
}

EmbeddedLog::EmbeddedLog(std::unique_ptr<rocksdb::DB> db, stream::Clock& clock)
    : db_(std::move(db)), clock_(clock), writer_(*db_) {}

EmbeddedLog::~EmbeddedLog() = default;

// Topics, where their partitions stand, and offsets; in this order, as topics name the ids.
Status EmbeddedLog::Load() {
  std::map<uint32_t, std::string> names;
  std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(rocksdb::ReadOptions()));
  for (it->Seek("t"); it->Valid() && it->key().starts_with("t"); it->Next()) {
    ByteReader r(View(it->value()));
    Topic topic;
    topic.info.name = std::string(View(it->key()).substr(1));
    if (r.Byte() != embedded::kFormat) return Damaged("topic");
    topic.id = static_cast<uint32_t>(r.Varint());
    const uint64_t partitions = r.Varint();
    for (uint64_t n = r.Varint(); r.ok() && n > 0; --n) {
      std::string name = r.String();
      topic.info.config.emplace_back(std::move(name), r.String());
    }
    if (!r.ok() || partitions == 0 || partitions > kPartitionsMax) return Damaged("topic");
    topic.info.partitions = static_cast<int32_t>(partitions);
    topic.partitions.resize(partitions);
    names[topic.id] = topic.info.name;
    topics_[topic.info.name] = std::move(topic);
  }
  const auto partition_of = [&](ByteReader& key)
                                ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) -> StatusOr<TopicPartition> {
    key.Byte();
    const uint64_t id = key.BigEndian64();
    auto name = names.find(static_cast<uint32_t>(id >> 32));
    const TopicPartition at{name == names.end() ? "" : name->second,
                            static_cast<int32_t>(id & 0xffffffff)};
    LB_RETURN_IF_ERROR(Find(at).status());
    return at;
  };
  for (it->Seek("p"); it->Valid() && it->key().starts_with("p"); it->Next()) {
    ByteReader key(View(it->key())), r(View(it->value()));
    LB_ASSIGN_OR_RETURN(const TopicPartition at, partition_of(key));
    if (r.Byte() != embedded::kFormat) return Damaged("partition");
    Partition& p = topics_[at.topic].partitions[at.partition];
    p = {r.Signed(), r.Signed(), r.Signed(), r.Signed(), r.Signed()};
    if (!r.ok() || p.begin > p.end) return Damaged("partition");
  }
  for (it->Seek("o"); it->Valid() && it->key().starts_with("o"); it->Next()) {
    ByteReader key(View(it->key())), r(View(it->value()));
    LB_ASSIGN_OR_RETURN(const TopicPartition at, partition_of(key));
    if (r.Byte() != embedded::kFormat) return Damaged("offset");
    const int64_t offset = r.Signed();
    const std::string group(View(it->key()).substr(9));
    offsets_[{group, at}] = {offset, r.String()};
    if (!r.ok()) return Damaged("offset");
  }
  return FromRocks(it->status());
}

StatusOr<std::unique_ptr<stream::Consumer>> EmbeddedLog::OpenConsumer(
    const stream::ConsumerOptions& options) {
  return NewEmbeddedConsumer(*this, options);
}

StatusOr<std::unique_ptr<stream::TransactionalSink>> EmbeddedLog::OpenSink(
    const std::string& transactional_id) {
  return NewEmbeddedSink(*this, transactional_id);
}

StatusOr<stream::TopicInfo> EmbeddedLog::Describe(const std::string& topic) {
  absl::MutexLock lock(&mu_);
  auto it = topics_.find(topic);
  if (it == topics_.end()) return NotFound("no topic " + topic);
  return it->second.info;
}

Status EmbeddedLog::CreateTopic(const stream::TopicInfo& info) {
  if (info.partitions < 1 || static_cast<uint64_t>(info.partitions) > kPartitionsMax) {
    return InvalidArgument("topic " + info.name + ": bad number of partitions");
  }
  absl::MutexLock lock(&mu_);
  if (topics_.contains(info.name)) {
    return Error(StatusCode::kAlreadyExists, "topic " + info.name + " exists");
  }
  uint32_t id = 1;
  for (const auto& [name, topic] : topics_) id = std::max(id, topic.id + 1);
  LB_RETURN_IF_ERROR(writer_.Put(embedded::TopicKey(info.name), TopicRow(id, info)));
  Topic topic;
  topic.id = id;
  topic.info = info;
  topic.partitions.resize(info.partitions);
  topics_[info.name] = std::move(topic);
  return absl::OkStatus();
}

StatusOr<EmbeddedLog::Topic*> EmbeddedLog::Find(const TopicPartition& at) {
  auto it = topics_.find(at.topic);
  if (it == topics_.end() || at.partition < 0 || at.partition >= it->second.info.partitions) {
    return NotFound("no " + at.topic + " partition " + std::to_string(at.partition));
  }
  return &it->second;
}

StatusOr<std::vector<TopicPartition>> EmbeddedLog::PartitionsOf(
    const std::vector<std::string>& topics) {
  std::vector<TopicPartition> out;
  for (const std::string& name : topics) {
    auto it = topics_.find(name);
    if (it == topics_.end()) return NotFound("no topic " + name);
    for (int32_t p = 0; p < it->second.info.partitions; ++p) out.push_back({name, p});
  }
  return out;
}

Status EmbeddedLog::Append(const std::vector<Pending>& records,
                           const std::map<OffsetKey, CommittedOffset>& offsets) {
  rocksdb::WriteBatch batch;
  std::map<TopicPartition, Partition> after;
  for (const Pending& record : records) {
    LB_ASSIGN_OR_RETURN(Topic * topic, Find(record.at));
    auto [it, fresh] = after.try_emplace(record.at, topic->partitions[record.at.partition]);
    Partition& p = it->second;
    batch.Put(embedded::RecordKeyOf(topic->id, record.at.partition, p.end), record.encoded);
    ++p.end;
    ++p.dirty;
    p.bytes += static_cast<int64_t>(record.encoded.size());
  }
  for (const auto& [at, partition] : after) {
    batch.Put(embedded::PartitionKey('p', topics_[at.topic].id, at.partition),
              embedded::PartitionRow(partition.begin, partition.end, partition.bytes,
                                     partition.dirty, partition.live));
  }
  for (const auto& [key, offset] : offsets) {
    const auto& [group, at] = key;
    LB_ASSIGN_OR_RETURN(Topic * topic, Find(at));
    batch.Put(embedded::PartitionKey('o', topic->id, at.partition) + group, OffsetRow(offset));
  }
  LB_RETURN_IF_ERROR(writer_.Write(batch));
  for (const auto& [at, partition] : after) {
    topics_[at.topic].partitions[at.partition] = partition;
  }
  for (const auto& [key, offset] : offsets) offsets_[key] = offset;
  return absl::OkStatus();
}

}  // namespace lagesbild::io
