// The metrics port: what the engine counts, without a metric library. io has the Prometheus
// adapter; tests read a map.
//
// Names are those of design/interfaces.md without the prefix `lagesbild_`, which the adapter puts
// before them. Label values are bounded: topics, partitions, outcomes, reasons; never an area or
// report id. Threads: Metrics and all it returns may be used by any thread at any time.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lagesbild::stream {

class Counter {
 public:
  virtual ~Counter() = default;
  virtual void Add(double n) = 0;
};

class Gauge {
 public:
  virtual ~Gauge() = default;
  virtual void Set(double value) = 0;
};

class Histogram {
 public:
  virtual ~Histogram() = default;
  virtual void Observe(double value) = 0;
};

using Labels = std::vector<std::pair<std::string, std::string>>;

class Metrics {
 public:
  virtual ~Metrics() = default;
  // The same name and labels give the same object, which lives as long as this. Callers keep the
  // reference; looking one up is slow.
  virtual Counter& counter(std::string_view name, const Labels& labels) = 0;
  virtual Gauge& gauge(std::string_view name, const Labels& labels) = 0;
  virtual Histogram& histogram(std::string_view name, const Labels& labels) = 0;
};

}  // namespace lagesbild::stream
