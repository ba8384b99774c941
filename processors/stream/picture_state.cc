#include "stream/picture_state.h"

#include <string>

#include "base/hash.h"
#include "stream/mutant.h"
#include "stream/settings_codec.h"

namespace lagesbild::stream {

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

StatusOr<PictureState> LoadState(Store& store) {
  PictureState state;
  LB_ASSIGN_OR_RETURN(const StoreHead head, ReadHead(store));
  state.meta = head.meta.value_or(Meta{});
  state.local = head.local.value_or(Local{kFromBeginning, 0});
  state.fold = std::make_unique<picture::Fold>(&DecodeSettings);
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
