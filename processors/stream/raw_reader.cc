#include "stream/raw_reader.h"

#include <algorithm>
#include <utility>

#include "base/time.h"
#include "stream/mutant.h"

namespace lagesbild::stream {
namespace {

constexpr size_t kReadRecords = 1000;

}  // namespace

RawReader::RawReader(Options options, Clock& clock, std::unique_ptr<Consumer> consumer)
    : options_(options),
      clock_(clock),
      consumer_(std::move(consumer)),
      order_(options.max_wait),
      now_(clock.Monotonic()) {}

RawReader::~RawReader() { consumer_->Close(); }

Status RawReader::Add(const TopicPartition& at, const RawTopic& topic,
                      const CommittedOffset& committed) {
  Partition partition;
  partition.at = at;
  partition.topic = &topic;
  partition.committed_offset = committed.offset;
  partition.next_offset = committed.offset;
  if (committed.offset == kFromBeginning) {
    LB_ASSIGN_OR_RETURN(const auto bounds, consumer_->Bounds(at));
    partition.next_offset = LB_MUTANT("none_is_zero") ? 0 : bounds.first;
  }
  LB_RETURN_IF_ERROR(consumer_->Start(at, partition.next_offset));
  order_.AddPartition(DecodeRawTime(committed.metadata), now_);
  partitions_.push_back(std::move(partition));
  return absl::OkStatus();
}

Status RawReader::Wait(absl::Duration timeout) { return consumer_->Poll(timeout).status(); }

Status RawReader::Fill() {
  now_ = clock_.Monotonic();
  wall_ms_ = clock_.WallMs();
  for (int p = 0; p < static_cast<int>(partitions_.size()); ++p) {
    if (taken_ == p || order_.has_record(p)) continue;
    LB_RETURN_IF_ERROR(Fetch(p));
  }
  return absl::OkStatus();
}

Status RawReader::Fetch(int number) {
  Partition& partition = partitions_[number];
  LB_ASSIGN_OR_RETURN(partition.batch, consumer_->Read(partition.at, kReadRecords));
  partition.index = 0;
  if (!partition.batch.records.empty()) {
    Offer(number);
    return absl::OkStatus();
  }
  partition.next_offset = std::max(partition.next_offset, partition.batch.next_offset);
  if (partition.batch.drained || LB_MUTANT("order_ignores_unfetched")) {
    Drained(number);
  } else {
    order_.Unfetched(number, now_);
  }
  return absl::OkStatus();
}

void RawReader::Offer(int number) {
  const Partition& partition = partitions_[number];
  // A broker takes any number for a timestamp, and -1 is none.
  int64_t timestamp_ms =
      std::clamp(partition.batch.records[partition.index].timestamp_ms, int64_t{0}, kTimeMsMax);
  if (options_.max_future_ms && timestamp_ms > wall_ms_ + *options_.max_future_ms) {
    timestamp_ms = wall_ms_;
    ++future_;
  }
  order_.Offer(number, timestamp_ms);
}

void RawReader::Drained(int number) {
  partitions_[number].reached_end = true;
  order_.Drained(number);
}

bool RawReader::reached_ends() const {
  for (int p = 0; p < static_cast<int>(partitions_.size()); ++p) {
    if (!partitions_[p].reached_end && !order_.skipped(p)) return false;
  }
  return true;
}

Status RawReader::LookAtEnds() {
  for (int p = 0; p < static_cast<int>(partitions_.size()); ++p) {
    if (!order_.has_record(p)) continue;
    LB_ASSIGN_OR_RETURN(const auto bounds, consumer_->Bounds(partitions_[p].at));
    partitions_[p].end = bounds.second;
  }
  return absl::OkStatus();
}

std::vector<int64_t> RawReader::Lags() const {
  std::vector<int64_t> lags;
  for (int p = 0; p < static_cast<int>(partitions_.size()); ++p) {
    const Partition& partition = partitions_[p];
    if (order_.drained(p)) {
      lags.push_back(0);
    } else if (partition.end < 0) {
      lags.push_back(-1);
    } else {
      lags.push_back(std::max<int64_t>(0, partition.end - partition.next_offset));
    }
  }
  return lags;
}

StatusOr<std::optional<RawReader::Taken>> RawReader::Take() {
  if (taken_) {
    const int number = *std::exchange(taken_, std::nullopt);
    Partition& partition = partitions_[number];
    if (++partition.index < partition.batch.records.size()) {
      Offer(number);
    } else if (partition.batch.drained) {
      partition.next_offset = std::max(partition.next_offset, partition.batch.next_offset);
      Drained(number);
    } else {
      LB_RETURN_IF_ERROR(Fetch(number));
    }
  }
  const std::optional<intake::Order::Next> next = order_.Take(now_);
  if (!next) return std::optional<Taken>();
  Partition& partition = partitions_[next->partition];
  const RecordView& record = partition.batch.records[partition.index];
  partition.next_offset = record.offset + 1;
  taken_ = next->partition;
  return std::optional<Taken>({partition.topic, partition.at.partition, &record, next->time_ms});
}

std::vector<OffsetToCommit> RawReader::Offsets(bool all) const {
  std::vector<OffsetToCommit> out;
  for (int p = 0; p < static_cast<int>(partitions_.size()); ++p) {
    const Partition& partition = partitions_[p];
    if (!all && partition.next_offset == partition.committed_offset) continue;
    OffsetToCommit offset;
    offset.at = partition.at;
    offset.offset = partition.next_offset;
    offset.metadata = EncodeRawTime(order_.time_ms(p));
    out.push_back(std::move(offset));
  }
  return out;
}

void RawReader::Committed() {
  for (Partition& partition : partitions_) partition.committed_offset = partition.next_offset;
}

std::map<std::string, int32_t> RawReader::Known() const {
  std::map<std::string, int32_t> known;
  for (const Partition& partition : partitions_) {
    int32_t& count = known[partition.at.topic];
    count = std::max(count, partition.at.partition + 1);
  }
  return known;
}

}  // namespace lagesbild::stream
