#include "app/service/log_access.h"

#include <filesystem>
#include <utility>

#include "app/config/kafka_settings.h"
#include "app/exit_code.h"
#include "io/embedded_log.h"

namespace lagesbild::app {

std::unique_ptr<LogAccess> LogAccess::Open(const Config& config, bool embedded,
                                           const std::string& client_id, Failure& failure) {
  std::unique_ptr<LogAccess> access(new LogAccess());
  const auto fail = [&](int code, std::string what) {
    failure = {code, std::move(what)};
    return nullptr;
  };
  if (embedded) {
    const std::string dir = EmbeddedLogDir(config);
    if (!std::filesystem::exists(dir)) {
      return fail(kExitNoFile,
                  dir + ": there is no embedded log; `lagesbild run --embedded` makes it");
    }
    access->memory_ =
        std::make_unique<io::RocksMemory>(static_cast<size_t>(config.state_memory_bytes));
    auto log = io::EmbeddedLog::Open(dir, *access->memory_, access->clock_);
    if (log.status().code() == StatusCode::kFailedPrecondition) {
      return fail(kExitUnavailable,
                  dir +
                      ": another process holds the embedded log, as the service does while it "
                      "runs; stop it first, or run it on Kafka");
    }
    if (!log.ok()) return fail(ExitCodeOf(log.status()), Message(log.status()));
    access->log_ = std::move(*log);
    return access;
  }
  if (config.kafka.bootstrap_servers.empty()) {
    return fail(kExitBadConfig,
                "kafka.bootstrap.servers is not set; set it, or say --embedded or a file");
  }
  auto settings = KafkaSettings(config.kafka, client_id);
  if (!settings.ok()) return fail(ExitCodeOf(settings.status()), Message(settings.status()));
  auto log = io::KafkaLog::Open({.config = *std::move(settings), .output_topics = {}});
  if (!log.ok()) return fail(ExitCodeOf(log.status()), Message(log.status()));
  access->kafka_ = log->get();
  access->log_ = std::move(*log);
  return access;
}

}  // namespace lagesbild::app
