#include "app/oncall/audit_raw.h"

#include <algorithm>
#include <variant>

namespace lagesbild::app {
namespace {

std::string Place(const std::string& topic, int32_t partition, int64_t offset) {
  return topic + " partition " + std::to_string(partition) + " offset " + std::to_string(offset);
}

}  // namespace

void RawLedger::Expect(const std::string& short_topic, int32_t partition, int64_t begin,
                       int64_t end) {
  Partition& p = partitions_[{short_topic, partition}];
  p.begin = begin;
  p.found.resize(static_cast<size_t>(std::max<int64_t>(0, end - begin)));
}

uint8_t* RawLedger::Find(const std::string& short_topic, int32_t partition, int64_t offset) {
  const auto it = partitions_.find({short_topic, partition});
  if (it == partitions_.end() || offset < it->second.begin) return nullptr;
  const auto index = static_cast<size_t>(offset - it->second.begin);
  return index < it->second.found.size() ? &it->second.found[index] : nullptr;
}

// Raw offsets rise within a log partition; one that does not is there twice, or out of order.
void RawLedger::TakeLogRecord(int32_t log_partition, int64_t offset, const LogRecord& record,
                              Findings& findings) {
  if (record.raw.topic.empty() || std::holds_alternative<Liveness>(record.body)) return;
  const RawPosition& raw = record.raw;
  const uint32_t kind = 1u << record.body.index();
  auto& [last, kinds] = last_[log_partition]
                            .try_emplace({raw.topic, raw.partition}, std::pair(raw.offset, 0u))
                            .first->second;
  if (raw.offset < last || (raw.offset == last && (kinds & kind) != 0)) {
    findings.Add(Findings::kRaw, "log partition " + std::to_string(log_partition) + " offset " +
                                     std::to_string(offset) + ": " +
                                     Place(raw.topic, raw.partition, raw.offset) +
                                     " again, or out of its order");
  }
  if (raw.offset > last) kinds = 0;
  if (raw.offset >= last) kinds |= kind;
  last = std::max(last, raw.offset);
  uint8_t* found = Find(raw.topic, raw.partition, raw.offset);
  if (found == nullptr) return;
  // What goes to all log partitions counts in the first.
  if (record.picture.empty()) {
    if (log_partition == 0) *found |= kInAll;
  } else {
    if ((*found & kInOne) != 0) *found |= kTwice;
    *found |= kInOne;
  }
}

void RawLedger::TakeDeadLetter(const std::string& short_topic, int32_t partition, int64_t offset,
                               std::string_view stage) {
  uint8_t* found = Find(short_topic, partition, offset);
  if (found == nullptr || stage == "picture") return;  // that one is of a command in the log
  if ((*found & kDead) != 0) *found |= kTwice;
  *found |= kDead;
}

void RawLedger::TakeRaw(const stream::RawTopic& topic, int32_t partition,
                        const stream::RecordView& record, intake::Intake& intake,
                        Findings& findings) {
  const uint8_t* found = Find(topic.short_name, partition, record.offset);
  if (found == nullptr) return;
  const std::string place = Place(topic.name, partition, record.offset);
  if ((*found & kTwice) != 0) findings.Add(Findings::kRaw, place + " was taken twice");
  if ((*found & (kInOne | kInAll)) != 0 && (*found & kDead) != 0) {
    findings.Add(Findings::kRaw, place + " is in the picture log and a dead letter");
  }
  if (*found != 0) return;
  std::vector<intake::Header> headers;
  for (const stream::HeaderView& h : record.headers) headers.push_back({h.name, h.value});
  const intake::RawRecord raw{topic.channel,
                              topic.short_name,
                              partition,
                              record.offset,
                              record.timestamp_ms,
                              record.key,
                              record.value.value_or(std::string_view()),
                              headers};
  intake::IntakeOutput out;
  intake.Process(raw, record.timestamp_ms, out);
  const bool wanted = std::any_of(out.log.begin(), out.log.end(), [](const LogRecord& r) {
    return !std::holds_alternative<Liveness>(r.body);
  });
  if (wanted) findings.Add(Findings::kRaw, place + " is not in the picture log");
  if (!out.dead_letters.empty()) findings.Add(Findings::kRaw, place + " has no dead letter");
}

int64_t RawLedger::expected() const {
  int64_t count = 0;
  for (const auto& [at, partition] : partitions_)
    count += static_cast<int64_t>(partition.found.size());
  return count;
}

}  // namespace lagesbild::app
