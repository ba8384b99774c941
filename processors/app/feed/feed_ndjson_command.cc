// lagesbild feed ndjson.
#include "app/commands.h"
#include "app/exit_code.h"
#include "app/feed/feed_pace.h"
#include "app/feed/feed_target.h"
#include "feeds/replay_reader.h"
#include "io/line_reader.h"

namespace lagesbild::app {
namespace {

constexpr char kWords[] = "feed ndjson";

// Publishes one file. The records it published are added to `records`.
Status PlayFile(const std::string& path, FeedPace& pace, FeedTarget& target, int64_t& records) {
  LB_ASSIGN_OR_RETURN(auto lines, io::LineReader::Open(path));
  feeds::ReplayReader reader;
  feeds::RawMessage message;
  std::string_view line;
  for (;;) {
    LB_ASSIGN_OR_RETURN(const bool more, lines->Next(line));
    if (!more) return absl::OkStatus();
    if (line.empty()) continue;
    const auto at_line = [&](const Status& s) {
      return Error(s.code(), path + ":" + std::to_string(lines->line() + 1) + ": " + Message(s));
    };
    if (const Status s = reader.Parse(line, message); !s.ok()) return at_line(s);
    if (pace.Ahead(message.timestamp_ms)) LB_RETURN_IF_ERROR(target.Flush());
    if (!pace.WaitFor(message.timestamp_ms)) return absl::OkStatus();
    if (const Status s = target.Publish(message); !s.ok()) return at_line(s);
    ++records;
  }
}

int Run(const Args& args, Io& io) {
  LoadedConfig loaded;
  if (!args.Given("--to")) {
    auto outcome = LoadFromArgs(args, io);
    if (!outcome.loaded.ok()) return outcome.exit_code;
    loaded = *std::move(outcome.loaded);
  }
  const StopSignal stop;
  auto target = OpenFeedTarget(args, loaded, stop);
  if (!target.ok()) return FailFeed(kWords, target.status(), io);
  FeedPace pace(args.Number("--speed"), stop);
  int64_t records = 0;
  for (const std::string& path : args.Texts("file")) {
    if (const Status s = PlayFile(path, pace, **target, records); !s.ok()) {
      return FailFeed(kWords, s, io);
    }
  }
  if (const Status s = (*target)->Close(); !s.ok()) return FailFeed(kWords, s, io);
  io.err << "feed ndjson: " << records << " records\n";
  return kExitOk;
}

}  // namespace

Command FeedNdjsonCommand() {
  return {kWords, "Publish replay input (NDJSON) to the input topics, records as they stand",
          "  lagesbild feed ndjson --config lagesbild.yaml evening.ndjson.zst\n"
          "  lagesbild feed ndjson --config lagesbild.yaml --speed 60 evening.ndjson",
          WithFeedFlags({
              {.name = "file",
               .type = FlagType::kFile,
               .help = "Replay input, plain or .zst or .gz; - is stdin",
               .required = true,
               .many = true},
              {.name = "--speed",
               .type = FlagType::kNumber,
               .help = "At the pace of the records' times, so many times as fast; 0: no pace",
               .fallback = "0"},
          }),
          Run};
}

}  // namespace lagesbild::app
