// The embedded log's housekeeping: retention by age and size, and compaction by key.
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <cstdlib>

#include "absl/container/flat_hash_set.h"
#include "base/hash.h"
#include "base/time.h"
#include "io/embedded_log.h"
#include "io/embedded_log_format.h"
#include "io/record_format.h"

namespace lagesbild::io {
namespace {

constexpr absl::Duration kCleanEvery = absl::Seconds(10);
constexpr int kTrimMax = 100'000;         // records a partition and pass
constexpr int64_t kDirtyMin = 20'000;     // no compaction below it
constexpr int64_t kTombstoneMs = kDayMs;  // kept this long, for readers that are behind

std::string_view View(const rocksdb::Slice& s) { return {s.data(), s.size()}; }

std::string Setting(const stream::TopicInfo& info, std::string_view name) {
  for (const auto& [key, value] : info.config) {
    if (key == name) return value;
  }
  return "";
}

// -1: none.
int64_t NumberSetting(const stream::TopicInfo& info, std::string_view name) {
  const std::string text = Setting(info, name);
  return text.empty() ? -1 : std::strtoll(text.c_str(), nullptr, 10);
}

// 128 bits: two keys that share them would lose one its row.
std::pair<uint64_t, uint64_t> Fingerprint(std::string_view key) {
  return {StableHash({key}), StableHash({"second", key})};
}

}  // namespace

Status EmbeddedLog::Clean() {
  absl::MutexLock lock(&mu_);
  cleaned_at_ = -absl::InfiniteDuration();
  return CleanIfDue();
}

Status EmbeddedLog::CleanIfDue() {
  const absl::Duration now = clock_.Monotonic();
  if (now - cleaned_at_ < kCleanEvery) return absl::OkStatus();
  cleaned_at_ = now;
  for (auto& [name, topic] : topics_) {
    const std::string policy = Setting(topic.info, "cleanup.policy");
    for (int32_t p = 0; p < topic.info.partitions; ++p) {
      if (policy.find("compact") != std::string::npos) LB_RETURN_IF_ERROR(Compact(topic, p));
      if (policy.empty() || policy.find("delete") != std::string::npos) {
        LB_RETURN_IF_ERROR(Trim(topic, p));
      }
    }
  }
  return absl::OkStatus();
}

// Drops records from the front while they are older, or the partition larger, than the topic says.
Status EmbeddedLog::Trim(Topic& topic, int32_t number) {
  const int64_t retention_ms = NumberSetting(topic.info, "retention.ms");
  const int64_t retention_bytes = NumberSetting(topic.info, "retention.bytes");
  if (retention_ms < 0 && retention_bytes < 0) return absl::OkStatus();
  Partition after = topic.partitions[number];
  const int64_t oldest_ms = clock_.WallMs() - retention_ms;
  const std::string prefix = embedded::PartitionKey('r', topic.id, number);
  std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(rocksdb::ReadOptions()));
  int dropped = 0;
  for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix) && dropped < kTrimMax;
       it->Next(), ++dropped) {
    LB_ASSIGN_OR_RETURN(const RecordHead head, ReadHead(View(it->value())));
    const bool old = retention_ms >= 0 && head.timestamp_ms < oldest_ms;
    const bool large = retention_bytes >= 0 && after.bytes > retention_bytes;
    if (!old && !large) break;
    after.begin = embedded::OffsetOfRecordKey(View(it->key())) + 1;
    after.bytes -= static_cast<int64_t>(it->value().size());
  }
  LB_RETURN_IF_ERROR(FromRocks(it->status()));
  if (dropped == 0) return absl::OkStatus();
  rocksdb::WriteBatch batch;
  batch.DeleteRange(prefix, embedded::RecordKeyOf(topic.id, number, after.begin));
  batch.Put(embedded::PartitionKey('p', topic.id, number),
            embedded::PartitionRow(after.begin, after.end, after.bytes, after.dirty, after.live));
  LB_RETURN_IF_ERROR(writer_.Write(batch));
  topic.partitions[number] = after;
  return absl::OkStatus();
}

// Drops every record that has a later one of the same key, and old tombstones; from the back, once
// as much was appended as had been left. Offsets stay.
Status EmbeddedLog::Compact(Topic& topic, int32_t number) {
  Partition after = topic.partitions[number];
  if (after.dirty < std::max(kDirtyMin, after.live)) return absl::OkStatus();
  const std::string prefix = embedded::PartitionKey('r', topic.id, number);
  absl::flat_hash_set<std::pair<uint64_t, uint64_t>> seen;
  rocksdb::WriteBatch batch;
  const int64_t oldest_tombstone_ms = clock_.WallMs() - kTombstoneMs;
  std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(rocksdb::ReadOptions()));
  after.live = 0;
  for (it->SeekForPrev(embedded::RecordKeyOf(topic.id, number, after.end));
       it->Valid() && it->key().starts_with(prefix); it->Prev()) {
    LB_ASSIGN_OR_RETURN(const RecordHead head, ReadHead(View(it->value())));
    const bool newest = seen.insert(Fingerprint(head.key)).second;
    if (!newest || (head.tombstone && head.timestamp_ms < oldest_tombstone_ms)) {
      after.bytes -= static_cast<int64_t>(it->value().size());
      batch.Delete(it->key());
    } else {
      ++after.live;
    }
  }
  LB_RETURN_IF_ERROR(FromRocks(it->status()));
  after.dirty = 0;
  batch.Put(embedded::PartitionKey('p', topic.id, number),
            embedded::PartitionRow(after.begin, after.end, after.bytes, after.dirty, after.live));
  LB_RETURN_IF_ERROR(writer_.Write(batch));
  topic.partitions[number] = after;
  return absl::OkStatus();
}

}  // namespace lagesbild::io
