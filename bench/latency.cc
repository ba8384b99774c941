// From a report's append to the alert it causes, at a steady rate, through any engine of bench/run.
//
//   build/bench/latency --broker HOST:PORT --in TOPIC --alerts TOPIC --rate N --seconds N --first N
//
// Sends reports that occurred a second ago, eight in turn to each (area, class): the eighth opens
// an alert, which is read with read_committed. Its clock starts when the broker has answered the
// last of the eight appends. --first is the number of the first report: what was sent before must
// not be sent again, for an open alert opens no second time. Prints the percentiles as JSON.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/check.h"
#include "grid.h"
#include "io/kafka_log.h"
#include "steady.h"

namespace lagesbild::bench {
namespace {

constexpr int64_t kToOpen = 8, kSeries = int64_t{kAreas} * kClasses;

struct Options : SteadyOptions {
  int64_t first = 0;
};

Options Parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string flag = argv[i], value = argv[i + 1];
    if (flag == "--first") {
      options.first = std::atoll(value.c_str());
    } else if (!options.Set(flag, value)) {
      std::fprintf(stderr, "latency: no such option: %s\n", flag.c_str());
      std::exit(2);
    }
  }
  return options;
}

int32_t AreaOf(int64_t series) { return static_cast<int32_t>(series % kAreas); }
const char* ClassOf(int64_t series) {
  return kClassNames[static_cast<size_t>(series / kAreas % kClasses)];
}

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
}

std::string ReportOf(int64_t number, const std::string& run) {
  const int64_t series = number / kToOpen;
  const Place place = Grid().PlaceIn(AreaOf(series), 0.5, 0.5);
  const absl::Time now = absl::Now();
  char text[512];
  std::snprintf(text, sizeof(text),
                R"({"org":"org-%02d","id":"l-%s-%lld","revision":1,"action":"new","class":"%s",)"
                R"("verification":"unconfirmed","occurred_from":"%s","reported_at":"%s",)"
                R"("place":{"lat":%.6f,"lon":%.6f,"precision_m":25}})",
                static_cast<int>(number % 20), run.c_str(), static_cast<long long>(number),
                ClassOf(series), TimeText(now - absl::Seconds(1)).c_str(), TimeText(now).c_str(),
                place.lat, place.lon);
  return text;
}

std::string TextField(const std::string& json, const std::string& name) {
  const std::string field = "\"" + name + "\":\"";
  const size_t at = json.find(field);
  if (at == std::string::npos) return "";
  const size_t from = at + field.size();
  return json.substr(from, json.find('"', from) - from);
}

// What was sent of one (area, class), and its alert.
struct Episode {
  std::vector<std::atomic<int64_t>*> appended;
  bool seen = false;
};

void Print(const Options& options, int64_t episodes, std::vector<double> ms) {
  const auto alerts = static_cast<long long>(ms.size());
  std::sort(ms.begin(), ms.end());
  std::printf(
      R"({"rate":%lld,"expected":%lld,"alerts":%lld,"p50_ms":%.1f,"p99_ms":%.1f,"max_ms":%.1f})"
      "\n",
      static_cast<long long>(options.rate), static_cast<long long>(episodes), alerts,
      ms.empty() ? 0 : Percentile(ms, 0.5), ms.empty() ? 0 : Percentile(ms, 0.99),
      ms.empty() ? 0 : Percentile(ms, 1));
}

void Main(const Options& options) {
  io::KafkaLogOptions log_options;
  log_options.config.bootstrap_servers = options.broker;
  log_options.config.consumer = {{"fetch.wait.max.ms", "5"}};
  auto log = Must(io::KafkaLog::Open(std::move(log_options)));
  const int32_t raw_partitions = Must(log->Describe(options.in)).partitions;
  const int32_t partitions = Must(log->Describe(options.alerts)).partitions;
  auto reader = ReadFromNow(*log, options.alerts, partitions);

  const int64_t count = options.rate * options.seconds / kToOpen * kToOpen;
  LB_CHECK((options.first + count) / kToOpen <= kSeries);
  const std::string run = std::to_string(absl::ToUnixMillis(absl::Now()));
  std::vector<std::atomic<int64_t>> appended(static_cast<size_t>(count));
  std::map<std::string, Episode> episodes;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t series = (options.first + i) / kToOpen;
    episodes[AreaId(AreaOf(series)) + "/" + ClassOf(series)].appended.push_back(
        &appended[static_cast<size_t>(i)]);
  }
  std::thread partner([&] {
    SendSteadily(options, raw_partitions, appended,
                 [&](int64_t i) { return ReportOf(options.first + i, run); });
  });
  std::vector<double> ms;
  const auto give_up = Steady::now() + std::chrono::seconds(options.seconds + 20);
  while (ms.size() < episodes.size() && Steady::now() < give_up) {
    (void)Must(reader->Poll(absl::Milliseconds(100)));
    for (int32_t p = 0; p < partitions; ++p) {
      const stream::Batch batch = Must(reader->Read({options.alerts, p}, 1000));
      const int64_t now = Steady::now().time_since_epoch().count();
      for (const auto& record : batch.records) {
        const std::string alert(record.value.value_or(""));
        if (TextField(alert, "state") != "open") continue;
        const auto it = episodes.find(TextField(alert, "area") + "/" + TextField(alert, "of"));
        if (it == episodes.end() || it->second.seen) continue;
        it->second.seen = true;
        int64_t sent = 0;
        for (const auto* each : it->second.appended) sent = std::max<int64_t>(sent, *each);
        ms.push_back(MsSince(sent, now));
      }
    }
  }
  partner.join();
  Print(options, static_cast<int64_t>(episodes.size()), ms);
  std::exit(ms.size() == episodes.size() ? 0 : 1);
}

}  // namespace
}  // namespace lagesbild::bench

int main(int argc, char** argv) { lagesbild::bench::Main(lagesbild::bench::Parse(argc, argv)); }
