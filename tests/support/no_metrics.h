// NoMetrics: metrics that nobody looks at. Thread-safe.
#pragma once

#include "stream/metrics.h"

namespace lagesbild::stream {

class NoMetrics : public Metrics {
 public:
  Counter& counter(std::string_view, const Labels&) override { return sink_; }
  Gauge& gauge(std::string_view, const Labels&) override { return sink_; }
  Histogram& histogram(std::string_view, const Labels&) override { return sink_; }

 private:
  struct Sink : Counter, Gauge, Histogram {
    void Add(double) override {}
    void Set(double) override {}
    void Observe(double) override {}
  } sink_;
};

}  // namespace lagesbild::stream
