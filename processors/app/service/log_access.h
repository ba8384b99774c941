// LogAccess: the log that a command looks at or writes to for a moment: Kafka, or the embedded one
// while no service holds it.
//
// In: the configuration and --embedded; out: a stream::Log, or what to say and the exit code. Owns
// what the log needs. Thread-compatible.
#pragma once

#include <memory>
#include <string>

#include "app/config/config.h"
#include "io/kafka_log.h"
#include "io/rocksdb_common.h"
#include "io/system_clock.h"
#include "stream/ports.h"

namespace lagesbild::app {

class LogAccess {
 public:
  struct Failure {
    int code = 0;
    std::string what;
  };
  // `client_id` is what brokers call us. Null: see `failure`. Kafka is connected to when it is
  // first asked.
  static std::unique_ptr<LogAccess> Open(const Config& config, bool embedded,
                                         const std::string& client_id, Failure& failure);

  stream::Log& log() { return *log_; }
  io::KafkaLog* kafka() { return kafka_; }  // null: the embedded log
  io::SystemClock& clock() { return clock_; }

 private:
  LogAccess() = default;
  io::SystemClock clock_;
  std::unique_ptr<io::RocksMemory> memory_;
  std::unique_ptr<stream::Log> log_;
  io::KafkaLog* kafka_ = nullptr;
};

}  // namespace lagesbild::app
