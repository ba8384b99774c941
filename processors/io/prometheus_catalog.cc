#include "io/prometheus_catalog.h"

#include <array>

#include "base/dead_letter.h"

namespace lagesbild::io {
namespace {

using enum MetricType;
using enum KnownValues;

std::vector<std::string> DeadLetterReasons() {
  std::vector<std::string> names;
  for (int r = 1; r < kReasonCount; ++r) names.emplace_back(ReasonName(static_cast<Reason>(r)));
  return names;
}

LabelInfo Task() { return {"task", kListed, {"intake", "picture"}}; }

std::vector<MetricInfo> Build() {
  return {
      {"alerts_active",
       kGauge,
       "Alerts that are open, by log partition and severity.",
       {{"partition"}, {"severity"}}},
      {"alerts_total",
       kCounter,
       "Alert transitions by rule.",
       {{"rule", kRules}, {"transition", kListed, {"open", "updated", "resolved", "cancelled"}}},
       true},
      {"clock_timestamp_seconds",
       kGauge,
       "The clock of a log partition: how far it has been told.",
       {{"partition"}}},
      {"commit_duration_seconds",
       kHistogram,
       "From the end of a batch to its committed state.",
       {Task()},
       true},
      {"commits_total",
       kCounter,
       "Transactions by how they ended.",
       {Task(), {"outcome", kListed, {"committed", "aborted", "unknown"}}},
       true},
      {"configuration_rejected_total",
       kCounter,
       "Changed configurations that could not be read, or had no higher version.",
       {}},
      {"consumer_lag_records",
       kGauge,
       "Records that are readable and not yet taken.",
       {{"topic"}, {"partition"}}},
      {"dead_letter_records_total",
       kCounter,
       "Records that could not be taken, by reason.",
       {{"reason", kListed, DeadLetterReasons()}},
       true},
      {"duplicate_records_total",
       kCounter,
       "Reports whose revision was held already or had passed, counted once they are committed.",
       {{"source", kSources}},
       true},
      {"end_to_end_latency_seconds",
       kHistogram,
       "From the timestamp of a raw record to the commit of what it caused.",
       {{"output", kListed, {"aggregates", "alerts"}}},
       true},
      {"future_timestamps_total",
       kCounter,
       "Raw records whose timestamp was too far ahead of the wall, taken as of now.",
       {},
       true},
      {"http_requests_total", kCounter, "HTTP requests answered, by route.", {{"route"}, {"code"}}},
      {"instants_cut_total",
       kCounter,
       "Instants that were judged in parts because they were too large for one commit.",
       {},
       true},
      {"late_records_total",
       kCounter,
       "Reports of any revision whose occurred_from lay further before the clock than the shortest "
       "window when they came: accepted (counted in the windows that still hold them), or too-old "
       "(refused, further back than the longest window and the grace).",
       {{"source", kSources}, {"outcome", kListed, {"accepted", "too-old"}}},
       true},
      {"order_skipped_total",
       kCounter,
       "Times that a raw partition was not waited for.",
       {{"reason"}}},
      {"rebalances_total",
       kCounter,
       "Changes in who holds which log partition.",
       {{"kind", kListed, {"assigned", "revoked", "lost", "forced"}}},
       true},
      {"records_consumed_total",
       kCounter,
       "Records taken from a topic.",
       {{"topic", kConsumedTopics}},
       true},
      {"records_produced_total",
       kCounter,
       "Records committed to a topic.",
       {{"topic", kProducedTopics}},
       true},
      {"restore_duration_seconds",
       kGauge,
       "How long the last restore of a log partition took.",
       {{"partition"}}},
      {"restore_records_remaining",
       kGauge,
       "Changelog records still to be read back.",
       {{"partition"}}},
      {"rocksdb_block_cache_bytes", kGauge,
       "Block cache in use, the memtables charged to it included."},
      {"rocksdb_block_cache_limit_bytes", kGauge, "Size of the block cache."},
      {"rocksdb_block_cache_pinned_bytes", kGauge, "Block cache in use that cannot be evicted."},
      {"rocksdb_memtable_active_bytes", kGauge, "Memtables that are written to now."},
      {"rocksdb_memtable_bytes", kGauge, "All memtables, those being flushed included."},
      {"rocksdb_memtable_limit_bytes", kGauge, "Size of all memtables at which they are flushed."},
      {"source_last_received_timestamp_seconds",
       kGauge,
       "When a report or heartbeat of a source last came.",
       {{"source"}}},
      {"state", kGauge, "1 for the state that the service is in, 0 for the others.", {{"state"}}},
      {"transaction_aborts_total",
       kCounter,
       "Transactions given up, their input taken again: abortable (the log asked for it), fenced "
       "(another has taken over), unknown (no answer in time; the log says later whether it was "
       "committed), lost (the group took the partition away), error.",
       {{"reason", kListed, {"abortable", "fenced", "unknown", "lost", "error"}}},
       true},
      {"unlocated_records_total",
       kCounter,
       "Reports that count in no smallest area: out-of-area (in none at all), imprecise (their "
       "place "
       "is wider), indoor-dwelling (in the picture only).",
       {{"source", kSources}, {"reason", kListed, {"out-of-area", "imprecise", "indoor-dwelling"}}},
       true},
      {"worker_seconds_total",
       kCounter,
       "Where the time of a worker's rounds went.",
       {{"worker"}, {"state", kListed, {"idle", "work", "commit"}}}},
  };
}

}  // namespace

std::span<const MetricInfo> MetricCatalog() {
  static const auto& catalog = *new std::vector<MetricInfo>(Build());
  return catalog;
}

const MetricInfo* FindMetric(std::string_view name) {
  for (const MetricInfo& info : MetricCatalog()) {
    if (info.name == name) return &info;
  }
  return nullptr;
}

std::span<const double> HistogramBounds() {
  static constexpr std::array kBounds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,  0.25,
                                         0.5,   1.0,    2.5,   5.0,  10.0,  30.0, 60.0, 300.0};
  return kBounds;
}

}  // namespace lagesbild::io
