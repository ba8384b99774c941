// lagesbild run.
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <stop_token>
#include <thread>

#include "app/commands.h"
#include "app/config/config_args.h"
#include "app/exit_code.h"
#include "app/service/host.h"
#include "app/service/stop_signal.h"
#include "app/service/topics_file.h"
#include "stream/service.h"

namespace lagesbild::app {
namespace {

constexpr int64_t kLookMs = 100;  // how often a running service looks at signals

volatile std::sig_atomic_t reload_asked = 0;

int Fail(const Status& status, Io& io) {
  io.err << "lagesbild run: " << Message(status) << "\n";
  return ExitCodeOf(status);
}

// One a process and stable over restarts, so that a restarted instance gets its partitions back at
// once.
std::string InstanceId(const Args& args) {
  if (args.Given("--instance")) return args.Text("--instance");
  char name[256] = "instance";
  gethostname(name, sizeof name - 1);
  return name;
}

stream::ServiceOptions OptionsOf(const Args& args, const LoadedConfig& loaded) {
  const Config& config = loaded.config;
  stream::ServiceOptions options;
  options.group = config.group;
  options.instance_id = InstanceId(args);
  options.topics = stream::MakeTopics(config.topics_prefix, loaded.settings, config.group);
  options.intake = args.Text("--only") != "picture";
  options.picture = args.Text("--only") != "intake";
  options.picture_workers = static_cast<int>(std::max<int64_t>(1, args.Integer("--workers")));
  options.clock = ServiceClock(config);
  options.max_wait = config.order_max_wait;
  options.tick_interval = config.tick_interval;
  options.commit_interval = config.commit_interval;
  options.commit_bytes = config.commit_bytes;
  options.resume_from_changelog = args.Switch("--accept-rewind");
  options.rewrite_changelog = args.Switch("--rewrite-changelog");
  options.stop_when_done = config.clock == ClockMode::kRecords && options.intake && options.picture;
  return options;
}

// Reads the configuration anew; what is wrong with it changes nothing.
void Reload(const Args& args, Io& io, const std::string& secret, stream::Service& service,
            stream::Metrics& metrics) {
  const auto [loaded, exit_code] = LoadFromArgs(args, io);
  if (loaded.ok()) {
    auto intake = MakeIntakeConfiguration(*loaded, secret);
    if (intake.ok()) {
      service.Reconfigure(std::move(*intake));
      return;
    }
    io.err << "lagesbild run: " << Message(intake.status()) << "\n";
  }
  io.err << "lagesbild run: the configuration stays as it was\n";
  metrics.counter("configuration_rejected_total", {}).Add(1);
}

// Until a signal, an error, or the end of a run with clock: records.
Status Serve(const Args& args, Io& io, const std::string& secret, stream::Service& service,
             stream::Metrics& metrics) {
  const StopSignal stop;
  std::signal(SIGHUP, [](int) { reload_asked = 1; });
  std::atomic<bool> ended = false;
  Status status;
  std::jthread runner([&](std::stop_token token) {
    status = service.Run(std::move(token));
    ended = true;
  });
  while (!ended && stop.SleepUntil(WallNowMs() + kLookMs)) {
    if (reload_asked != 0) {
      reload_asked = 0;
      Reload(args, io, secret, service, metrics);
    }
  }
  runner.request_stop();
  runner.join();
  return status;
}

int Run(const Args& args, Io& io) {
  auto [loaded, exit_code] = LoadFromArgs(args, io);
  if (!loaded.ok()) return exit_code;
  const bool embedded = args.Switch("--embedded");
  if (!embedded && loaded->config.kafka.bootstrap_servers.empty()) {
    io.err << "lagesbild run: kafka.bootstrap.servers is not set; set it, or use --embedded\n";
    return kExitBadConfig;
  }
  if (!embedded && loaded->config.tips_secret_file.empty()) {
    io.err << "lagesbild run: tips.secret_file is not set; it names the file whose content keys "
              "the hashes of "
              "reporters, the same for every instance\n";
    return kExitBadConfig;
  }
  // The embedded log is this machine's alone: a fixed key tells reporters apart as well as a secret
  // one.
  const std::string secret = embedded && loaded->config.tips_secret_file.empty() ? "embedded" : "";
  auto intake = MakeIntakeConfiguration(*loaded, secret);
  if (!intake.ok()) return Fail(intake.status(), io);
  io::SystemClock clock;
  auto host = Host::Open(*loaded, {.embedded = embedded}, clock, io.err);
  if (!host.ok()) return Fail(host.status(), io);
  if (embedded) {
    const Status status = CreateEmbeddedTopics((*host)->log(), *loaded,
                                               static_cast<int32_t>(args.Integer("--partitions")));
    if (!status.ok()) return Fail(status, io);
  }
  const std::string key = (*intake)->secret;
  stream::World world = (*host)->world();
  stream::ServiceOptions options = OptionsOf(args, *loaded);
  if (!embedded) {
    auto specs = ReadTopics(kTopicsYaml, "topics.yaml", TopicsOptionsOf(*loaded));
    if (!specs.ok()) return Fail(specs.status(), io);
    options.topic_specs = *std::move(specs);
  }
  stream::Service service(std::move(options), world, std::move(*intake));
  const Status ended = Serve(args, io, key, service, world.metrics);
  return ended.ok() ? kExitOk : Fail(ended, io);
}

}  // namespace

Command RunCommand() {
  return {
      "run",
      "The service: intake and picture over Kafka, or over the embedded log",
      "  lagesbild run --config /etc/lagesbild/lagesbild.yaml\n"
      "  lagesbild run --config lagesbild.yaml --only picture --workers 2\n"
      "  lagesbild run --config lagesbild.yaml --embedded --set state.dir=./state",
      WithConfigFlags({
          {.name = "--only", .help = "Run only this part", .choices = {"intake", "picture"}},
          {.name = "--workers",
           .type = FlagType::kInteger,
           .help = "Threads for the picture; they share the log partitions",
           .fallback = "1"},
          {.name = "--instance",
           .help = "Name of this instance in its groups, one a process and the same after a "
                   "restart (default: the "
                   "host's name)"},
          {.name = "--accept-rewind",
           .type = FlagType::kSwitch,
           .help = "The groups' offsets were set by hand or are gone: intake goes on from what "
                   "they are, the picture from the changelog"},
          {.name = "--rewrite-changelog",
           .type = FlagType::kSwitch,
           .help = "The changelog was deleted or cut: write it anew from the state that is here"},
          {.name = "--embedded",
           .type = FlagType::kSwitch,
           .help = "No Kafka: a log in state.dir, one process"},
          {.name = "--partitions",
           .type = FlagType::kInteger,
           .help = "Partitions of a new embedded log",
           .fallback = "1"},
      }),
      Run,
  };
}

}  // namespace lagesbild::app
