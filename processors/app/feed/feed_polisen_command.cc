// lagesbild feed polisen.
#include <filesystem>
#include <random>

#include "app/commands.h"
#include "app/config/text_file.h"
#include "app/exit_code.h"
#include "app/feed/feed_target.h"
#include "app/version.h"
#include "feeds/curl_http.h"
#include "feeds/polisen_feed.h"
#include "feeds/polisen_recording.h"

namespace lagesbild::app {
namespace {

constexpr char kWords[] = "feed polisen";

// What a conversion stands on; PolisenSettings borrows from it.
struct Tables {
  feeds::PolisenTypes types;
  feeds::PlaceNames places;
  feeds::PolisenSettings settings;
};

// Every class of the table must be one of the configuration.
Status CheckTypes(const feeds::PolisenTypes& types, const std::string& path,
                  const Settings& settings) {
  std::vector<std::string> names;
  for (const IncidentClass& c : settings.classes) names.push_back(c.name);
  Diagnostics diagnostics;
  for (const feeds::PolisenTypes::Entry& entry : types.entries()) {
    if (settings.FindClass(entry.target.class_name) >= 0) continue;
    diagnostics.Error({path, entry.line}, "class \"" + entry.target.class_name +
                                              "\" is not in the configuration" +
                                              DidYouMean(entry.target.class_name, names));
  }
  return diagnostics.ToStatus();
}

Status LoadTables(const Args& args, const LoadedConfig& loaded, Tables& tables) {
  const Settings& settings = loaded.settings;
  std::string path = args.Text("--types");
  if (path.empty()) {
    const std::string folder = FolderOf(loaded.config.file);
    path = (folder.empty() ? "" : folder + "/") + "polisen-types.csv";
  }
  LB_ASSIGN_OR_RETURN(tables.types, feeds::PolisenTypes::Load(path));
  LB_RETURN_IF_ERROR(CheckTypes(tables.types, path, settings));
  tables.places = feeds::PlaceNames(settings, {.municipality = args.Text("--municipality-level"),
                                               .county = args.Text("--county-level")});
  tables.settings = {.types = &tables.types, .places = &tables.places, .org = args.Text("--org")};
  if (!absl::LoadTimeZone("Europe/Stockholm", &tables.settings.zone)) {
    return FailedPrecondition("no time zone data for Europe/Stockholm (package tzdata)");
  }
  const int source = settings.FindSource(tables.settings.org);
  if (source < 0) {
    return InvalidArgument("--org: \"" + tables.settings.org + "\" is not in sources.yaml");
  }
  const std::string& topic = settings.sources[static_cast<size_t>(source)].topic;
  if (!topic.empty()) tables.settings.topic = topic;
  return absl::OkStatus();
}

void PrintConvertCounts(const feeds::ConvertCounts& counts, Io& io) {
  io.err << "feed polisen: " << counts.reports << " reports, " << counts.multi
         << " of them summaries or news; time of publication taken: " << counts.time_unreadable
         << " without a time in the name, " << counts.time_after_publication
         << " with one after publication; place: " << counts.place_by_gps << " by a coarse point, "
         << counts.without_place << " without; " << counts.malformed << " malformed\n";
  for (const auto& [type, count] : counts.unknown_types) {
    io.err << "feed polisen: type \"" << type << "\" is not in the table (" << count << ")\n";
  }
}

void PrintAnswerCounts(const feeds::AnswerCounts& counts, Io& io) {
  io.err << "feed polisen: answers: " << counts.good << " good, " << counts.partial << " partial, "
         << counts.stale << " stale, " << counts.unusable << " unusable; events: " << counts.fresh
         << " new, " << counts.edits << " edits\n";
}

int PlayRecording(const Args& args, const Tables& tables, FeedTarget& target, Io& io) {
  std::vector<std::string> files = args.Texts("--from-recording");
  for (const std::string& more : args.Texts("file")) files.push_back(more);
  const auto counts = feeds::PlayPolisenRecording(files, tables.settings, target);
  if (!counts.ok()) return FailFeed(kWords, counts.status(), io);
  if (const Status s = target.Close(); !s.ok()) return FailFeed(kWords, s, io);
  if (counts->versions > 0) {
    io.err << "feed polisen: " << counts->versions << " recorded versions\n";
  }
  if (counts->answers.good + counts->answers.unusable > 0) PrintAnswerCounts(counts->answers, io);
  PrintConvertCounts(counts->convert, io);
  return kExitOk;
}

class RealTime : public feeds::Waiting {
 public:
  explicit RealTime(const StopSignal& stop) : stop_(stop) {}
  int64_t NowMs() override { return WallNowMs(); }
  bool WaitUntil(int64_t at_ms) override { return stop_.SleepUntil(at_ms); }

 private:
  const StopSignal& stop_;
};

std::string UserAgent(const Args& args) {
  std::string agent = std::string("lagesbild/") + kVersion + " (feed polisen";
  if (args.Given("--contact")) agent += "; " + args.Text("--contact");
  return agent + ")";
}

int Poll(const Args& args, const LoadedConfig& loaded, const Tables& tables, FeedTarget& target,
         const StopSignal& stop, Io& io) {
  feeds::PolisenFeedOptions options;
  options.url = args.Text("--url");
  options.state_file = args.Text("--state");
  if (options.state_file.empty()) {
    options.state_file = loaded.config.state_dir + "/feed-polisen.json";
    std::error_code ignored;  // saving says what is wrong
    std::filesystem::create_directories(loaded.config.state_dir, ignored);
  }
  options.limits.interval_ms = args.DurationMs("--interval");
  options.rounds_max = args.Switch("--once") ? 1 : 0;
  std::mt19937_64 engine{std::random_device{}()};
  options.random = [&] { return std::uniform_real_distribution<double>(0, 1)(engine); };
  options.say = [&](const std::string& line) { io.err << line << "\n" << std::flush; };
  auto http = feeds::CurlHttp::Create(UserAgent(args));
  if (!http.ok()) return FailFeed(kWords, http.status(), io);
  feeds::PolisenConverter converter(tables.settings);
  RealTime time(stop);
  const auto counts = feeds::RunPolisenFeed(options, converter, **http, target, time);
  if (!counts.ok()) return FailFeed(kWords, counts.status(), io);
  if (const Status s = target.Close(); !s.ok()) return FailFeed(kWords, s, io);
  io.err << "feed polisen: " << counts->calls << " calls, " << counts->unchanged << " unchanged, "
         << counts->failures << " failed\n";
  PrintAnswerCounts(counts->answers, io);
  PrintConvertCounts(converter.counts(), io);
  return args.Switch("--once") && counts->failures > 0 ? kExitUnavailable : kExitOk;
}

int Run(const Args& args, Io& io) {
  const bool recorded = args.Given("--from-recording");
  if (!recorded && args.Given("file")) {
    io.err << "lagesbild feed polisen: files are recordings: --from-recording FILE…\n";
    return kExitUsage;
  }
  if (args.DurationMs("--interval") < 60'000) {
    io.err << "lagesbild feed polisen: --interval: 1m is the least that is polite\n";
    return kExitUsage;
  }
  const auto [loaded, exit_code] = LoadFromArgs(args, io);
  if (!loaded.ok()) return exit_code;
  Tables tables;
  if (const Status s = LoadTables(args, *loaded, tables); !s.ok()) {
    io.err << Message(s) << "\n";
    return kExitBadConfig;
  }
  const StopSignal stop;
  auto target = OpenFeedTarget(args, *loaded, stop);
  if (!target.ok()) return FailFeed(kWords, target.status(), io);
  return recorded ? PlayRecording(args, tables, **target, io)
                  : Poll(args, *loaded, tables, **target, stop, io);
}

}  // namespace

Command FeedPolisenCommand() {
  return {
      kWords, "Publish the events of the Swedish police, from polisen.se or from recordings",
      "  lagesbild feed polisen --config deploy/sweden/lagesbild.yaml --contact ops@example.org\n"
      "  lagesbild feed polisen --config deploy/sweden/lagesbild.yaml \\\n"
      "    --from-recording event_versions.jsonl.zst --to versions.ndjson.zst",
      WithFeedFlags({
          {.name = "--from-recording",
           .type = FlagType::kFile,
           .help = "Play recorded answers or versions (.zst, .gz too) instead of asking the API",
           .many = true},
          {.name = "file",
           .type = FlagType::kFile,
           .help = "More recordings; all are played in the order of their times",
           .many = true},
          {.name = "--types",
           .type = FlagType::kFile,
           .help = "Table from event types to classes (default: polisen-types.csv beside the "
                   "configuration)"},
          {.name = "--org", .help = "The source's name in sources.yaml", .fallback = "polisen"},
          {.name = "--municipality-level",
           .help = "The areas' level that \"Umeå\" is one of",
           .fallback = "municipality"},
          {.name = "--county-level",
           .help = "The areas' level that \"Skåne län\" is one of",
           .fallback = "county"},
          {.name = "--interval",
           .type = FlagType::kDuration,
           .help = "Between two calls; never more than 60 an hour and 1440 a day",
           .fallback = "2m"},
          {.name = "--state",
           .type = FlagType::kFile,
           .help = "Where the revisions sent are kept (default: feed-polisen.json in state.dir)"},
          {.name = "--contact",
           .help = "How to reach you; sent to the API as part of the user agent"},
          {.name = "--once", .type = FlagType::kSwitch, .help = "Make one call and end"},
          {.name = "--url", .help = "The API", .fallback = "https://polisen.se/api/events"},
      }),
      Run};
}

}  // namespace lagesbild::app
