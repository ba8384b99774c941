#include "io/prometheus_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "io/prometheus_catalog.h"
#include "support/temp_dir.h"

namespace lagesbild::io {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

PrometheusOptions Town() {
  return {.version = "1.2.3",
          .consumed_topics = {"safety.incidents.v1", "safety.tips.v1"},
          .produced_topics = {"safety.alerts.v1"},
          .rules = {"violence-24h", "grave-single"},
          .sources = {"polisen", "vakt-ab"}};
}

// Every metric of the catalogue with a value, as after a while in service.
void UseAll(PrometheusMetrics& metrics) {
  for (const MetricInfo& info : MetricCatalog()) {
    stream::Labels labels;
    for (const LabelInfo& label : info.labels) {
      labels.emplace_back(label.name, label.values.empty() ? "3" : label.values[0]);
    }
    switch (info.type) {
      case MetricType::kCounter:
        metrics.counter(info.name, labels).Add(2);
        break;
      case MetricType::kGauge:
        metrics.gauge(info.name, labels).Set(1.5);
        break;
      case MetricType::kHistogram:
        metrics.histogram(info.name, labels).Observe(0.02);
        break;
    }
  }
}

TEST(PrometheusMetrics, PromtoolFindsNothingToSay) {
  const std::string promtool = LAGESBILD_SOURCE_DIR "/.cache/promtool/promtool";
  if (!std::filesystem::exists(promtool)) {
    if (std::getenv("CI") != nullptr) FAIL() << "no promtool: deploy/install promtool";
    GTEST_SKIP() << "no promtool: deploy/install promtool";
  }
  TempDir dir;
  PrometheusMetrics metrics(Town());
  UseAll(metrics);
  std::ofstream(dir / "metrics") << metrics.Text();
  const std::string command = "'" + promtool + "' check metrics < '" + (dir / "metrics") + "' > '" +
                              (dir / "said") + "' 2>&1";
  const int code = std::system(command.c_str());
  std::ostringstream said;
  said << std::ifstream(dir / "said").rdbuf();
  EXPECT_EQ(code, 0) << said.str();
  EXPECT_EQ(said.str(), "");
}

TEST(PrometheusMetrics, KnownSeriesAreThereFromTheStartAtZero) {
  PrometheusMetrics metrics(Town());
  const std::string text = metrics.Text();
  for (const char* line : {"lagesbild_build_info{version=\"1.2.3\"} 1",
                           "lagesbild_dead_letter_records_total{reason=\"unknown-field\"} 0",
                           "lagesbild_alerts_total{rule=\"violence-24h\",transition=\"open\"} 0",
                           "lagesbild_records_consumed_total{topic=\"safety.tips.v1\"} 0",
                           "lagesbild_records_produced_total{topic=\"safety.alerts.v1\"} 0",
                           "lagesbild_commits_total{outcome=\"aborted\",task=\"picture\"} 0",
                           "lagesbild_duplicate_records_total{source=\"vakt-ab\"} 0",
                           "lagesbild_late_records_total{outcome=\"too-old\",source=\"polisen\"} 0",
                           "lagesbild_commit_duration_seconds_count{task=\"picture\"} 0"}) {
    EXPECT_THAT(text, HasSubstr(std::string("\n") + line + "\n"));
  }
  // Nothing is known of these before it happens.
  EXPECT_THAT(text, Not(HasSubstr("timestamp_seconds")));
  EXPECT_THAT(text, Not(HasSubstr("topic=\"safety.alerts.v1\"} 0\nlagesbild_records_consumed")));
}

TEST(PrometheusMetrics, TheSameNameAndLabelsGiveTheSameSeriesInAnyOrder) {
  PrometheusMetrics metrics({});
  stream::Counter& one = metrics.counter("commits_total", {{"task", "a"}, {"outcome", "b"}});
  stream::Counter& other = metrics.counter("commits_total", {{"outcome", "b"}, {"task", "a"}});
  EXPECT_EQ(&one, &other);
  one.Add(1);
  other.Add(2.5);
  EXPECT_THAT(metrics.Text(),
              HasSubstr("\nlagesbild_commits_total{outcome=\"b\",task=\"a\"} 3.5\n"));
}

TEST(PrometheusMetrics, AHistogramCountsInItsBuckets) {
  PrometheusMetrics metrics({});
  auto& latency = metrics.histogram("end_to_end_latency_seconds", {{"output", "alerts"}});
  latency.Observe(0.003);
  latency.Observe(1000);
  const std::string text = metrics.Text();
  const std::string name = "\nlagesbild_end_to_end_latency_seconds";
  EXPECT_THAT(text, HasSubstr(name + "_bucket{output=\"alerts\",le=\"0.0025\"} 0\n"));
  EXPECT_THAT(text, HasSubstr(name + "_bucket{output=\"alerts\",le=\"0.005\"} 1\n"));
  EXPECT_THAT(text, HasSubstr(name + "_bucket{output=\"alerts\",le=\"300\"} 1\n"));
  EXPECT_THAT(text, HasSubstr(name + "_bucket{output=\"alerts\",le=\"+Inf\"} 2\n"));
}

TEST(PrometheusMetrics, AGaugeThatIsNotKnownAnyMoreIsNotShown) {
  PrometheusMetrics metrics({});
  stream::Gauge& clock = metrics.gauge("clock_timestamp_seconds", {{"partition", "3"}});
  clock.Set(1673732820);
  EXPECT_THAT(metrics.Text(),
              HasSubstr("\nlagesbild_clock_timestamp_seconds{partition=\"3\"} 1673732820\n"));
  clock.Set(std::nan(""));
  EXPECT_THAT(metrics.Text(), Not(HasSubstr("clock_timestamp_seconds")));
  clock.Set(1);
  EXPECT_THAT(metrics.Text(), HasSubstr("clock_timestamp_seconds"));
}

TEST(PrometheusMetrics, WhatChangesByItselfIsAskedBeforeEveryText) {
  PrometheusMetrics metrics({});
  stream::Gauge& memory = metrics.gauge("rocksdb_memtable_bytes", {});
  int calls = 0;
  metrics.BeforeText([&] { memory.Set(++calls); });
  EXPECT_THAT(metrics.Text(), HasSubstr("\nlagesbild_rocksdb_memtable_bytes 1\n"));
  EXPECT_THAT(metrics.Text(), HasSubstr("\nlagesbild_rocksdb_memtable_bytes 2\n"));
}

TEST(PrometheusMetrics, ProcessFiguresAreAmongThem) {
  PrometheusMetrics metrics({});
  const std::string text = metrics.Text();
  for (const char* name : {"cpu_seconds_total", "resident_memory_bytes", "virtual_memory_bytes",
                           "open_fds", "max_fds", "start_time_seconds", "threads"}) {
    EXPECT_THAT(text, HasSubstr("\nprocess_" + std::string(name) + " ")) << name;
  }
}

// Labels: bounded, and never the id of an area, a report, an incident or an alert.

TEST(PrometheusLabels, OnlyNamesWhoseValuesAreBounded) {
  const std::set<std::string_view> bounded = {
      "code",   "kind",     "outcome", "output", "partition", "reason",     "route", "rule",
      "source", "severity", "state",   "task",   "topic",     "transition", "worker"};
  for (const MetricInfo& info : MetricCatalog()) {
    for (const LabelInfo& label : info.labels) {
      EXPECT_TRUE(bounded.contains(label.name)) << info.name << " has the label " << label.name;
    }
  }
}

TEST(PrometheusLabels, AnUndeclaredLabelIsLeftOut) {
  PrometheusMetrics metrics({});
  metrics.counter("instants_cut_total", {{"area", "hv-22501"}}).Add(1);
  metrics.counter("alerts_total", {{"rule", "r"}, {"transition", "open"}, {"id", "a-1f"}}).Add(1);
  metrics.counter("of_tomorrow_total", {{"report", "2023-0114-2147"}}).Add(1);
  const std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("\nlagesbild_instants_cut_total 1\n"));
  EXPECT_THAT(text, HasSubstr("\nlagesbild_alerts_total{rule=\"r\",transition=\"open\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("\nlagesbild_of_tomorrow_total 1\n"));
  for (const char* id : {"22501", "a-1f", "2147"}) EXPECT_THAT(text, Not(HasSubstr(id)));
}

TEST(PrometheusLabels, NoValueLooksLikeAnId) {
  PrometheusMetrics metrics(Town());
  UseAll(metrics);
  const std::string text = metrics.Text();
  const std::regex label(R"re(([a-z_]+)="([^"]*)")re");
  const std::regex id("[ai]-[0-9a-f]{4,}|[0-9a-f]{16,}|[0-9]{4,}.*|.*-[0-9]{4,}");
  int seen = 0;
  for (std::sregex_iterator it(text.begin(), text.end(), label), end; it != end; ++it, ++seen) {
    EXPECT_FALSE(std::regex_match((*it)[2].str(), id)) << it->str();
  }
  EXPECT_GT(seen, 100);
}

TEST(PrometheusLabels, ASeriesTooManyIsCountedAsOther) {
  PrometheusMetrics metrics({});
  constexpr int kMany = static_cast<int>(PrometheusMetrics::kSeriesMax) + 10;
  for (int i = 0; i < kMany; ++i) {
    metrics.counter("order_skipped_total", {{"reason", "s" + std::to_string(i)}}).Add(1);
  }
  const std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("\nlagesbild_order_skipped_total{reason=\"other\"} 10\n"));
  EXPECT_THAT(text, Not(HasSubstr("reason=\"s" + std::to_string(kMany - 1))));
}

// What the sources under processors/ say, the catalogue itself apart.
std::vector<std::string> Sources() {
  std::vector<std::string> sources;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(LAGESBILD_SOURCE_DIR "/processors")) {
    const std::filesystem::path& path = entry.path();
    if (path.extension() != ".cc" && path.extension() != ".h") continue;
    if (path.stem() == "prometheus_catalog") continue;
    std::ostringstream source;
    source << std::ifstream(path).rdbuf();
    sources.push_back(source.str());
  }
  return sources;
}

// A name that the sources use and the catalogue lacks would be shown without labels and help.
TEST(PrometheusCatalog, HasEveryMetricThatTheSourcesUse) {
  const std::regex use(R"re(\b(counter|gauge|histogram)\(\s*"([a-z0-9_]+)")re");
  const std::map<std::string, MetricType> types = {{"counter", MetricType::kCounter},
                                                   {"gauge", MetricType::kGauge},
                                                   {"histogram", MetricType::kHistogram}};
  int seen = 0;
  for (const std::string& text : Sources()) {
    for (std::sregex_iterator it(text.begin(), text.end(), use), end; it != end; ++it, ++seen) {
      const MetricInfo* info = FindMetric((*it)[2].str());
      ASSERT_NE(info, nullptr) << (*it)[2] << ": add it to io/prometheus_catalog.cc";
      EXPECT_EQ(info->type, types.at((*it)[1].str())) << (*it)[2];
    }
  }
  EXPECT_GT(seen, 5);
}

// A counter that stands at 0 because nobody counts would be a false statement.
TEST(PrometheusCatalog, HasNoMetricThatNobodySets) {
  const std::vector<std::string> sources = Sources();
  for (const MetricInfo& info : MetricCatalog()) {
    const std::string name = "\"" + std::string(info.name) + "\"";
    EXPECT_TRUE(std::any_of(sources.begin(), sources.end(), [&](const std::string& text) {
      return text.find(name) != std::string::npos;
    })) << info.name;
  }
}

TEST(PrometheusCatalog, IsSortedSoThatAddingIsEasy) {
  for (size_t i = 1; i < MetricCatalog().size(); ++i) {
    EXPECT_LT(MetricCatalog()[i - 1].name, MetricCatalog()[i].name);
  }
}

}  // namespace
}  // namespace lagesbild::io
