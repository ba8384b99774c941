#include "io/prometheus_metrics.h"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/check.h"
#include "io/process_figures.h"
#include "io/prometheus_catalog.h"

namespace lagesbild::io {
namespace {

using LabelMap = std::map<std::string, std::string>;

class CounterChild : public stream::Counter {
 public:
  CounterChild(prometheus::Family<prometheus::Counter>& family, const LabelMap& labels)
      : of_(family.Add(labels)) {}
  void Add(double n) override { of_.Increment(n); }

 private:
  prometheus::Counter& of_;
};

class GaugeChild : public stream::Gauge {
 public:
  GaugeChild(prometheus::Family<prometheus::Gauge>& family, const LabelMap& labels)
      : of_(family.Add(labels)) {}
  void Set(double value) override { of_.Set(value); }

 private:
  prometheus::Gauge& of_;
};

class HistogramChild : public stream::Histogram {
 public:
  HistogramChild(prometheus::Family<prometheus::Histogram>& family, const LabelMap& labels)
      : of_(family.Add(labels, prometheus::Histogram::BucketBoundaries(HistogramBounds().begin(),
                                                                       HistogramBounds().end()))) {}
  void Observe(double value) override { of_.Observe(value); }

 private:
  prometheus::Histogram& of_;
};

// The families of one type, each with its children.
template <typename Kind, typename Child>
class Families {
 public:
  // `make`: builds the family where there is none yet.
  template <typename Make>
  Child& Get(std::string_view name, LabelMap labels, const Make& make) {
    auto it = families_.find(name);
    if (it == families_.end()) {
      it = families_.emplace(std::string(name), Of{make(), {}}).first;
    }
    Of& of = it->second;
    auto child = of.children.find(labels);
    if (child != of.children.end()) return *child->second;
    if (of.children.size() >= PrometheusMetrics::kSeriesMax) {
      for (auto& [label, value] : labels) value = "other";
      child = of.children.find(labels);
      if (child != of.children.end()) return *child->second;
    }
    auto made = std::make_unique<Child>(of.family, labels);
    return *of.children.emplace(std::move(labels), std::move(made)).first->second;
  }
  bool Has(std::string_view name) const { return families_.find(name) != families_.end(); }

 private:
  struct Of {
    prometheus::Family<Kind>& family;
    std::map<LabelMap, std::unique_ptr<Child>> children;
  };
  std::map<std::string, Of, std::less<>> families_;
};

const std::vector<std::string>& Values(const LabelInfo& label, const PrometheusOptions& options) {
  static const auto& none = *new std::vector<std::string>;
  switch (label.known) {
    case KnownValues::kNone:
      return none;
    case KnownValues::kListed:
      return label.values;
    case KnownValues::kConsumedTopics:
      return options.consumed_topics;
    case KnownValues::kProducedTopics:
      return options.produced_topics;
    case KnownValues::kRules:
      return options.rules;
    case KnownValues::kSources:
      return options.sources;
  }
  return none;
}

// Every combination of the known values of the metric's labels.
std::vector<stream::Labels> KnownSeries(const MetricInfo& info, const PrometheusOptions& options) {
  std::vector<stream::Labels> series = {{}};
  for (const LabelInfo& label : info.labels) {
    std::vector<stream::Labels> longer;
    for (const stream::Labels& labels : series) {
      for (const std::string& value : Values(label, options)) {
        longer.push_back(labels);
        longer.back().emplace_back(label.name, value);
      }
    }
    series = std::move(longer);
  }
  return series;
}

// Only the labels that the catalogue names.
LabelMap Allowed(const MetricInfo* info, const stream::Labels& labels) {
  LabelMap allowed;
  for (const auto& [name, value] : labels) {
    const auto named = [&](const LabelInfo& label) { return label.name == name; };
    if (info != nullptr && std::any_of(info->labels.begin(), info->labels.end(), named)) {
      allowed[name] = value;
    }
  }
  return allowed;
}

void AddProcess(const ProcessFigures& figures, std::vector<prometheus::MetricFamily>& families) {
  const auto add = [&](const char* name, prometheus::MetricType type, const char* help,
                       const auto& value) {
    if (!value) return;
    prometheus::ClientMetric metric;
    metric.counter.value = metric.gauge.value = static_cast<double>(*value);
    families.push_back({name, help, type, {metric}});
  };
  using prometheus::MetricType;
  add("process_cpu_seconds_total", MetricType::Counter, "User and system CPU time spent.",
      figures.cpu_seconds);
  add("process_resident_memory_bytes", MetricType::Gauge, "Resident memory size.",
      figures.resident_bytes);
  add("process_virtual_memory_bytes", MetricType::Gauge, "Virtual memory size.",
      figures.virtual_bytes);
  add("process_open_fds", MetricType::Gauge, "Open file descriptors.", figures.open_fds);
  add("process_max_fds", MetricType::Gauge, "Limit of open file descriptors.", figures.fds_max);
  add("process_start_time_seconds", MetricType::Gauge, "When the process started, Unix time.",
      figures.start_time_seconds);
  add("process_threads", MetricType::Gauge, "Threads of the process.", figures.threads);
}

void DropUnknown(std::vector<prometheus::MetricFamily>& families) {
  for (prometheus::MetricFamily& family : families) {
    if (family.type != prometheus::MetricType::Gauge) continue;
    std::erase_if(family.metric, [](const auto& metric) { return std::isnan(metric.gauge.value); });
  }
  std::erase_if(families, [](const auto& family) { return family.metric.empty(); });
}

}  // namespace

class PrometheusMetrics::Impl {
 public:
  stream::Counter& counter(std::string_view name, const stream::Labels& labels)
      ABSL_LOCKS_EXCLUDED(mu_) {
    const MetricInfo* info = Info(name, MetricType::kCounter);
    absl::MutexLock lock(&mu_);
    LB_CHECK(!gauges_.Has(name) && !histograms_.Has(name));
    return counters_.Get(name, Allowed(info, labels), [&]() -> auto& {
      return Describe(prometheus::BuildCounter(), name, info).Register(registry_);
    });
  }
  stream::Gauge& gauge(std::string_view name, const stream::Labels& labels)
      ABSL_LOCKS_EXCLUDED(mu_) {
    const MetricInfo* info = Info(name, MetricType::kGauge);
    absl::MutexLock lock(&mu_);
    LB_CHECK(!counters_.Has(name) && !histograms_.Has(name));
    return gauges_.Get(name, Allowed(info, labels), [&]() -> auto& {
      return Describe(prometheus::BuildGauge(), name, info).Register(registry_);
    });
  }
  stream::Histogram& histogram(std::string_view name, const stream::Labels& labels)
      ABSL_LOCKS_EXCLUDED(mu_) {
    const MetricInfo* info = Info(name, MetricType::kHistogram);
    absl::MutexLock lock(&mu_);
    LB_CHECK(!counters_.Has(name) && !gauges_.Has(name));
    return histograms_.Get(name, Allowed(info, labels), [&]() -> auto& {
      return Describe(prometheus::BuildHistogram(), name, info).Register(registry_);
    });
  }
  void BeforeText(std::function<void()> update) ABSL_LOCKS_EXCLUDED(text_mu_) {
    absl::MutexLock lock(&text_mu_);
    updates_.push_back(std::move(update));
  }
  void BuildInfo(const std::string& version) {
    prometheus::BuildGauge()
        .Name("lagesbild_build_info")
        .Help("Always 1; what was built is in the labels.")
        .Register(registry_)
        .Add({{"version", version}})
        .Set(1);
  }
  std::string Text() ABSL_LOCKS_EXCLUDED(text_mu_, mu_) {
    {
      absl::MutexLock lock(&text_mu_);
      for (const auto& update : updates_) update();
    }
    std::vector<prometheus::MetricFamily> families = registry_.Collect();
    AddProcess(ReadProcessFigures(), families);
    DropUnknown(families);
    std::sort(families.begin(), families.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    return prometheus::TextSerializer().Serialize(families);
  }

 private:
  // A metric that is not in the catalogue is shown without labels rather than refused: a counter
  // must not end the service.
  static const MetricInfo* Info(std::string_view name, MetricType type) {
    const MetricInfo* info = FindMetric(name);
    LB_CHECK(info == nullptr || info->type == type);
    return info;
  }
  template <typename Builder>
  static Builder Describe(Builder builder, std::string_view name, const MetricInfo* info) {
    return builder.Name("lagesbild_" + std::string(name))
        .Help(info != nullptr ? std::string(info->help) : "Not in the catalogue of metrics.");
  }

  absl::Mutex text_mu_ ABSL_ACQUIRED_BEFORE(mu_);
  std::vector<std::function<void()>> updates_ ABSL_GUARDED_BY(text_mu_);
  absl::Mutex mu_;
  prometheus::Registry registry_;  // has a lock of its own
  Families<prometheus::Counter, CounterChild> counters_ ABSL_GUARDED_BY(mu_);
  Families<prometheus::Gauge, GaugeChild> gauges_ ABSL_GUARDED_BY(mu_);
  Families<prometheus::Histogram, HistogramChild> histograms_ ABSL_GUARDED_BY(mu_);
};

PrometheusMetrics::PrometheusMetrics(const PrometheusOptions& options)
    : impl_(std::make_unique<Impl>()) {
  impl_->BuildInfo(options.version);
  for (const MetricInfo& info : MetricCatalog()) {
    if (!info.from_start) continue;
    for (const stream::Labels& labels : KnownSeries(info, options)) {
      switch (info.type) {
        case MetricType::kCounter:
          impl_->counter(info.name, labels);
          break;
        case MetricType::kGauge:
          impl_->gauge(info.name, labels);
          break;
        case MetricType::kHistogram:
          impl_->histogram(info.name, labels);
          break;
      }
    }
  }
}

PrometheusMetrics::~PrometheusMetrics() = default;

stream::Counter& PrometheusMetrics::counter(std::string_view name, const stream::Labels& labels) {
  return impl_->counter(name, labels);
}
stream::Gauge& PrometheusMetrics::gauge(std::string_view name, const stream::Labels& labels) {
  return impl_->gauge(name, labels);
}
stream::Histogram& PrometheusMetrics::histogram(std::string_view name,
                                                const stream::Labels& labels) {
  return impl_->histogram(name, labels);
}
void PrometheusMetrics::BeforeText(std::function<void()> update) {
  impl_->BeforeText(std::move(update));
}
std::string PrometheusMetrics::Text() { return impl_->Text(); }

}  // namespace lagesbild::io
