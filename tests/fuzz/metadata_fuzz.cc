// The small things that are stored: offset metadata, META and LOCAL, records of the embedded log.
// What is read says itself again the same.
#include "base/check.h"
#include "io/record_format.h"
#include "stream/lease.h"
#include "stream/meta.h"
#include "stream/trace.h"

namespace lagesbild {
namespace {

void Lease(std::string_view text) {
  const auto lease = stream::DecodeLease(text);
  if (!lease.ok()) return;
  const auto again = stream::DecodeLease(stream::EncodeLease(*lease));
  LB_CHECK(again.ok() && *again == *lease);
}

void Rows(std::string_view bytes) {
  if (const auto meta = stream::DecodeMeta(bytes); meta.ok()) {
    const auto again = stream::DecodeMeta(stream::EncodeMeta(*meta));
    LB_CHECK(again.ok() && *again == *meta);
  }
  if (const auto local = stream::DecodeLocal(bytes); local.ok()) {
    const auto again = stream::DecodeLocal(stream::EncodeLocal(*local));
    LB_CHECK(again.ok() && *again == *local);
  }
}

void Offsets(std::string_view text) {
  if (const auto seq = stream::SeqFromMetadata(text))
    LB_CHECK(stream::SeqFromMetadata(stream::SeqMetadata(*seq)) == seq);
  if (const auto time = stream::DecodeRawTime(text))
    LB_CHECK(stream::DecodeRawTime(stream::EncodeRawTime(*time)) == time);
  const stream::HeaderView header = {stream::kTraceparent, text};
  LB_CHECK(stream::TraceparentOf({&header, 1}).size() <= 55);
}

void StoredRecord(std::string_view bytes) {
  const auto head = io::ReadHead(bytes);
  io::BatchBuilder builder;
  builder.Add(7, std::string(bytes));
  const auto batch = std::move(builder).Build(8, true);
  if (!batch.ok()) return;
  LB_CHECK(head.ok() && batch->records.size() == 1);
  const stream::RecordView& record = batch->records[0];
  LB_CHECK(record.key == head->key && record.value.has_value() != head->tombstone);
  const stream::OutRecord out = {record.key, record.value, record.headers, record.timestamp_ms};
  io::BatchBuilder again;
  again.Add(7, io::EncodeRecord(out, 0));
  LB_CHECK(std::move(again).Build(8, true).ok());
}

}  // namespace
}  // namespace lagesbild

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] & 3) {
    case 0:
      lagesbild::Lease(text);
      break;
    case 1:
      lagesbild::Rows(text);
      break;
    case 2:
      lagesbild::Offsets(text);
      break;
    default:
      lagesbild::StoredRecord(text);
  }
  return 0;
}
