// lagesbild feed town.
#include <filesystem>
#include <fstream>

#include "app/commands.h"
#include "app/exit_code.h"
#include "app/feed/feed_pace.h"
#include "app/feed/feed_target.h"
#include "base/time.h"
#include "feeds/town.h"
#include "feeds/town_config.h"

namespace lagesbild::app {
namespace {

constexpr char kWords[] = "feed town";

Status WriteConfiguration(const std::string& folder, uint64_t seed) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return NotFound(folder + ": " + error.message());
  for (const feeds::TownFile& file : feeds::TownConfiguration(feeds::TownMap(seed))) {
    const std::string path = folder + "/" + file.name;
    if (std::filesystem::exists(path)) {
      return InvalidArgument(path + ": is there already and is left as it is");
    }
    std::ofstream out(path, std::ios::binary);
    out << file.content;
    out.close();
    if (!out) return Unavailable(path + ": cannot be written");
  }
  return absl::OkStatus();
}

// Publishes until town time `until_ms` (0: no end) or a stop; the records it published.
StatusOr<int64_t> Play(feeds::Town& town, int64_t until_ms, FeedPace& pace, FeedTarget& target) {
  int64_t records = 0;
  for (;; ++records) {
    const int64_t at_ms = town.NextMs();
    if (until_ms > 0 && at_ms >= until_ms) break;
    if (pace.Ahead(at_ms)) LB_RETURN_IF_ERROR(target.Flush());
    if (!pace.WaitFor(at_ms)) break;
    LB_RETURN_IF_ERROR(target.Publish(town.Next()));
  }
  LB_RETURN_IF_ERROR(target.Close());
  return records;
}

int Run(const Args& args, Io& io) {
  const auto seed = static_cast<uint64_t>(args.Integer("--seed"));
  if (args.Given("--write-config")) {
    const std::string& folder = args.Text("--write-config");
    if (const Status s = WriteConfiguration(folder, seed); !s.ok()) return FailFeed(kWords, s, io);
    io.err << "feed town: wrote " << folder << "/lagesbild.yaml and what it names\n";
    return kExitOk;
  }
  LoadedConfig loaded;
  const bool to_file = args.Given("--to");
  if (!to_file) {
    auto outcome = LoadFromArgs(args, io);
    if (!outcome.loaded.ok()) return outcome.exit_code;
    loaded = *std::move(outcome.loaded);
  }
  // A file is written at once and must end; topics are written in real time, for the service's
  // clock is the wall's.
  const int64_t start_ms = args.TimeMs("--start").value_or(FloorTo(WallNowMs(), kMinuteMs));
  if (to_file && !args.Given("--for") && !args.Given("--speed")) {
    io.err << "lagesbild feed town: a file wants an end: --for 6h\n";
    return kExitUsage;
  }
  const double speed = args.Given("--speed") ? args.Number("--speed") : (to_file ? 0 : 1);
  auto town = feeds::Town::Create({.seed = seed, .start_ms = start_ms});
  if (!town.ok()) return FailFeed(kWords, town.status(), io);
  const StopSignal stop;
  auto target = OpenFeedTarget(args, loaded, stop);
  if (!target.ok()) return FailFeed(kWords, target.status(), io);
  FeedPace pace(speed, stop);
  const int64_t until_ms = args.Given("--for") ? start_ms + args.DurationMs("--for") : 0;
  const auto records = Play(**town, until_ms, pace, **target);
  if (!records.ok()) return FailFeed(kWords, records.status(), io);
  io.err << "feed town: " << *records << " records from " << FormatTimeMs(start_ms) << " on\n";
  return kExitOk;
}

}  // namespace

Command FeedTownCommand() {
  return {
      kWords, "Publish the life of a made-up town, for trying things out",
      "  lagesbild feed town --write-config town        # its areas, classes, sources and rules\n"
      "  lagesbild feed town --start 2024-11-15T18:00:00+01:00 --for 6h --to evening.ndjson\n"
      "  lagesbild feed town --config town/lagesbild.yaml --set "
      "kafka.bootstrap.servers=localhost:9092",
      WithFeedFlags({
          {.name = "--seed",
           .type = FlagType::kInteger,
           .help = "Another number, another town; the same, the same town",
           .fallback = "1"},
          {.name = "--start",
           .type = FlagType::kTime,
           .help = "When its first evening begins (default: now)"},
          {.name = "--for",
           .type = FlagType::kDuration,
           .help = "How much of it (default: no end)"},
          {.name = "--speed",
           .type = FlagType::kNumber,
           .help = "So many times as fast as real time; 0: as fast as can be (default: 1, to a "
                   "file 0). On topics other than 1 only with clock: records"},
          {.name = "--write-config",
           .help = "Write the town's configuration into this folder, publish nothing"},
      }),
      Run};
}

}  // namespace lagesbild::app
