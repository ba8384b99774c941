#include "stream/picture_state.h"

#include <algorithm>
#include <string>

#include "base/hash.h"
#include "stream/mutant.h"
#include "stream/settings_codec.h"

namespace lagesbild::stream {

namespace {

constexpr uint64_t kRowsMostly = 1 << 22;  // what a META may say without room being made for it

}  // namespace

uint64_t RowFingerprint(std::string_view key) { return StableHash({key}); }

StatusOr<StoreHead> ReadHead(Store& store) {
  StoreHead head;
  LB_ASSIGN_OR_RETURN(const std::optional<std::string> meta, store.Get(kMetaKey));
  if (meta) {
    LB_ASSIGN_OR_RETURN(head.meta, DecodeMeta(*meta));
  }
  LB_ASSIGN_OR_RETURN(const std::optional<std::string> local, store.Get(kLocalKey));
  if (local) {
    LB_ASSIGN_OR_RETURN(head.local, DecodeLocal(*local));
  }
  return head;
}

StatusOr<PictureState> LoadState(Store& store, picture::Shelving shelving) {
  PictureState state;
  LB_ASSIGN_OR_RETURN(const StoreHead head, ReadHead(store));
  state.meta = head.meta.value_or(Meta{});
  state.local = head.local.value_or(Local{kFromBeginning, 0});
  state.row_keys.reserve(std::min<uint64_t>(state.meta.row_count, kRowsMostly));
  shelving.read = [&store](const std::string& key) -> StatusOr<std::string> {
    LB_ASSIGN_OR_RETURN(std::optional<std::string> row, store.Get(key));
    if (!row) return DataLoss("the store lacks a row that was committed");
    return *std::move(row);
  };
  state.fold = std::make_unique<picture::Fold>(&DecodeSettings, std::move(shelving));
  LB_RETURN_IF_ERROR(store.ForEach([&](std::string_view key, std::string_view value) -> Status {
    if (key == kMetaKey || key == kLocalKey) return absl::OkStatus();
    state.row_keys.insert(RowFingerprint(key));
    return state.fold->Restore(key, value);
  }));
  if (state.row_keys.size() != state.meta.row_count && !LB_MUTANT("row_count_unchecked")) {
    return DataLoss("the store has " + std::to_string(state.row_keys.size()) +
                    " rows, its META says " + std::to_string(state.meta.row_count));
  }
  LB_RETURN_IF_ERROR(state.fold->FinishRestore());
  return state;
}

}  // namespace lagesbild::stream
