// From a report's append to its alert, at a steady rate, through a running service.
//
//   build/bench/alert_latency --broker HOST:PORT --in TOPIC --alerts TOPIC --rate N --seconds N
//
// Sends reports of shootings by "polisen", one a place, and reads the alerts with read_committed.
// Each report has a time of its own, to the millisecond, by which its alert is told. The clock of a
// report starts when the broker has answered its append. Prints as JSON: the percentiles; how many
// alerts came twice; the longest time in which no alert came, while reports did.
// bench/service runs it with a configuration in which every such report is an alert.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/check.h"
#include "io/kafka_log.h"
#include "steady.h"

namespace lagesbild::bench {
namespace {

SteadyOptions Parse(int argc, char** argv) {
  SteadyOptions options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string flag = argv[i], value = argv[i + 1];
    if (!options.Set(flag, value)) {
      std::fprintf(stderr, "alert_latency: no such option: %s\n", flag.c_str());
      std::exit(2);
    }
  }
  return options;
}

std::string ReportOf(int64_t number, int64_t occurred_ms, const std::string& run) {
  // A grid of places half a kilometre apart, over a few districts.
  char text[512];
  std::snprintf(text, sizeof(text),
                R"({"org":"polisen","id":"%s-%lld","class":"shooting","occurred_from":"%s",)"
                R"("place":{"lat":%.6f,"lon":%.6f,"precision_m":10}})",
                run.c_str(), static_cast<long long>(number),
                absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::FromUnixMillis(occurred_ms),
                                 absl::UTCTimeZone())
                    .c_str(),
                59.30 + 0.005 * static_cast<double>(number % 40),
                17.90 + 0.01 * static_cast<double>(number / 40 % 40));
  return text;
}

// The time of the first incident that an alert lists, in ms; -1 if there is none.
int64_t OccurredIn(const std::string& alert) {
  constexpr std::string_view kField = "\"occurred_from\":\"";
  const size_t at = alert.find(kField);
  if (at == std::string::npos) return -1;
  const size_t from = at + kField.size();
  absl::Time time;
  const bool parsed = absl::ParseTime(
      absl::RFC3339_full, alert.substr(from, alert.find('"', from) - from), &time, nullptr);
  return parsed ? absl::ToUnixMillis(time) : -1;
}

void Main(const SteadyOptions& options) {
  io::KafkaLogOptions log_options;
  log_options.config.bootstrap_servers = options.broker;
  auto log = Must(io::KafkaLog::Open(std::move(log_options)));
  const int32_t raw_partitions = Must(log->Describe(options.in)).partitions;
  const int32_t partitions = Must(log->Describe(options.alerts)).partitions;
  auto reader = ReadFromNow(*log, options.alerts, partitions);

  const int64_t count = options.rate * options.seconds;
  const int64_t first_ms = absl::ToUnixMillis(absl::Now()) - 60'000 - count;
  const std::string run = std::to_string(first_ms);
  std::vector<std::atomic<int64_t>> appended(static_cast<size_t>(count));
  std::thread partner([&] {
    SendSteadily(options, raw_partitions, appended,
                 [&](int64_t i) { return ReportOf(i, first_ms + i, run); });
  });
  std::vector<double> ms;
  std::vector<bool> seen(static_cast<size_t>(count), false);
  int64_t twice = 0, longest_gap = 0, last_at = 0;
  const auto give_up = Steady::now() + std::chrono::seconds(options.seconds + 60);
  while (static_cast<int64_t>(ms.size()) < count && Steady::now() < give_up) {
    (void)Must(reader->Poll(absl::Milliseconds(100)));
    for (int32_t p = 0; p < partitions; ++p) {
      const stream::Batch batch = Must(reader->Read({options.alerts, p}, 1000));
      const int64_t now = Steady::now().time_since_epoch().count();
      for (const auto& record : batch.records) {
        const int64_t i = OccurredIn(std::string(record.value.value_or(""))) - first_ms;
        if (i < 0 || i >= count) continue;
        if (seen[static_cast<size_t>(i)]) {
          ++twice;
          continue;
        }
        seen[static_cast<size_t>(i)] = true;
        if (last_at > 0) longest_gap = std::max(longest_gap, now - last_at);
        last_at = now;
        ms.push_back(MsSince(appended[static_cast<size_t>(i)], now));
      }
    }
  }
  partner.join();
  const auto alerts = static_cast<long long>(ms.size());
  // The first second warms the producers up.
  ms.erase(ms.begin(), ms.begin() + std::min<int64_t>(alerts / 2, options.rate));
  std::sort(ms.begin(), ms.end());
  std::printf(
      "{\"reports\":%lld,\"alerts\":%lld,\"rate\":%lld,\"p50_ms\":%.1f,\"p99_ms\":%.1f,\"max_ms\":%"
      ".1f,\"longest_gap_ms\":%.1f,\"twice\":%lld}\n",
      static_cast<long long>(count), alerts, static_cast<long long>(options.rate),
      Percentile(ms, 0.5), Percentile(ms, 0.99), Percentile(ms, 1),
      static_cast<double>(longest_gap) / 1e6, static_cast<long long>(twice));
  std::exit(alerts == count && twice == 0 ? 0 : 1);
}

}  // namespace
}  // namespace lagesbild::bench

int main(int argc, char** argv) { lagesbild::bench::Main(lagesbild::bench::Parse(argc, argv)); }
