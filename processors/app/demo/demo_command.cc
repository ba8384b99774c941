// lagesbild demo.
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "app/commands.h"
#include "app/demo/demo_view.h"
#include "app/demo/scaled_clock.h"
#include "app/exit_code.h"
#include "app/service/host.h"
#include "app/service/log_publisher.h"
#include "app/service/output_reader.h"
#include "app/service/stop_signal.h"
#include "base/json_writer.h"
#include "base/time.h"
#include "feeds/town.h"
#include "feeds/town_config.h"
#include "stream/service.h"

namespace lagesbild::app {
namespace {

constexpr double kSpeed = 180;               // an hour in twenty seconds
constexpr int64_t kStepMs = 10 * 60 * 1000;  // of the spark lines, in town time
constexpr absl::Duration kFrame = absl::Milliseconds(100);

// A folder of the demo's own, gone with it; or the one that --dir names, which stays.
class Folder {
 public:
  static StatusOr<std::unique_ptr<Folder>> Make(const std::string& wanted) {
    if (!wanted.empty()) {
      std::error_code error;
      std::filesystem::create_directories(wanted, error);
      if (error) return NotFound(wanted + ": " + error.message());
      return std::unique_ptr<Folder>(new Folder(wanted, false));
    }
    std::string name = (std::filesystem::temp_directory_path() / "lagesbild-demo-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) return NotFound("cannot make a folder for the demo");
    return std::unique_ptr<Folder>(new Folder(name, true));
  }
  ~Folder() {
    std::error_code ignored;
    if (temporary_) std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  Folder(std::string path, bool temporary) : path_(std::move(path)), temporary_(temporary) {}
  const std::string path_;
  const bool temporary_;
};

Status WriteFiles(const std::string& folder, const feeds::TownMap& map) {
  for (const feeds::TownFile& file : feeds::TownConfiguration(map)) {
    std::ofstream out(folder + "/" + file.name, std::ios::binary | std::ios::trunc);
    out << file.content;
    out.close();
    if (!out) return Unavailable(folder + "/" + file.name + ": cannot be written");
  }
  return absl::OkStatus();
}

DemoViewOptions ViewOptions(const Args& args, const Io& io) {
  DemoViewOptions options;
  const char* lang = std::getenv("LANG");
  const std::string wanted =
      args.Given("--lang") ? args.Text("--lang") : (lang == nullptr ? "" : lang);
  options.swedish = wanted.rfind("sv", 0) == 0;
  options.color = io.color_out;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 40) {
    options.width = size.ws_col;
    options.height = size.ws_row;
  }
  return options;
}

// The town's records as they come due, the outputs as they are committed, a frame ten times a
// second.
class Demo {
 public:
  Demo(feeds::Town& town, ScaledClock& clock, LogPublisher& publisher, OutputReader& outputs,
       DemoView& view, Io& io, bool live, bool json)
      : town_(town),
        clock_(clock),
        publisher_(publisher),
        outputs_(outputs),
        view_(view),
        io_(io),
        live_(live),
        json_(json) {}

  // Until `until_ms` of town time, a stop, or the service's end.
  Status Play(int64_t until_ms, const StopSignal& stop, const std::atomic<bool>& ended) {
    int64_t next_step_ms = town_.NextMs() + kStepMs;
    while (!ended && clock_.WallMs() < until_ms && !stop.requested()) {
      while (town_.NextMs() <= clock_.WallMs()) {
        const feeds::RawMessage message = town_.Next();
        LB_RETURN_IF_ERROR(publisher_.Publish(message));
        view_.TakeReport(message.timestamp_ms);
      }
      LB_RETURN_IF_ERROR(publisher_.Flush());
      LB_RETURN_IF_ERROR(ReadOutputs(std::min(kFrame, clock_.RealUntil(town_.NextMs()))));
      for (; next_step_ms <= clock_.WallMs(); next_step_ms += kStepMs) view_.Step();
      Draw();
    }
    return ReadOutputs(kFrame);
  }

  // The last frame stays on the screen.
  void Draw() {
    if (!live_ || absl::Now() - drawn_ < kFrame) return;
    drawn_ = absl::Now();
    io_.out << "\x1b[H\x1b[2J" << view_.Screen(clock_.WallMs()) << std::flush;
  }

 private:
  Status ReadOutputs(absl::Duration wait) {
    Status status;
    LB_RETURN_IF_ERROR(
        outputs_.Read(wait, [&](std::string_view topic, const stream::RecordView& record) {
          if (!record.value.has_value()) return;
          if (json_) WriteJson(topic, record);
          if (topic == "alerts") {
            status.Update(view_.TakeAlert(*record.value));
            if (!live_ && !json_) io_.out << view_.LastLine() << "\n" << std::flush;
          } else if (topic == "aggregates") {
            status.Update(view_.TakeAggregate(*record.value));
          }
        }));
    return status;
  }

  void WriteJson(std::string_view topic, const stream::RecordView& record) {
    std::string line;
    JsonWriter w(line);
    w.BeginObject().Key("topic").String(topic).Key("timestamp").Time(record.timestamp_ms);
    w.Key("key").String(record.key).Key("headers").BeginObject();
    for (const stream::HeaderView& header : record.headers) w.Key(header.name).String(header.value);
    w.EndObject().Key("value").Raw(*record.value).EndObject();
    io_.out << line << "\n" << std::flush;
  }

  feeds::Town& town_;
  ScaledClock& clock_;
  LogPublisher& publisher_;
  OutputReader& outputs_;
  DemoView& view_;
  Io& io_;
  const bool live_, json_;
  absl::Time drawn_ = absl::InfinitePast();
};

int Fail(const Status& status, Io& io) {
  io.err << "lagesbild demo: " << Message(status) << "\n";
  return ExitCodeOf(status);
}

void SayWhatNext(const DemoView& view, const Args& args, Io& io) {
  io.err << "\n"
         << view.reports() << " records, " << view.transitions()
         << " alert transitions. What to try next:\n"
         << "  lagesbild demo --speed 600 --lang sv          another pace, the other language\n"
         << "  lagesbild demo --json --seconds 20 | lagesbild alerts list --from -\n"
         << "  lagesbild feed town --write-config town       the configuration that this ran on\n"
         << "  lagesbild init mine --areas my.geojson        a configuration for your own areas\n";
  if (args.Given("--dir"))
    io.err << "State and configuration are in " << args.Text("--dir") << "\n";
}

int Run(const Args& args, Io& io) {
  const StopSignal stop;
  const double speed = args.Given("--speed") ? args.Number("--speed") : kSpeed;
  if (speed <= 0) {
    io.err << "lagesbild demo: --speed must be above 0\n";
    return kExitUsage;
  }
  // A Friday evening in the town's own past, so that the seed alone decides what is shown.
  const int64_t start_ms = *ParseTimeMs("2024-11-15T18:00:00+01:00");
  auto town = feeds::Town::Create(
      {.seed = static_cast<uint64_t>(args.Integer("--seed")), .start_ms = start_ms});
  if (!town.ok()) return Fail(town.status(), io);
  const auto folder = Folder::Make(args.Text("--dir"));
  if (!folder.ok()) return Fail(folder.status(), io);
  if (const Status s = WriteFiles((*folder)->path(), (*town)->map()); !s.ok()) return Fail(s, io);
  // The environment is somebody else's configuration: the demo shows the town's.
  const std::vector<Override> overrides = {{"state.dir", (*folder)->path() + "/state", "--dir"},
                                           {"tick.interval", "20s", "demo"},
                                           {"commit.interval", "10s", "demo"}};
  auto loaded = LoadConfig((*folder)->path() + "/lagesbild.yaml", {}, overrides);
  if (!loaded.ok()) return Fail(loaded.status(), io);
  loaded->config.http_admin.clear();  // two demos may run beside each other
  auto intake = MakeIntakeConfiguration(*loaded, "demo");
  if (!intake.ok()) return Fail(intake.status(), io);
  io::SystemClock real;
  ScaledClock clock(real, start_ms, speed);
  auto host =
      Host::Open(*loaded, {.embedded = true, .least = stream::Level::kWarning}, clock, io.err);
  if (!host.ok()) return Fail(host.status(), io);
  const stream::Topics topics =
      stream::MakeTopics(loaded->config.topics_prefix, loaded->settings, loaded->config.group);
  if (const Status s = CreateEmbeddedTopics((*host)->log(), *loaded, 1); !s.ok())
    return Fail(s, io);
  auto publisher = LogPublisher::Open((*host)->log(), topics);
  if (!publisher.ok()) return Fail(publisher.status(), io);
  auto outputs = OutputReader::Open((*host)->log(), topics);
  if (!outputs.ok()) return Fail(outputs.status(), io);
  stream::ServiceOptions options;
  options.group = loaded->config.group;
  options.instance_id = "demo";
  options.topics = topics;
  options.tick_interval = loaded->config.tick_interval;
  options.commit_interval = loaded->config.commit_interval;
  stream::Service service(std::move(options), (*host)->world(), std::move(*intake));
  std::atomic<bool> service_ended = false;
  Status ended;
  std::jthread runner([&](std::stop_token token) {
    ended = service.Run(std::move(token));
    service_ended = true;
  });

  const bool json = args.Switch("--json");
  const bool live = !json && isatty(STDOUT_FILENO) != 0;
  DemoView view(&loaded->settings, ViewOptions(args, io));
  Demo demo(**town, clock, **publisher, **outputs, view, io, live, json);
  const double seconds = args.Number("--seconds");
  const int64_t until_ms = start_ms + static_cast<int64_t>(seconds * speed * 1000);
  const Status played = demo.Play(until_ms, stop, service_ended);
  demo.Draw();
  runner.request_stop();
  runner.join();
  if (!played.ok()) return Fail(played, io);
  if (!ended.ok()) return Fail(ended, io);
  SayWhatNext(view, args, io);
  return kExitOk;
}

}  // namespace

Command DemoCommand() {
  return {
      "demo",
      "An evening in a made-up town, live in this terminal; no Kafka, no network, leaves nothing "
      "behind",
      "  lagesbild demo\n"
      "  lagesbild demo --seed 7 --speed 600 --lang sv\n"
      "  lagesbild demo --json --seconds 20 > evening.ndjson",
      {
          {.name = "--seconds",
           .type = FlagType::kNumber,
           .help = "End after so many real seconds",
           .fallback = "90"},
          {.name = "--seed",
           .type = FlagType::kInteger,
           .help = "Another number, another town; the same, the same town",
           .fallback = "1"},
          {.name = "--speed",
           .type = FlagType::kNumber,
           .help = "So many times as fast as real time",
           .fallback = "180"},
          {.name = "--lang",
           .help = "Language of the sentences (default: that of LANG)",
           .choices = {"sv", "en"}},
          {.name = "--json",
           .type = FlagType::kSwitch,
           .help = "Write the output records, as replay does; no view"},
          {.name = "--dir", .help = "Keep state and configuration in this folder"},
      },
      Run,
  };
}

}  // namespace lagesbild::app
