#include "app/oncall/state_rows.h"

#include <utility>

#include "base/json_writer.h"
#include "io/rocksdb_store.h"
#include "picture/row_text.h"
#include "stream/meta.h"

namespace lagesbild::app {
namespace {

StatusOr<std::string> MetaJson(std::string_view value) {
  LB_ASSIGN_OR_RETURN(const stream::Meta meta, stream::DecodeMeta(value));
  std::string json;
  JsonWriter(json)
      .BeginObject()
      .Key("seq")
      .Int(static_cast<int64_t>(meta.seq))
      .Key("next_offset")
      .Int(meta.next_offset)
      .Key("clock")
      .Time(meta.clock_ms)
      .Key("rules_version")
      .Int(meta.rules_version)
      .Key("row_count")
      .Int(static_cast<int64_t>(meta.row_count))
      .EndObject();
  return json;
}

StatusOr<std::string> LocalJson(std::string_view value) {
  LB_ASSIGN_OR_RETURN(const stream::Local local, stream::DecodeLocal(value));
  std::string json;
  JsonWriter(json)
      .BeginObject()
      .Key("next_changelog_offset")
      .Int(local.next_changelog_offset)
      .Key("seq")
      .Int(static_cast<int64_t>(local.seq))
      .EndObject();
  return json;
}

}  // namespace

std::string StateRowName(std::string_view key) {
  if (key == stream::kMetaKey || key == stream::kLocalKey) return std::string(key);
  return picture::RowName(key);
}

StatusOr<std::string> StateRowJson(std::string_view key, std::string_view value) {
  if (key == stream::kMetaKey) return MetaJson(value);
  if (key == stream::kLocalKey) return LocalJson(value);
  return picture::RowJson(key, value);
}

StatusOr<StateRows> StateRows::Open(const Config& config, int32_t partition) {
  StateRows rows;
  std::vector<int32_t> numbers{partition};
  if (partition < 0) numbers = io::RocksStores::Partitions(config.state_dir, config.group);
  for (const int32_t number : numbers) {
    StatusOr<std::unique_ptr<stream::Store>> store =
        io::RocksStores::OpenToRead(config.state_dir, config.group, number);
    if (absl::IsNotFound(store.status())) return DataLoss(Message(store.status()));
    LB_RETURN_IF_ERROR(store.status());
    Partition opened{number, *std::move(store), {}};
    LB_ASSIGN_OR_RETURN(opened.head, stream::ReadHead(*opened.store));
    rows.partitions_.push_back(std::move(opened));
  }
  if (rows.partitions_.empty()) {
    return DataLoss(config.state_dir + "/" + config.group +
                    ": there is no state; it is where `lagesbild run` of this group keeps it "
                    "(state.dir)");
  }
  return rows;
}

uint64_t StateRows::row_count() const {
  uint64_t count = 0;
  for (const Partition& partition : partitions_) {
    if (partition.head.meta) count += partition.head.meta->row_count;
  }
  return count;
}

Status StateRows::ForEach(const std::function<Status(const StateRow&)>& row) const {
  for (const Partition& partition : partitions_) {
    LB_RETURN_IF_ERROR(partition.store->ForEach([&](std::string_view key, std::string_view value) {
      return row({partition.number, key, value});
    }));
  }
  return absl::OkStatus();
}

}  // namespace lagesbild::app
