#include "io/record_format.h"

#include "base/bytes.h"

namespace lagesbild::io {
namespace {

constexpr uint8_t kRecordVersion = 1;
constexpr uint64_t kHeadersMax = 1024;

struct Memory : stream::BatchMemory {
  std::vector<std::pair<int64_t, std::string>> records;
  std::vector<stream::HeaderView> headers;
};

Status Damaged(int64_t offset) {
  return DataLoss("damaged record at offset " + std::to_string(offset));
}

}  // namespace

std::string EncodeRecord(const stream::OutRecord& record, int64_t now_ms) {
  std::string out;
  out.reserve(24 + record.key.size() + (record.value ? record.value->size() : 0));
  ByteWriter w(out);
  w.Byte(kRecordVersion);
  w.Signed(record.timestamp_ms.value_or(now_ms));
  w.String(record.key);
  w.Byte(record.value ? 1 : 0);
  if (record.value) w.String(*record.value);
  w.Varint(record.headers.size());
  for (const stream::HeaderView& h : record.headers) {
    w.String(h.name);
    w.String(h.value);
  }
  return out;
}

StatusOr<RecordHead> ReadHead(std::string_view encoded) {
  ByteReader r(encoded);
  if (r.Byte() != kRecordVersion) return DataLoss("damaged record");
  RecordHead head;
  head.timestamp_ms = r.Signed();
  head.key = r.View();
  const uint8_t has_value = r.Byte();
  head.tombstone = has_value == 0;
  if (!r.ok() || has_value > 1) return DataLoss("damaged record");
  return head;
}

StatusOr<stream::Batch> BatchBuilder::Build(int64_t next_offset, bool drained) && {
  auto memory = std::make_unique<Memory>();
  memory->records = std::move(records_);
  stream::Batch batch;
  batch.next_offset = next_offset;
  batch.drained = drained;
  batch.records.reserve(memory->records.size());
  std::vector<std::pair<size_t, size_t>> header_ranges;  // [first, end) of each record
  for (const auto& [offset, encoded] : memory->records) {
    ByteReader r(encoded);
    if (r.Byte() != kRecordVersion) return Damaged(offset);
    stream::RecordView view;
    view.offset = offset;
    view.timestamp_ms = r.Signed();
    view.key = r.View();
    const uint8_t has_value = r.Byte();
    if (has_value > 1) return Damaged(offset);
    if (has_value == 1) view.value = r.View();
    const uint64_t headers = r.Varint();
    if (!r.ok() || headers > kHeadersMax) return Damaged(offset);
    const size_t first = memory->headers.size();
    for (uint64_t i = 0; i < headers; ++i) {
      const std::string_view name = r.View();
      memory->headers.push_back({name, r.View()});
    }
    if (!r.ok() || !r.done()) return Damaged(offset);
    header_ranges.emplace_back(first, memory->headers.size());
    batch.records.push_back(view);
  }
  for (size_t i = 0; i < batch.records.size(); ++i) {
    const auto [first, end] = header_ranges[i];
    batch.records[i].headers = std::span(memory->headers).subspan(first, end - first);
  }
  batch.memory = std::move(memory);
  return batch;
}

}  // namespace lagesbild::io
