// The catalogue of metrics: for each name its type, its help, its labels and what they may say.
//
// The one place to add a metric to; tests/io/prometheus_metrics_test.cc finds names used in
// processors/ that are missing here. Names are without the prefix `lagesbild_`. A label stands here
// only if its values are bounded by the configuration or by the code: never an area or report id.
// Source: design/interfaces.md, Metrics.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lagesbild::io {

enum class MetricType : uint8_t { kCounter, kGauge, kHistogram };

// Which values of a label are known before anything happens.
enum class KnownValues : uint8_t {
  kNone,
  kListed,          // LabelInfo::values
  kConsumedTopics,  // as below: given by the configuration (PrometheusOptions)
  kProducedTopics,
  kRules,
  kSources,
};

struct LabelInfo {
  std::string_view name;
  KnownValues known = KnownValues::kNone;
  std::vector<std::string> values = {};
};

struct MetricInfo {
  std::string_view name;
  MetricType type;
  std::string_view help;
  std::vector<LabelInfo> labels = {};
  // The series of all combinations of known values are there from the start, at 0. Needs every
  // label's values known. Not for timestamps, nor for what 0 would be a claim about.
  bool from_start = false;
};

std::span<const MetricInfo> MetricCatalog();
const MetricInfo* FindMetric(std::string_view name);  // null: not in the catalogue

// Upper bounds of every histogram's buckets, in seconds: from a commit on the same machine (ms) to
// a backlog.
std::span<const double> HistogramBounds();

}  // namespace lagesbild::io
