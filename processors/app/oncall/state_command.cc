// `lagesbild state ls|get|dump`: what the picture has stored on this machine, to look at while the
// service runs. Read-only.
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "app/commands.h"
#include "app/config/config_args.h"
#include "app/exit_code.h"
#include "app/oncall/state_rows.h"
#include "base/json_writer.h"
#include "base/time.h"
#include "picture/row_text.h"

namespace lagesbild::app {
namespace {

constexpr absl::Duration kProgressEvery = absl::Seconds(5);

int Fail(const char* command, const Status& status, Io& io) {
  io.err << "lagesbild state " << command << ": " << Message(status) << "\n";
  return ExitCodeOf(status);
}

StatusOr<StateRows> OpenRows(const Args& args, Io& io, int& code) {
  const auto [loaded, exit_code] = LoadOptionsFromArgs(args, io);
  code = exit_code;
  if (!loaded.ok()) return loaded.status();
  const auto partition =
      args.Given("--partition") ? static_cast<int32_t>(args.Integer("--partition")) : -1;
  return StateRows::Open(loaded->config, partition);
}

// "picture/hv/alert/a-1" is an "alert", "source/x" a "source".
std::string KindOf(const std::string& name) {
  size_t begin = 0;
  if (name.starts_with("picture/")) begin = name.find('/', sizeof "picture/" - 1) + 1;
  return name.substr(begin, name.find('/', begin) - begin);
}

struct Listed {
  const StateRows::Partition* partition = nullptr;
  std::map<std::string, int64_t> rows;  // by kind
};

void ListAsJson(const Listed& listed, Io& io) {
  std::string line;
  JsonWriter w(line);
  const auto& meta = listed.partition->head.meta;
  w.BeginObject().Key("partition").Int(listed.partition->number);
  w.Key("seq").Int(meta ? static_cast<int64_t>(meta->seq) : 0);
  w.Key("next_offset").Int(meta ? meta->next_offset : 0).Key("clock");
  meta ? w.Time(meta->clock_ms) : w.Null();
  w.Key("row_count").Int(meta ? static_cast<int64_t>(meta->row_count) : 0);
  w.Key("rows").BeginObject();
  for (const auto& [kind, count] : listed.rows) w.Key(kind).Int(count);
  w.EndObject().EndObject();
  io.out << line << "\n";
}

void ListAsText(const Listed& listed, Io& io) {
  const auto& meta = listed.partition->head.meta;
  io.out << "partition " << listed.partition->number << ": ";
  if (!meta) {
    io.out << "nothing committed yet\n";
    return;
  }
  io.out << "commit " << meta->seq << ", next log offset " << meta->next_offset << ", clock "
         << FormatTimeMs(meta->clock_ms) << ", " << meta->row_count << " rows\n";
  for (const auto& [kind, count] : listed.rows) io.out << "  " << kind << "  " << count << "\n";
}

int RunList(const Args& args, Io& io) {
  int code = 0;
  const auto rows = OpenRows(args, io, code);
  if (code != kExitOk) return code;
  if (!rows.ok()) return Fail("ls", rows.status(), io);
  std::map<int32_t, Listed> listed;
  for (const auto& partition : rows->partitions()) listed[partition.number].partition = &partition;
  const Status read = rows->ForEach([&](const StateRow& row) {
    const std::string name = StateRowName(row.key);
    if (!name.starts_with('!')) ++listed[row.partition].rows[KindOf(name)];
    return absl::OkStatus();
  });
  if (!read.ok()) return Fail("ls", read, io);
  for (const auto& [number, one] : listed) {
    args.Switch("--json") ? ListAsJson(one, io) : ListAsText(one, io);
  }
  return kExitOk;
}

void Print(int32_t partition, const std::string& name, const std::string& json, bool as_json,
           Io& io) {
  if (!as_json) {
    io.out << partition << "  " << name << "  " << json << "\n";
    return;
  }
  std::string line;
  JsonWriter(line)
      .BeginObject()
      .Key("partition")
      .Int(partition)
      .Key("name")
      .String(name)
      .Key("value")
      .Raw(json)
      .EndObject();
  io.out << line << "\n";
}

// `name` itself, or what lies below it.
bool Below(const std::string& name, const std::string& asked) {
  return name.starts_with(asked) &&
         (name.size() == asked.size() || asked.ends_with('/') || name[asked.size()] == '/');
}

// A report has no row of its own: its latest word in the chunks counts.
Status TakeReports(const StateRow& row, const std::string& asked,
                   std::map<std::pair<int32_t, std::string>, std::string>& found) {
  return picture::ForEachItem(row.key, row.value, [&](std::string name, std::string json) {
    if (Below(name, asked)) found[{row.partition, std::move(name)}] = std::move(json);
  });
}

int RunGet(const Args& args, Io& io) {
  int code = 0;
  const auto rows = OpenRows(args, io, code);
  if (code != kExitOk) return code;
  if (!rows.ok()) return Fail("get", rows.status(), io);
  const std::string asked = args.Text("name");
  std::map<std::pair<int32_t, std::string>, std::string> found;
  const Status read = rows->ForEach([&](const StateRow& row) -> Status {
    const std::string name = StateRowName(row.key);
    if (name.starts_with("picture/") && KindOf(name) == "reports" &&
        asked.find("/report/") != std::string::npos) {
      return TakeReports(row, asked, found);
    }
    if (!Below(name, asked)) return absl::OkStatus();
    LB_ASSIGN_OR_RETURN(found[std::pair(row.partition, name)], StateRowJson(row.key, row.value));
    return absl::OkStatus();
  });
  if (!read.ok()) return Fail("get", read, io);
  std::erase_if(found, [](const auto& one) { return one.second == "null"; });
  for (const auto& [at, json] : found) {
    Print(at.first, at.second, json, args.Switch("--json"), io);
  }
  if (!found.empty()) return kExitOk;
  io.err << "lagesbild state get: no row is named " << asked
         << ", and none lies below it; `lagesbild state dump` shows the names\n";
  return kExitProblems;
}

class Progress {
 public:
  Progress(uint64_t total, Io& io) : total_(total), io_(io) {}
  void Step() {
    if (++done_ % 4096 != 0 || absl::Now() < next_) return;
    next_ = absl::Now() + kProgressEvery;
    const double rate = static_cast<double>(done_) / absl::ToDoubleSeconds(absl::Now() - began_);
    char line[128];
    std::snprintf(line, sizeof line, "state dump: %llu of %llu rows, %.0f/s, %.0f s to go\n",
                  static_cast<unsigned long long>(done_), static_cast<unsigned long long>(total_),
                  rate, total_ > done_ ? static_cast<double>(total_ - done_) / rate : 0.0);
    io_.err << line;
  }

 private:
  const uint64_t total_;
  Io& io_;
  const absl::Time began_ = absl::Now();
  absl::Time next_ = began_ + kProgressEvery;
  uint64_t done_ = 0;
};

int RunDump(const Args& args, Io& io) {
  int code = 0;
  const auto rows = OpenRows(args, io, code);
  if (code != kExitOk) return code;
  if (!rows.ok()) return Fail("dump", rows.status(), io);
  Progress progress(rows->row_count(), io);
  int64_t damaged = 0;
  const Status read = rows->ForEach([&](const StateRow& row) {
    progress.Step();
    const std::string name = StateRowName(row.key);
    const auto json = StateRowJson(row.key, row.value);
    if (json.ok()) {
      Print(row.partition, name, *json, args.Switch("--json"), io);
    } else {
      ++damaged;
      io.err << "lagesbild state dump: partition " << row.partition << ": " << name << ": "
             << Message(json.status()) << "\n";
    }
    return absl::OkStatus();
  });
  if (!read.ok()) return Fail("dump", read, io);
  return damaged == 0 ? kExitOk : kExitStateDamaged;
}

std::vector<Flag> StateFlags(std::vector<Flag> more) {
  more.push_back({.name = "--partition",
                  .type = FlagType::kInteger,
                  .help = "This log partition only (default: all that this machine has)"});
  more.push_back({.name = "--json", .type = FlagType::kSwitch, .help = "One JSON object a line"});
  return WithConfigFlags(std::move(more));
}

}  // namespace

Command StateListCommand() {
  return {"state ls",
          "Say what the picture has stored on this machine: commits, offsets, rows by kind",
          "  lagesbild state ls --config lagesbild.yaml\n"
          "Reads only, and may be run while the service runs: each partition as it is when it is\n"
          "opened. Exit 74: there is no state, or it is damaged, another group's or newer.",
          StateFlags({}), RunList};
}

Command StateGetCommand() {
  return {"state get", "Show a stored row by its name, or all below a name",
          "  lagesbild state get '!meta' --partition 0\n"
          "  lagesbild state get picture/hv/alert --json\n"
          "  lagesbild state get picture/hv/series/hv-22501/family/violence\n"
          "  lagesbild state get picture/hv/report/incidents/polisen/2023-0114-2147\n"
          "Names are those of `lagesbild state dump`; a report is found in its chunk.\n"
          "Exit 1: there is none; 74: the state is missing or damaged.",
          StateFlags({{.name = "name",
                       .help = "Such as source/polisen, picture/hv/alert/a-…",
                       .required = true}}),
          RunGet};
}

Command StateDumpCommand() {
  return {
      "state dump", "Print every stored row with its name, decoded to JSON",
      "  lagesbild state dump --config lagesbild.yaml --json > state.ndjson\n"
      "Names: header, configuration, source/ORG, command/PICTURE/ID, marker/TOPIC/ORG/ID,\n"
      "picture/P/alert/ID, …/series/AREA/OF/HOUR, …/reports/CHUNK, …/shelf/CHUNK,\n"
      "…/shelved/CHUNK, …/sequence/AREA, …/organisations, …/silences; !meta and !local are the\n"
      "engine's. A reporter's hash is never shown. Exit 74: a row cannot be read; the others are\n"
      "printed all the same.",
      StateFlags({}), RunDump};
}

}  // namespace lagesbild::app
