// Host: what a service process has beside its workers: log, stores, memory budget, clock, metrics,
// health, admin listener, and the lines it says on stderr. Opened once from the configuration, in
// the order in which things need each other.
#pragma once

#include <memory>
#include <ostream>
#include <string>

#include "absl/synchronization/mutex.h"
#include "app/config/config.h"
#include "board/admin_server.h"
#include "io/embedded_log.h"
#include "io/prometheus_metrics.h"
#include "io/rocksdb_common.h"
#include "io/rocksdb_metrics.h"
#include "io/rocksdb_store.h"
#include "io/system_clock.h"
#include "stream/health.h"
#include "stream/intake_configuration.h"
#include "stream/reporter.h"
#include "stream/service.h"
#include "stream/world.h"

namespace lagesbild::app {

// Lines "2026-01-31T12:00:00Z info picture-0: …". Threads: any.
class LineReporter : public stream::Reporter {
 public:
  LineReporter(std::ostream& out, stream::Clock& clock, stream::Level least)
      : out_(out), clock_(clock), least_(least) {}
  void Say(stream::Level level, std::string_view component, std::string_view message) override;

 private:
  absl::Mutex mu_;
  std::ostream& out_ ABSL_GUARDED_BY(mu_);
  stream::Clock& clock_;
  const stream::Level least_;
};

struct HostOptions {
  bool embedded = false;  // the embedded log in state.dir, no Kafka
  std::string log_dir;    // embedded: empty: <state.dir>/<group>/log
  stream::Level least = stream::Level::kInfo;
};

class Host {
 public:
  // `clock` and `err` are borrowed. NotFound, InvalidArgument: configuration. FailedPrecondition:
  // the state directory is another process's, or the admin port is taken. DataLoss: the embedded
  // log is damaged.
  static StatusOr<std::unique_ptr<Host>> Open(const LoadedConfig& loaded,
                                              const HostOptions& options, stream::Clock& clock,
                                              std::ostream& err);
  ~Host();

  stream::World world() { return {*log_, *stores_, clock_, *metrics_, *reporter_, health_}; }
  stream::Log& log() { return *log_; }
  stream::HealthBoard& health() { return health_; }
  const board::AdminServer* admin() const { return admin_.get(); }

 private:
  explicit Host(stream::Clock& clock) : clock_(clock) {}

  stream::Clock& clock_;
  stream::HealthBoard health_;
  std::unique_ptr<io::PrometheusMetrics> metrics_;
  std::unique_ptr<LineReporter> reporter_;
  std::unique_ptr<board::AdminServer> admin_;
  std::unique_ptr<io::RocksMemory> memory_;
  std::unique_ptr<io::RocksMetrics> rocks_metrics_;
  std::unique_ptr<stream::Log> log_;
  std::unique_ptr<stream::Stores> stores_;
};

// The engine's clock mode.
stream::ClockMode ServiceClock(const Config& config);

// What intake works with, from the configuration and the secret. `secret` empty: read from
// tips.secret_file.
StatusOr<std::unique_ptr<stream::IntakeConfiguration>> MakeIntakeConfiguration(
    const LoadedConfig& loaded, std::string secret);

// Creates the topics of the configuration in an embedded log, with P partitions of the picture log;
// those that exist stay.
Status CreateEmbeddedTopics(stream::Log& log, const LoadedConfig& loaded, int32_t partitions);

}  // namespace lagesbild::app
