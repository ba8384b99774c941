// PrometheusMetrics: the metrics port on prometheus-cpp, and the text that Prometheus scrapes.
//
// In: what the engine counts (stream/metrics.h). Out: text format 0.0.4, families in the order of
// their names: the catalogue's metrics with the prefix `lagesbild_`, lagesbild_build_info, and
// process_* of this process. Threads: any. Source: design/interfaces.md, Metrics.
//
// Labels are bounded, so that no id can become one: a label that the catalogue does not name is
// left out, and a metric has at most kSeriesMax series; those beyond share one whose label values
// are "other". A gauge set to NaN is not shown: what is not known (a partition that moved away)
// must not stand there with its last value.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "stream/metrics.h"

namespace lagesbild::io {

// What the configuration knows of label values: their series are there from the start, at 0.
struct PrometheusOptions {
  std::string version;  // of the program
  std::vector<std::string> consumed_topics, produced_topics;
  std::vector<std::string> rules;
  std::vector<std::string> sources;  // their orgs
};

class PrometheusMetrics : public stream::Metrics {
 public:
  static constexpr size_t kSeriesMax = 2000;
  static constexpr char kContentType[] = "text/plain; version=0.0.4; charset=utf-8";

  explicit PrometheusMetrics(const PrometheusOptions& options);
  ~PrometheusMetrics() override;

  stream::Counter& counter(std::string_view name, const stream::Labels& labels) override;
  stream::Gauge& gauge(std::string_view name, const stream::Labels& labels) override;
  stream::Histogram& histogram(std::string_view name, const stream::Labels& labels) override;

  // Runs at the start of every Text(), on its thread: for what is cheap to ask and changes by
  // itself. Must not call BeforeText or Text.
  void BeforeText(std::function<void()> update);

  // All of it, as Prometheus reads it.
  std::string Text();

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace lagesbild::io
