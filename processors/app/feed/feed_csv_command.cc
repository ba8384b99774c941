// lagesbild feed csv.
#include "app/commands.h"
#include "app/exit_code.h"
#include "app/feed/csv_map_file.h"
#include "app/feed/feed_target.h"
#include "feeds/csv_feed.h"

namespace lagesbild::app {
namespace {

constexpr char kWords[] = "feed csv";

void PrintCounts(const feeds::CsvCounts& counts, Io& io) {
  io.err << "feed csv: " << counts.rows << " rows, " << counts.reports << " reports ("
         << counts.corrections << " corrections, " << counts.placed_by_area
         << " without a position, by area), " << counts.duplicates << " duplicates, "
         << counts.left_out << " left out\n";
  for (const auto& [reason, rejected] : counts.rejected) {
    io.err << "feed csv: " << rejected.rows << " rows without a report: " << reason << " (line";
    for (const int64_t line : rejected.lines) io.err << " " << line;
    io.err << (static_cast<size_t>(rejected.rows) > rejected.lines.size() ? " …)\n" : ")\n");
  }
}

int Run(const Args& args, Io& io) {
  // A file can be written without a configuration; then nothing checks the map against it.
  LoadedConfig loaded;
  const bool with_config = args.Given("--config") || !args.Given("--to");
  if (with_config) {
    auto outcome = LoadFromArgs(args, io);
    if (!outcome.loaded.ok()) return outcome.exit_code;
    loaded = *std::move(outcome.loaded);
  }
  const auto map = LoadCsvMap(args.Text("--map"), with_config ? &loaded.settings : nullptr);
  if (!map.ok()) {
    io.err << Message(map.status()) << "\n";
    return ExitCodeOfConfig(map.status());
  }
  const StopSignal stop;
  auto target = OpenFeedTarget(args, loaded, stop);
  if (!target.ok()) return FailFeed(kWords, target.status(), io);
  for (const std::string& file : args.Texts("file")) {
    const auto counts = feeds::PlayCsv(file, *map, **target);
    if (!counts.ok()) return FailFeed(kWords, counts.status(), io);
    PrintCounts(*counts, io);
  }
  if (const Status s = (*target)->Close(); !s.ok()) return FailFeed(kWords, s, io);
  return kExitOk;
}

}  // namespace

Command FeedCsvCommand() {
  return {kWords, "Publish the rows of CSV files as reports",
          "  lagesbild feed csv --map calls-map.yaml --to calls.ndjson.zst calls.csv.zst\n"
          "  lagesbild feed csv --config lagesbild.yaml --map calls-map.yaml calls.csv",
          WithFeedFlags({
              {.name = "file",
               .type = FlagType::kFile,
               .help = "CSV files, plain or .zst or .gz; - is stdin",
               .required = true,
               .many = true},
              {.name = "--map",
               .type = FlagType::kFile,
               .help = "Which column is what, and which value which class (YAML)",
               .required = true},
          }),
          Run};
}

}  // namespace lagesbild::app
