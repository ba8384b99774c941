// RecordingMetrics, RecordingReporter: ports that remember, for tests to look at. One thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "stream/metrics.h"
#include "stream/reporter.h"

namespace lagesbild {

class RecordingMetrics : public stream::Metrics {
 public:
  stream::Counter& counter(std::string_view name, const stream::Labels& labels) override {
    return Find(name, labels);
  }
  stream::Gauge& gauge(std::string_view name, const stream::Labels& labels) override {
    return Find(name, labels);
  }
  stream::Histogram& histogram(std::string_view name, const stream::Labels& labels) override {
    return Find(name, labels);
  }
  // The sum over all labels whose values contain `label_value`.
  double Value(std::string_view name, std::string_view label_value = "") const {
    double sum = 0;
    for (const auto& [key, metric] : metrics_) {
      if (key.starts_with(std::string(name) + "{") && key.find(label_value) != std::string::npos) {
        sum += metric->value;
      }
    }
    return sum;
  }

 private:
  struct Metric : stream::Counter, stream::Gauge, stream::Histogram {
    double value = 0;
    void Add(double n) override { value += n; }
    void Set(double v) override { value = v; }
    void Observe(double) override { value += 1; }
  };
  Metric& Find(std::string_view name, const stream::Labels& labels) {
    std::string key = std::string(name) + "{";
    for (const auto& [label, value] : labels) key += label + "=" + value + ",";
    auto& metric = metrics_[key];
    if (metric == nullptr) metric = std::make_unique<Metric>();
    return *metric;
  }
  std::map<std::string, std::unique_ptr<Metric>> metrics_;
};

class RecordingReporter : public stream::Reporter {
 public:
  void Say(stream::Level level, std::string_view component, std::string_view message) override {
    const char* const names[] = {"info", "warning", "error"};
    lines_.push_back(std::string(names[static_cast<int>(level)]) + " " + std::string(component) +
                     ": " + std::string(message));
  }
  const std::vector<std::string>& lines() const { return lines_; }
  bool Said(std::string_view part) const {
    for (const std::string& line : lines_) {
      if (line.find(part) != std::string::npos) return true;
    }
    return false;
  }

 private:
  std::vector<std::string> lines_;
};

}  // namespace lagesbild
