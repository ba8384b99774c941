#include "io/held_records.h"

namespace lagesbild::io {

bool HeldRecords::Add(const stream::TopicPartition& to, const stream::OutRecord& record) {
  size_t bytes = record.key.size() + record.value.value_or("").size();
  for (const stream::HeaderView& header : record.headers) {
    bytes += header.name.size() + header.value.size();
  }
  if (held_.size() == kRecordsMax || bytes_ + bytes > kBytesMax) return false;
  bytes_ += bytes;
  Held held{.to = to, .key = std::string(record.key), .timestamp_ms = record.timestamp_ms};
  if (record.value.has_value()) held.value = std::string(*record.value);
  for (const stream::HeaderView& header : record.headers) {
    held.headers.emplace_back(header.name, header.value);
  }
  held_.push_back(std::move(held));
  return true;
}

Status HeldRecords::Release(
    const std::function<Status(const stream::TopicPartition&, const stream::OutRecord&)>& send) {
  std::vector<stream::HeaderView> headers;
  for (const Held& held : held_) {
    headers.clear();
    for (const auto& [name, value] : held.headers) headers.push_back({name, value});
    LB_RETURN_IF_ERROR(send(held.to, {.key = held.key,
                                      .value = held.value,
                                      .headers = headers,
                                      .timestamp_ms = held.timestamp_ms}));
  }
  Clear();
  return absl::OkStatus();
}

void HeldRecords::Clear() {
  held_.clear();
  bytes_ = 0;
}

}  // namespace lagesbild::io
