#include "app/service/host.h"

#include <filesystem>
#include <utility>
#include <vector>

#include "app/config/kafka_settings.h"
#include "app/version.h"
#include "base/time.h"
#include "io/kafka_log.h"
#include "stream/topics.h"

namespace lagesbild::app {
namespace {

io::PrometheusOptions MetricsOptions(const LoadedConfig& loaded) {
  const stream::Topics topics =
      stream::MakeTopics(loaded.config.topics_prefix, loaded.settings, loaded.config.group);
  io::PrometheusOptions options;
  options.version = kVersion;
  for (const stream::RawTopic& raw : topics.raw) options.consumed_topics.push_back(raw.name);
  options.consumed_topics.push_back(topics.picture_log);
  options.produced_topics = {topics.picture_log, topics.alerts, topics.aggregates,
                             topics.dead_letters, topics.changelog};
  for (const Rule& rule : loaded.settings.rules) options.rules.push_back(rule.id);
  for (const Source& source : loaded.settings.sources) options.sources.push_back(source.org);
  return options;
}

StatusOr<std::unique_ptr<stream::Log>> OpenKafka(const LoadedConfig& loaded) {
  const stream::Topics topics =
      stream::MakeTopics(loaded.config.topics_prefix, loaded.settings, loaded.config.group);
  io::KafkaLogOptions options;
  LB_ASSIGN_OR_RETURN(options.config, KafkaSettings(loaded.config.kafka, "lagesbild"));
  options.output_topics = {topics.picture_log, topics.alerts, topics.aggregates,
                           topics.dead_letters, topics.changelog};
  LB_ASSIGN_OR_RETURN(auto log, io::KafkaLog::Open(std::move(options)));
  return std::unique_ptr<stream::Log>(std::move(log));
}

Status MakeFolder(const std::string& dir) {
  std::error_code error;
  std::filesystem::create_directories(dir, error);
  if (error) return FailedPrecondition(dir + ": cannot be created: " + error.message());
  return absl::OkStatus();
}

}  // namespace

void LineReporter::Say(stream::Level level, std::string_view component, std::string_view message) {
  if (level < least_) return;
  static constexpr std::string_view kNames[] = {"info", "warning", "error"};
  absl::MutexLock lock(&mu_);
  out_ << FormatTimeMs(clock_.WallMs()) << " " << kNames[static_cast<size_t>(level)] << " "
       << component << ": " << message << std::endl;
}

StatusOr<std::unique_ptr<Host>> Host::Open(const LoadedConfig& loaded, const HostOptions& options,
                                           stream::Clock& clock, std::ostream& err) {
  const Config& config = loaded.config;
  std::unique_ptr<Host> host(new Host(clock));
  host->metrics_ = std::make_unique<io::PrometheusMetrics>(MetricsOptions(loaded));
  host->reporter_ = std::make_unique<LineReporter>(err, clock, options.least);
  if (!config.http_admin.empty()) {
    io::PrometheusMetrics& metrics = *host->metrics_;
    LB_ASSIGN_OR_RETURN(
        host->admin_,
        board::AdminServer::Start(config.http_admin, {host->health_, metrics, clock,
                                                      [&metrics] { return metrics.Text(); },
                                                      io::PrometheusMetrics::kContentType}));
  }
  host->memory_ = std::make_unique<io::RocksMemory>(static_cast<size_t>(config.state_memory_bytes));
  host->rocks_metrics_ = std::make_unique<io::RocksMetrics>(*host->memory_, *host->metrics_);
  host->metrics_->BeforeText([&rocks = *host->rocks_metrics_] { rocks.Update(); });
  LB_RETURN_IF_ERROR(MakeFolder(config.state_dir));
  LB_ASSIGN_OR_RETURN(host->stores_,
                      io::RocksStores::Open(config.state_dir, config.group, *host->memory_));
  if (options.embedded) {
    const std::string dir = options.log_dir.empty() ? EmbeddedLogDir(config) : options.log_dir;
    LB_ASSIGN_OR_RETURN(host->log_, io::EmbeddedLog::Open(dir, *host->memory_, clock));
  } else {
    LB_ASSIGN_OR_RETURN(host->log_, OpenKafka(loaded));
  }
  return host;
}

Host::~Host() {
  if (admin_ != nullptr) admin_->Stop();
}

stream::ClockMode ServiceClock(const Config& config) {
  return config.clock == ClockMode::kRecords ? stream::ClockMode::kRecords
                                             : stream::ClockMode::kWall;
}

StatusOr<std::unique_ptr<stream::IntakeConfiguration>> MakeIntakeConfiguration(
    const LoadedConfig& loaded, std::string secret) {
  if (secret.empty()) {
    LB_ASSIGN_OR_RETURN(secret, ReadSecretFile(loaded.config.tips_secret_file));
  }
  auto configuration = std::make_unique<stream::IntakeConfiguration>();
  configuration->settings = loaded.settings;
  LB_ASSIGN_OR_RETURN(configuration->areas,
                      intake::AreaIndex::Build(loaded.settings.areas, loaded.shapes));
  configuration->hash = ConfigurationHash(loaded, secret);
  configuration->secret = std::move(secret);
  return configuration;
}

Status CreateEmbeddedTopics(stream::Log& log, const LoadedConfig& loaded, int32_t partitions) {
  const stream::Topics topics =
      stream::MakeTopics(loaded.config.topics_prefix, loaded.settings, loaded.config.group);
  const auto days = [](int64_t n) { return std::to_string(n * kDayMs); };
  const int64_t log_days = loaded.settings.retention_ms() / kDayMs + 2;
  std::vector<stream::TopicInfo> wanted;
  for (const stream::RawTopic& raw : topics.raw) {
    wanted.push_back({raw.name, 1, {{"cleanup.policy", "delete"}, {"retention.ms", days(7)}}});
  }
  wanted.push_back({topics.picture_log,
                    partitions,
                    {{"cleanup.policy", "delete"}, {"retention.ms", days(log_days)}}});
  wanted.push_back(
      {topics.alerts, partitions, {{"cleanup.policy", "delete"}, {"retention.ms", days(90)}}});
  wanted.push_back({topics.aggregates, partitions, {{"cleanup.policy", "compact"}}});
  wanted.push_back({topics.dead_letters,
                    partitions,
                    {{"cleanup.policy", "delete"}, {"retention.ms", days(30)}}});
  wanted.push_back({topics.changelog, partitions, {{"cleanup.policy", "compact"}}});
  wanted.push_back({topics.lease, 1, {{"cleanup.policy", "delete"}}});
  for (const stream::TopicInfo& topic : wanted) {
    const Status status = log.CreateTopic(topic);
    if (!status.ok() && status.code() != StatusCode::kAlreadyExists) return status;
  }
  return absl::OkStatus();
}

}  // namespace lagesbild::app
