// The engine's own rows beside the fold's: META, in the changelog and in the store, and LOCAL, in
// the store only.
//
// META says which commit the rows are of and where the log goes on; LOCAL, from which changelog
// offset a restore may start. The committed offset of the log partition carries the same number as
// its metadata, "seq=N". Form: format (1), then numbers as in base/bytes.h. Architecture §4.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"

namespace lagesbild::stream {

// Keys; the fold's never begin with '!'.
inline constexpr std::string_view kMetaKey = "!meta";
inline constexpr std::string_view kLocalKey = "!local";

struct Meta {
  uint64_t seq = 0;           // N: number of the commit
  int64_t next_offset = 0;    // of the log partition
  int64_t clock_ms = 0;       // of the last instant judged
  int64_t rules_version = 0;  // of the settings in force; 0: none yet
  uint64_t row_count = 0;     // rows of the fold, tombstones gone
  friend bool operator==(const Meta&, const Meta&) = default;
};

struct Local {
  int64_t next_changelog_offset = 0;  // what lies before is in the store
  uint64_t seq = 0;                   // of the commit that wrote this row
  friend bool operator==(const Local&, const Local&) = default;
};

std::string EncodeMeta(const Meta& meta);
std::string EncodeLocal(const Local& local);
// DataLoss: not such a row, or of a newer format.
StatusOr<Meta> DecodeMeta(std::string_view bytes);
StatusOr<Local> DecodeLocal(std::string_view bytes);

std::string SeqMetadata(uint64_t seq);                               // "seq=17"
std::optional<uint64_t> SeqFromMetadata(std::string_view metadata);  // nullopt: anything else

}  // namespace lagesbild::stream
