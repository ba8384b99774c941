// The workload of bench/run: reports by the million, the same for every engine and every run of one
// seed.
//
//   build/bench/workload --events N [--seed N] [--areas FILE] [--out FILE [--last HOURS]]
//                        [--broker HOST:PORT --topic TOPIC [--rate N]]
//
// --areas   writes the outlines of the areas (GeoJSON) that `lagesbild` locates by
// --out     writes each record as a line TIMESTAMP_MS <tab> PARTITION <tab> JSON, for
// bench/recount.py
// --last    of those only what arrived in the last hours
// --topic   writes the records to a Kafka topic (created if it is not there, 4 partitions,
// CreateTime)
// --rate    so many of them a second by the wall; their own times stay
//
// A million reports to seven days; 1,000 areas in 100 pictures, Zipf 1.0 over the areas; 12 classes
// and 20 sources, each as likely; a report arrives 10 minutes after it occurred on average, 2 hours
// at most; of a hundred reports 3 come twice and 2 are corrected to another class. Records are in
// the order of their arrival, which is their timestamp.
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <vector>

#include "base/check.h"
#include "grid.h"

namespace lagesbild::bench {
namespace {

constexpr int64_t kFirstMs = 1'767'571'200'000;  // 2026-01-05T00:00:00Z
constexpr int64_t kSecondMs = 1000, kMinuteMs = 60 * kSecondMs, kHourMs = 60 * kMinuteMs;
constexpr double kMsAReport = 7 * 24 * static_cast<double>(kHourMs) / 1e6;
constexpr int kPartitions = 4, kSources = 20;

struct Options {
  int64_t events = 0;
  uint64_t seed = 1;
  int64_t last_hours = 0, rate = 0;  // 0: all; at once
  std::string areas, out, broker, topic;
};

// splitmix64: the same numbers everywhere, which std's distributions do not promise.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t Next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  double Unit() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }
  int64_t Below(int64_t n) { return static_cast<int64_t>(Next() % static_cast<uint64_t>(n)); }
  // Exponential, at most `max`.
  int64_t Wait(int64_t mean, int64_t max) {
    const double wait = -static_cast<double>(mean) * std::log(1 - Unit());
    return std::min(max, static_cast<int64_t>(wait));
  }

 private:
  uint64_t state_;
};

struct Report {
  int64_t number = 0, occurred_ms = 0, arrived_ms = 0;
  int32_t area = 0, revision = 1, klass = 0, source = 0;
  double lat = 0, lon = 0;
};

// Cumulated shares of the areas; which area has which rank is shuffled.
class Zipf {
 public:
  explicit Zipf(Random& random) : area_(kAreas), up_to_(kAreas) {
    std::iota(area_.begin(), area_.end(), 0);
    for (size_t i = kAreas - 1; i > 0; --i) {
      std::swap(area_[i], area_[static_cast<size_t>(random.Below(static_cast<int64_t>(i) + 1))]);
    }
    double sum = 0;
    for (size_t i = 0; i < kAreas; ++i) up_to_[i] = sum += 1.0 / static_cast<double>(i + 1);
  }
  int32_t Draw(Random& random) const {
    const double at = random.Unit() * up_to_.back();
    return area_[static_cast<size_t>(std::upper_bound(up_to_.begin(), up_to_.end() - 1, at) -
                                     up_to_.begin())];
  }

 private:
  std::vector<int32_t> area_;
  std::vector<double> up_to_;
};

std::vector<Report> Generate(const Options& options) {
  Random random(options.seed);
  const Zipf zipf(random);
  std::vector<Report> records;
  records.reserve(static_cast<size_t>(options.events));
  for (int64_t i = 0; static_cast<int64_t>(records.size()) < options.events; ++i) {
    Report report;
    report.number = i;
    report.occurred_ms =
        kFirstMs + static_cast<int64_t>((static_cast<double>(i) + random.Unit()) * kMsAReport);
    report.arrived_ms = report.occurred_ms + random.Wait(10 * kMinuteMs, 2 * kHourMs);
    report.area = zipf.Draw(random);
    report.klass = static_cast<int32_t>(random.Below(kClasses));
    report.source = static_cast<int32_t>(random.Below(kSources));
    const Place place = PlaceIn(report.area, random.Unit(), random.Unit());
    report.lat = place.lat;
    report.lon = place.lon;
    records.push_back(report);
    const int64_t luck = random.Below(100);
    if (luck < 3) {
      Report again = report;
      again.arrived_ms += random.Below(30 * kMinuteMs);
      records.push_back(again);
    } else if (luck < 5) {
      Report corrected = report;
      corrected.revision = 2;
      corrected.klass =
          static_cast<int32_t>((report.klass + 1 + random.Below(kClasses - 1)) % kClasses);
      corrected.arrived_ms += kSecondMs + random.Wait(30 * kMinuteMs, 2 * kHourMs);
      records.push_back(corrected);
    }
  }
  records.resize(static_cast<size_t>(options.events));
  std::sort(records.begin(), records.end(), [](const Report& a, const Report& b) {
    return std::tie(a.arrived_ms, a.number, a.revision) <
           std::tie(b.arrived_ms, b.number, b.revision);
  });
  return records;
}

// 2026-01-05T00:00:00.123Z
std::string TimeText(int64_t ms) {
  const time_t seconds = ms / kSecondMs;
  tm parts;
  gmtime_r(&seconds, &parts);
  char text[40];
  const size_t n = std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text + n, sizeof(text) - n, ".%03dZ", static_cast<int>(ms % kSecondMs));
  return text;
}

std::string Json(const Report& report) {
  char text[640];
  const int n = std::snprintf(
      text, sizeof(text),
      R"({"org":"org-%02d","id":"r-%08lld","revision":%d,"action":"%s","class":"%s",)"
      R"("verification":"unconfirmed","occurred_from":"%s","reported_at":"%s",)"
      R"("place":{"lat":%.6f,"lon":%.6f,"precision_m":25}})",
      report.source, static_cast<long long>(report.number), report.revision,
      report.revision == 1 ? "new" : "correct", kClassNames[static_cast<size_t>(report.klass)],
      TimeText(report.occurred_ms).c_str(), TimeText(report.arrived_ms).c_str(), report.lat,
      report.lon);
  return {text, static_cast<size_t>(n)};
}

// All records of one report are in one partition, as a partner's own producer would have them.
int32_t PartitionOf(const Report& report) {
  return static_cast<int32_t>(Random(static_cast<uint64_t>(report.number)).Below(kPartitions));
}

class Topic {
 public:
  Topic(const std::string& broker, const std::string& topic) : topic_(topic) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    for (const auto& [name, value] :
         {std::pair("bootstrap.servers", broker.c_str()), std::pair("linger.ms", "20"),
          std::pair("enable.idempotence", "true"), std::pair("log_level", "4")}) {
      LB_CHECK(rd_kafka_conf_set(conf, name, value, nullptr, 0) == RD_KAFKA_CONF_OK);
    }
    rd_kafka_conf_set_dr_msg_cb(conf, [](rd_kafka_t*, const rd_kafka_message_t* message, void*) {
      LB_CHECK(message->err == RD_KAFKA_RESP_ERR_NO_ERROR);
    });
    client_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, nullptr, 0);
    LB_CHECK(client_ != nullptr);
  }
  ~Topic() {
    LB_CHECK(rd_kafka_flush(client_, 60'000) == RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_destroy(client_);
  }
  void Send(int32_t partition, int64_t at_ms, const std::string& key, const std::string& value) {
    while (true) {
      const auto error = rd_kafka_producev(
          client_, RD_KAFKA_V_TOPIC(topic_.c_str()), RD_KAFKA_V_PARTITION(partition),
          RD_KAFKA_V_KEY(key.data(), key.size()),
          RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()),
          RD_KAFKA_V_TIMESTAMP(at_ms), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
      if (error == RD_KAFKA_RESP_ERR_NO_ERROR) break;
      LB_CHECK(error == RD_KAFKA_RESP_ERR__QUEUE_FULL);
      rd_kafka_poll(client_, 100);
    }
    rd_kafka_poll(client_, 0);
  }

 private:
  const std::string topic_;
  rd_kafka_t* client_ = nullptr;
};

// A rate by the wall, in helpings of 50 ms.
class Pace {
 public:
  explicit Pace(int64_t rate) : rate_(rate), began_(std::chrono::steady_clock::now()) {}
  void WaitForNext() {
    if (rate_ == 0) return;
    if (sent_++ % std::max<int64_t>(1, rate_ / 20) != 0) return;
    std::this_thread::sleep_until(began_ + std::chrono::microseconds(sent_ * 1'000'000 / rate_));
  }

 private:
  const int64_t rate_;
  const std::chrono::steady_clock::time_point began_;
  int64_t sent_ = 0;
};

Options Parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view flag = argv[i];
    const std::string value = argv[i + 1];
    if (flag == "--events") {
      options.events = std::stoll(value);
    } else if (flag == "--seed") {
      options.seed = std::stoull(value);
    } else if (flag == "--last") {
      options.last_hours = std::stoll(value);
    } else if (flag == "--rate") {
      options.rate = std::stoll(value);
    } else if (flag == "--areas") {
      options.areas = value;
    } else if (flag == "--out") {
      options.out = value;
    } else if (flag == "--broker") {
      options.broker = value;
    } else if (flag == "--topic") {
      options.topic = value;
    } else {
      std::fprintf(stderr, "workload: no such option: %s\n", argv[i]);
      std::exit(2);
    }
  }
  return options;
}

void Main(const Options& options) {
  if (!options.areas.empty()) WriteAreas(options.areas);
  if (options.events == 0) return;
  FILE* out = options.out.empty() ? nullptr : std::fopen(options.out.c_str(), "w");
  LB_CHECK(options.out.empty() || out != nullptr);
  std::optional<Topic> topic;
  if (!options.topic.empty()) topic.emplace(options.broker, options.topic);
  const std::vector<Report> reports = Generate(options);
  const int64_t from_ms =
      options.last_hours > 0 ? reports.back().arrived_ms - options.last_hours * kHourMs : 0;
  Pace pace(options.rate);
  for (const Report& report : reports) {
    const std::string json = Json(report);
    const int32_t partition = PartitionOf(report);
    if (topic.has_value()) pace.WaitForNext();
    if (out != nullptr && report.arrived_ms >= from_ms) {
      std::fprintf(out, "%lld\t%d\t%s\n", static_cast<long long>(report.arrived_ms), partition,
                   json.c_str());
    }
    if (topic.has_value()) {
      char key[32];
      std::snprintf(key, sizeof(key), "org-%02d/r-%08lld", report.source,
                    static_cast<long long>(report.number));
      topic->Send(partition, report.arrived_ms, key, json);
    }
  }
  LB_CHECK(out == nullptr || std::fclose(out) == 0);
}

}  // namespace
}  // namespace lagesbild::bench

int main(int argc, char** argv) { lagesbild::bench::Main(lagesbild::bench::Parse(argc, argv)); }
