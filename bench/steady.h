// What the two latency probes share: where they send and read, a partner that sends at a steady
// rate, and percentiles.
#pragma once

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "io/kafka_log.h"
#include "partner.h"

namespace lagesbild::bench {

using Steady = std::chrono::steady_clock;

struct SteadyOptions {
  std::string broker, in, alerts;
  int64_t rate = 100, seconds = 60;

  // False: no such flag.
  bool Set(const std::string& flag, const std::string& value) {
    if (flag == "--broker") {
      broker = value;
    } else if (flag == "--in") {
      in = value;
    } else if (flag == "--alerts") {
      alerts = value;
    } else if (flag == "--rate") {
      rate = std::atoll(value.c_str());
    } else if (flag == "--seconds") {
      seconds = std::atoll(value.c_str());
    } else {
      return false;
    }
    return true;
  }
};

template <typename T>
T Must(StatusOr<T> value) {
  LB_CHECK(value.ok());
  return *std::move(value);
}

// Reads what is appended to any partition of the topic from now on.
inline std::unique_ptr<stream::Consumer> ReadFromNow(io::KafkaLog& log, const std::string& topic,
                                                     int32_t partitions) {
  auto reader = Must(log.OpenConsumer({}));
  for (int32_t p = 0; p < partitions; ++p) {
    const stream::TopicPartition at{topic, p};
    LB_CHECK(reader->Start(at, Must(reader->Bounds(at)).second).ok());
  }
  return reader;
}

// Sends as many reports as `appended` has places, in turn to each partition of `options.in`. Place
// i gets the time of the broker's answer to report i, made by `report(i)`.
template <typename F>
void SendSteadily(const SteadyOptions& options, int32_t partitions,
                  std::vector<std::atomic<int64_t>>& appended, F report) {
  Partner partner(options.broker);
  auto due = Steady::now();
  for (size_t i = 0; i < appended.size(); ++i) {
    while (Steady::now() < due) partner.Serve(1);
    partner.Send({options.in, static_cast<int32_t>(i) % partitions},
                 report(static_cast<int64_t>(i)), &appended[i]);
    due += std::chrono::nanoseconds(1'000'000'000 / options.rate);
  }
}

// From the answer to an append until `now`, both nanoseconds of the steady clock. An alert can be
// readable before its report's append has been answered: 0 then.
inline double MsSince(int64_t appended, int64_t now) {
  if (appended == 0 || now < appended) return 0;
  return static_cast<double>(now - appended) / 1e6;
}

// NaN if there is none. `ascending` is that.
inline double Percentile(const std::vector<double>& ascending, double q) {
  if (ascending.empty()) return NAN;
  return ascending[static_cast<size_t>(q * static_cast<double>(ascending.size() - 1))];
}

}  // namespace lagesbild::bench
