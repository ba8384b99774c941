// The workload of bench/run: reports by the million, the same for every engine and every run of one
// seed.
//
//   build/bench/workload --events N [--seed N] [--areas FILE] [--out FILE [--last HOURS]]
//                        [--replay FILE] [--broker HOST:PORT --topic TOPIC [--rate N]]
//                        [--partitions N] [what the reports are like]
//
// --areas   writes the outlines of the areas (GeoJSON) that `lagesbild` locates by
// --out     writes each record as a line TIMESTAMP_MS <tab> PARTITION <tab> JSON, for
// bench/recount.py
// --last    of those only what arrived in the last hours
// --replay  writes them as input of `lagesbild replay`
// --topic   writes the records to a Kafka topic (created if it is not there, 4 partitions,
// CreateTime)
// --rate    so many of them a second by the wall; their own times stay
//
// A million reports to seven days; 1,000 areas in 100 pictures, Zipf 1.0 over the areas; 12 classes
// and 20 sources, each as likely; a report arrives 10 minutes after it occurred on average, 2 hours
// at most; of a hundred reports 3 come twice and 2 are corrected to another class. Records are in
// the order of their arrival, which is their timestamp. bench/growth changes one of these:
// --grid AREAS, --classes N, --zipf EXPONENT, --days OF_A_MILLION, --incident REPORTS,
// --revisions 0, --pairs N, --sweeps N, --beside CLASS (reports.h says what they are).
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <vector>

#include "base/check.h"
#include "grid.h"
#include "reports.h"

namespace lagesbild::bench {
namespace {

constexpr int kPartitions = 4;

struct Options {
  Draw draw;
  int partitions = kPartitions;
  int64_t last_hours = 0, rate = 0;  // 0: all; at once
  std::string areas, out, replay, broker, topic;
};

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
  const int n =
      std::snprintf(text, sizeof(text),
                    R"({"org":"org-%02d","id":"r-%08lld","revision":%d,"action":"%s","class":"%s",)"
                    R"("verification":"unconfirmed","occurred_from":"%s","reported_at":"%s",)"
                    R"("place":{"lat":%.6f,"lon":%.6f,"precision_m":25}})",
                    report.source, static_cast<long long>(report.number), report.revision,
                    report.revision == 1 ? "new" : "correct", ClassName(report.klass).c_str(),
                    TimeText(report.occurred_ms).c_str(), TimeText(report.arrived_ms).c_str(),
                    report.lat, report.lon);
  return {text, static_cast<size_t>(n)};
}

// All records of one report are in one partition, as a partner's own producer would have them.
int32_t PartitionOf(const Report& report, int partitions) {
  return static_cast<int32_t>(Random(static_cast<uint64_t>(report.number)).Below(partitions));
}

std::string KeyOf(const Report& report) {
  char key[32];
  std::snprintf(key, sizeof(key), "org-%02d/r-%08lld", report.source,
                static_cast<long long>(report.number));
  return key;
}

// A file to write lines to; none if it has no name.
class Lines {
 public:
  explicit Lines(const std::string& path)
      : file_(path.empty() ? nullptr : std::fopen(path.c_str(), "w")) {
    LB_CHECK(path.empty() || file_ != nullptr);
  }
  ~Lines() { LB_CHECK(file_ == nullptr || std::fclose(file_) == 0); }
  bool open() const { return file_ != nullptr; }
  void Recount(const Report& report, int32_t partition, const std::string& json) {
    std::fprintf(file_, "%lld\t%d\t%s\n", static_cast<long long>(report.arrived_ms), partition,
                 json.c_str());
  }
  void Replay(const Report& report, const std::string& json) {
    std::fprintf(file_,
                 R"({"topic":"reports","timestamp":"%s","key":"%s","headers":{},)"
                 "\"value\":%s}\n",
                 TimeText(report.arrived_ms).c_str(), KeyOf(report).c_str(), json.c_str());
  }

 private:
  FILE* const file_;
};

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
  Draw& draw = options.draw;
  using Set = std::function<void(const std::string&)>;
  const auto whole = [](auto& field) {
    return [&field](const std::string& v) {
      field = static_cast<std::remove_reference_t<decltype(field)>>(std::stoll(v));
    };
  };
  const auto real = [](double& field) {
    return [&field](const std::string& v) { field = std::stod(v); };
  };
  const auto text = [](std::string& field) {
    return [&field](const std::string& v) { field = v; };
  };
  const std::map<std::string_view, Set> flags = {
      {"--events", whole(draw.events)},      {"--seed", whole(draw.seed)},
      {"--grid", whole(draw.areas)},         {"--classes", whole(draw.classes)},
      {"--zipf", real(draw.zipf)},           {"--days", real(draw.days)},
      {"--incident", whole(draw.incident)},  {"--revisions", whole(draw.revisions)},
      {"--pairs", whole(draw.pairs)},        {"--sweeps", whole(draw.sweeps)},
      {"--beside", whole(draw.beside)},      {"--partitions", whole(options.partitions)},
      {"--last", whole(options.last_hours)}, {"--rate", whole(options.rate)},
      {"--areas", text(options.areas)},      {"--out", text(options.out)},
      {"--replay", text(options.replay)},    {"--broker", text(options.broker)},
      {"--topic", text(options.topic)}};
  for (int i = 1; i + 1 < argc; i += 2) {
    const auto flag = flags.find(argv[i]);
    if (flag == flags.end()) {
      std::fprintf(stderr, "workload: no such option: %s\n", argv[i]);
      std::exit(2);
    }
    flag->second(argv[i + 1]);
  }
  return options;
}

void Main(const Options& options) {
  if (!options.areas.empty()) WriteAreas(Grid(options.draw.areas), options.areas);
  if (options.draw.events == 0) return;
  Lines out(options.out), replay(options.replay);
  std::optional<Topic> topic;
  if (!options.topic.empty()) topic.emplace(options.broker, options.topic);
  const std::vector<Report> reports = Generate(options.draw);
  const int64_t from_ms =
      options.last_hours > 0 ? reports.back().arrived_ms - options.last_hours * kHourMs : 0;
  Pace pace(options.rate);
  for (const Report& report : reports) {
    const std::string json = Json(report);
    const int32_t partition = PartitionOf(report, options.partitions);
    if (topic.has_value()) pace.WaitForNext();
    if (out.open() && report.arrived_ms >= from_ms) out.Recount(report, partition, json);
    if (replay.open()) replay.Replay(report, json);
    if (topic.has_value()) topic->Send(partition, report.arrived_ms, KeyOf(report), json);
  }
}

}  // namespace
}  // namespace lagesbild::bench

int main(int argc, char** argv) { lagesbild::bench::Main(lagesbild::bench::Parse(argc, argv)); }
