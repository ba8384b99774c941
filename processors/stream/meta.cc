#include "stream/meta.h"

#include <charconv>

#include "base/bytes.h"

namespace lagesbild::stream {
namespace {

constexpr uint8_t kFormat = 1;
constexpr std::string_view kSeqPrefix = "seq=";

Status CheckFormat(uint8_t format, std::string_view what) {
  if (format == kFormat) return absl::OkStatus();
  return DataLoss(std::string(what) + " row of format " + std::to_string(format) +
                  "; this program knows format " + std::to_string(kFormat));
}

}  // namespace

std::string EncodeMeta(const Meta& meta) {
  std::string out;
  ByteWriter w(out);
  w.Byte(kFormat);
  w.Varint(meta.seq);
  w.Signed(meta.next_offset);
  w.Signed(meta.clock_ms);
  w.Signed(meta.rules_version);
  w.Varint(meta.row_count);
  return out;
}

StatusOr<Meta> DecodeMeta(std::string_view bytes) {
  ByteReader r(bytes);
  LB_RETURN_IF_ERROR(CheckFormat(r.Byte(), "META"));
  Meta meta;
  meta.seq = r.Varint();
  meta.next_offset = r.Signed();
  meta.clock_ms = r.Signed();
  meta.rules_version = r.Signed();
  meta.row_count = r.Varint();
  if (!r.ok() || !r.done()) return DataLoss("damaged META row");
  return meta;
}

std::string EncodeLocal(const Local& local) {
  std::string out;
  ByteWriter w(out);
  w.Byte(kFormat);
  w.Signed(local.next_changelog_offset);
  w.Varint(local.seq);
  return out;
}

StatusOr<Local> DecodeLocal(std::string_view bytes) {
  ByteReader r(bytes);
  LB_RETURN_IF_ERROR(CheckFormat(r.Byte(), "LOCAL"));
  Local local;
  local.next_changelog_offset = r.Signed();
  local.seq = r.Varint();
  if (!r.ok() || !r.done()) return DataLoss("damaged LOCAL row");
  return local;
}

std::string SeqMetadata(uint64_t seq) { return std::string(kSeqPrefix) + std::to_string(seq); }

std::optional<uint64_t> SeqFromMetadata(std::string_view metadata) {
  if (!metadata.starts_with(kSeqPrefix)) return std::nullopt;
  metadata.remove_prefix(kSeqPrefix.size());
  uint64_t seq = 0;
  const char* end = metadata.data() + metadata.size();
  const auto [at, error] = std::from_chars(metadata.data(), end, seq);
  if (error != std::errc() || at != end || metadata.empty()) return std::nullopt;
  return seq;
}

}  // namespace lagesbild::stream
