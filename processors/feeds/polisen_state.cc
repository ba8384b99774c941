#include "feeds/polisen_state.h"

#include <fcntl.h>
#include <simdjson.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "base/json_writer.h"
#include "io/line_reader.h"
#include "io/line_writer.h"

namespace lagesbild::feeds {
namespace {

using simdjson::SUCCESS;
using simdjson::dom::element;

constexpr int64_t kFormat = 1;

Status Damaged(const std::string& path) {
  return DataLoss(path +
                  ": the state file is damaged; without it the events in the feed are sent " +
                  "again, at revision 1, which is harmless: move it away to begin anew");
}

bool ReadEvent(const element& row, PolisenMemory& memory) {
  int64_t id = 0;
  PolisenMemory::Known known;
  std::string_view hex;
  if (row.at(0).get(id) != SUCCESS || row.at(1).get(known.revision) != SUCCESS ||
      row.at(2).get(hex) != SUCCESS || row.at(3).get(known.published_ms) != SUCCESS ||
      row.at(4).get(known.seen_ms) != SUCCESS || known.revision < 1) {
    return false;
  }
  const auto [end, error] =
      std::from_chars(hex.data(), hex.data() + hex.size(), known.fingerprint, 16);
  memory.events[id] = known;
  return error == std::errc() && end == hex.data() + hex.size();
}

bool ReadState(const element& root, PolisenState& state) {
  std::string_view etag, last_modified;
  simdjson::dom::array calls, events;
  if (root["etag"].get(etag) != SUCCESS || root["last_modified"].get(last_modified) != SUCCESS ||
      root["good_count"].get(state.memory.good_count) != SUCCESS ||
      root["odd_in_a_row"].get(state.memory.odd_in_a_row) != SUCCESS ||
      root["calls"].get(calls) != SUCCESS || root["events"].get(events) != SUCCESS) {
    return false;
  }
  state.etag = etag;
  state.last_modified = last_modified;
  for (const element& call : calls) {
    int64_t ms = 0;
    if (call.get(ms) != SUCCESS) return false;
    state.calls.push_back(ms);
  }
  for (const element& row : events) {
    if (!ReadEvent(row, state.memory)) return false;
  }
  return true;
}

}  // namespace

StatusOr<PolisenState> LoadPolisenState(const std::string& path) {
  auto reader = io::LineReader::Open(path);
  if (reader.status().code() == StatusCode::kNotFound && ::access(path.c_str(), F_OK) != 0) {
    return PolisenState{};
  }
  if (!reader.ok()) return reader.status();
  std::string_view line;
  const auto more = (*reader)->Next(line);
  if (!more.ok() || !*more) return Damaged(path);
  simdjson::dom::parser parser;
  element root;
  int64_t format = 0;
  if (parser.parse(line.data(), line.size()).get(root) != SUCCESS ||
      root["format"].get(format) != SUCCESS) {
    return Damaged(path);
  }
  if (format != kFormat) return DataLoss(path + ": written by a newer version of lagesbild");
  PolisenState state;
  if (!ReadState(root, state)) return Damaged(path);
  return state;
}

Status SavePolisenState(const std::string& path, const PolisenMemory& memory,
                        const std::deque<int64_t>& calls, const std::string& etag,
                        const std::string& last_modified) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Key("format").Int(kFormat).Key("etag").String(etag);
  json.Key("last_modified").String(last_modified);
  json.Key("good_count").Int(memory.good_count).Key("odd_in_a_row").Int(memory.odd_in_a_row);
  json.Key("calls").BeginArray();
  for (const int64_t call : calls) json.Int(call);
  json.EndArray().Key("events").BeginArray();
  std::vector<int64_t> ids;
  for (const auto& [id, known] : memory.events) ids.push_back(id);
  std::sort(ids.begin(), ids.end());
  for (const int64_t id : ids) {
    const PolisenMemory::Known& known = memory.events.at(id);
    json.BeginArray().Int(id).Int(known.revision).String(Hex(known.fingerprint));
    json.Int(known.published_ms).Int(known.seen_ms).EndArray();
  }
  json.EndArray().EndObject();

  const std::string fresh = path + ".new";
  LB_ASSIGN_OR_RETURN(auto writer, io::LineWriter::Create(fresh));
  LB_RETURN_IF_ERROR(writer->Write(text));
  LB_RETURN_IF_ERROR(writer->Close());
  const int fd = ::open(fresh.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = fd >= 0 && ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  if (!synced || std::rename(fresh.c_str(), path.c_str()) != 0) {
    return Unavailable(path + ": " + std::strerror(errno));
  }
  return absl::OkStatus();
}

}  // namespace lagesbild::feeds
