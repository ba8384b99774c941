// PictureState: the fold of one log partition and where it stands, rebuilt from the rows of its
// store.
//
// The store holds a committed prefix: the fold's rows, META and LOCAL (stream/meta.h).
// Thread-compatible.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/container/flat_hash_set.h"
#include "picture/fold.h"
#include "stream/meta.h"
#include "stream/ports.h"

namespace lagesbild::stream {

struct PictureState {
  std::unique_ptr<picture::Fold> fold;
  Meta meta;  // seq 0: nothing was ever committed
  Local local;
  // Fingerprints of the keys of all rows: their number is META's row_count.
  absl::flat_hash_set<uint64_t> row_keys;
};

uint64_t RowFingerprint(std::string_view key);

// What a store says of itself; no META: empty, or left in the middle of a first restore.
struct StoreHead {
  std::optional<Meta> meta;
  std::optional<Local> local;
};
StatusOr<StoreHead> ReadHead(Store& store);

// `store` is borrowed: the fold reads what it has put away there. `shelving` says when it does.
// DataLoss: a row that cannot be read, or not as many as META says.
StatusOr<PictureState> LoadState(Store& store, picture::Shelving shelving = {});

}  // namespace lagesbild::stream
