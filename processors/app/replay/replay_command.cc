// lagesbild replay.
#include <chrono>
#include <cstdio>
#include <optional>

#include "app/commands.h"
#include "app/config/config_args.h"
#include "app/exit_code.h"
#include "app/replay/replay.h"
#include "base/time.h"
#include "feeds/replay_reader.h"
#include "io/line_reader.h"
#include "io/rocksdb_store.h"

namespace lagesbild::app {
namespace {

// Reads the files in turn. Stops at the first record after `until_ms`, if there is one.
class Files {
 public:
  Files(Replay& replay, std::optional<int64_t> until_ms, Io& io)
      : replay_(replay), until_ms_(until_ms), io_(io) {}

  // An exit code.
  int Read(const std::vector<std::string>& paths) {
    for (size_t i = 0; i < paths.size() && !past_until_; ++i) {
      if (const int code = ReadOne(paths[i], static_cast<int32_t>(i)); code != kExitOk) return code;
    }
    return kExitOk;
  }

 private:
  int ReadOne(const std::string& path, int32_t file) {
    auto reader = io::LineReader::Open(path);
    if (!reader.ok()) {
      io_.err << "lagesbild replay: " << Message(reader.status()) << "\n";
      return reader.status().code() == StatusCode::kNotFound ? kExitNoFile : kExitBadInput;
    }
    std::string_view line;
    while (!past_until_) {
      const auto more = (*reader)->Next(line);
      if (!more.ok()) return Bad(path, (*reader)->line(), more.status());
      if (!*more) break;
      if (line.empty()) continue;
      if (Status s = parser_.Parse(line, message_); !s.ok()) return Bad(path, (*reader)->line(), s);
      past_until_ = until_ms_ && message_.timestamp_ms > *until_ms_;
      if (past_until_) break;
      if (Status s = replay_.Take(message_, file, (*reader)->line()); !s.ok())
        return Bad(path, (*reader)->line(), s);
    }
    return kExitOk;
  }

  int Bad(const std::string& path, int64_t line, const Status& status) {
    io_.err << "lagesbild replay: " << path << ":" << line + 1 << ": " << Message(status) << "\n";
    return status.code() == StatusCode::kInvalidArgument ? kExitBadInput : kExitInternal;
  }

  Replay& replay_;
  const std::optional<int64_t> until_ms_;
  Io& io_;
  feeds::ReplayReader parser_;
  feeds::RawMessage message_;
  bool past_until_ = false;
};

// Where --dir keeps the state; nowhere without it.
struct State {
  Status Open(const std::string& dir, int64_t memory_bytes) {
    if (dir.empty()) return absl::OkStatus();
    memory.emplace(static_cast<size_t>(memory_bytes));
    LB_ASSIGN_OR_RETURN(stores, io::RocksStores::Open(dir, "replay", *memory));
    LB_ASSIGN_OR_RETURN(store, stores->Open(0));
    return absl::OkStatus();
  }
  std::optional<io::RocksMemory> memory;
  std::unique_ptr<io::RocksStores> stores;
  std::unique_ptr<stream::Store> store;
};

StatusOr<ReplayOptions> OptionsOf(const Args& args) {
  ReplayOptions options;
  options.every_aggregate = args.Text("--aggregates") == "all";
  if (!args.Given("--only")) return options;
  options.alerts = options.dead_letters = options.aggregates = false;
  std::string list = args.Text("--only") + ",";
  for (size_t comma = list.find(','); !list.empty(); comma = list.find(',')) {
    const std::string topic = list.substr(0, comma);
    if (topic == "alerts") {
      options.alerts = true;
    } else if (topic == "dead-letters") {
      options.dead_letters = true;
    } else if (topic == "aggregates") {
      options.aggregates = true;
    } else {
      return InvalidArgument("--only: a list of alerts, dead-letters, aggregates");
    }
    list.erase(0, comma + 1);
  }
  return options;
}

void PrintSummary(const ReplaySummary& summary, double seconds, Io& io) {
  char rate[64];
  std::snprintf(rate, sizeof rate, "%.2f s, %.0f records/s", seconds,
                seconds > 0 ? static_cast<double>(summary.records) / seconds : 0.0);
  int64_t dead = 0;
  for (int64_t n : summary.dead_letters) dead += n;
  io.err << "replay: " << summary.records << " records in " << rate << "; " << summary.alerts
         << " alert transitions, " << summary.out_of_area << " out of area, " << dead
         << " dead letters";
  for (int r = 1; r < kReasonCount; ++r) {
    if (summary.dead_letters[r] != 0) {
      io.err << (dead != 0 ? " (" : ", ") << ReasonName(static_cast<Reason>(r)) << " "
             << summary.dead_letters[r];
      dead = 0;
    }
  }
  io.err << (summary.dead_letters == std::array<int64_t, kReasonCount>{} ? "\n" : ")\n");
}

int RunReplay(const Args& args, Io& io) {
  const auto [loaded, exit_code] = LoadFromArgs(args, io);
  if (!loaded.ok()) return exit_code;
  const auto options = OptionsOf(args);
  if (!options.ok()) {
    io.err << "lagesbild replay: " << Message(options.status()) << "\n";
    return kExitUsage;
  }
  auto areas = intake::AreaIndex::Build(loaded->settings.areas, loaded->shapes);
  if (!areas.ok()) {
    io.err << "lagesbild replay: " << Message(areas.status()) << "\n";
    return kExitBadConfig;
  }
  State state;
  if (Status s = state.Open(args.Text("--dir"), loaded->config.state_memory_bytes); !s.ok()) {
    io.err << "lagesbild replay: " << Message(s) << "\n";
    return kExitStateDamaged;
  }
  // Any key will do: the hashes only have to tell reporters apart within one replay, and the same
  // in the next.
  Replay replay(*loaded, std::move(*areas), "replay", *options, state.store.get(), io.out);
  if (Status s = replay.Restore(); !s.ok()) {
    io.err << "lagesbild replay: " << args.Text("--dir") << ": " << Message(s) << "\n";
    return kExitStateDamaged;
  }
  const auto start = std::chrono::steady_clock::now();
  const std::optional<int64_t> until_ms = args.TimeMs("--until");
  if (const int code = Files(replay, until_ms, io).Read(args.Texts("file")); code != kExitOk)
    return code;
  if (Status s = replay.Finish(until_ms); !s.ok()) {
    io.err << "lagesbild replay: " << Message(s) << "\n";
    return kExitInternal;
  }
  PrintSummary(replay.summary(),
               std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), io);
  return kExitOk;
}

}  // namespace

Command ReplayCommand() {
  return {
      "replay",
      "run recorded input through intake and picture, without Kafka; prints alerts and final "
      "aggregates",
      "  lagesbild replay --config lagesbild.yaml evening.ndjson\n"
      "  lagesbild replay --config lagesbild.yaml --only=alerts 2023.ndjson.zst 2024.ndjson.zst\n"
      "  zcat evening.ndjson.gz | lagesbild replay --config lagesbild.yaml --until "
      "2023-01-15T06:00:00+01:00 -",
      WithConfigFlags({
          {"file",
           FlagType::kFile,
           "replay input, NDJSON, plain or .zst or .gz; - is stdin",
           "",
           {},
           true,
           true},
          {"--until", FlagType::kTime, "run the clock on to this time; later records are not read"},
          {"--dir", FlagType::kText, "keep the state in this folder and go on from it"},
          {"--aggregates",
           FlagType::kText,
           "each change of an area, or the last only",
           "last",
           {"last", "all"}},
          {"--only", FlagType::kText, "write only these, a list of alerts,dead-letters,aggregates"},
      }),
      RunReplay,
  };
}

}  // namespace lagesbild::app
