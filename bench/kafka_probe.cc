// What the Kafka adapter costs, and how long a small transaction takes. Needs a broker:
//   deploy/local-kafka start
//   build/bench/kafka_probe --broker 127.0.0.1:PORT                    1 M records written, read,
//   copied build/bench/kafka_probe --broker 127.0.0.1:PORT --latency 60       60 s of 100 records/s
//   through a copy loop
// CPU is of this process, all threads (librdkafka's too), not of the broker; "caller" is the one
// thread that calls. The copy loop is a task without a fold: read, write to another topic, offsets,
// commit as soon as nothing is left.
#include <librdkafka/rdkafka.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "base/check.h"
#include "io/kafka_log.h"
#include "partner.h"

namespace lagesbild::io {
namespace {

using Clock = std::chrono::steady_clock;
using stream::TopicPartition;

struct Options {
  std::string broker;
  int64_t records = 1'000'000;
  int32_t partitions = 4;
  size_t value_bytes = 250;
  int64_t latency_s = 0;
  int64_t rate = 100;
  KafkaConfig::Properties consumer, producer;  // librdkafka's, to try others than ours
};

[[noreturn]] void Fail(const Status& status) {
  std::fprintf(stderr, "kafka_probe: %s\n", status.ToString().c_str());
  std::exit(1);
}
void Must(const Status& status) {
  if (!status.ok()) Fail(status);
}
template <typename T>
T Must(StatusOr<T> value) {
  if (!value.ok()) Fail(value.status());
  return *std::move(value);
}

double CpuSeconds(int who) {
  rusage usage;
  getrusage(who, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Runs `work` over `records` records and prints what each cost.
void Measure(const char* what, int64_t records, const std::function<void()>& work) {
  const auto began = Clock::now();
  const double process = CpuSeconds(RUSAGE_SELF), thread = CpuSeconds(RUSAGE_THREAD);
  work();
  const double wall = std::chrono::duration<double>(Clock::now() - began).count();
  const double n = static_cast<double>(records);
  std::printf("%-28s %7.0f k records/s   CPU %.2f us a record, of it caller %.2f\n", what,
              n / wall / 1e3, 1e6 * (CpuSeconds(RUSAGE_SELF) - process) / n,
              1e6 * (CpuSeconds(RUSAGE_THREAD) - thread) / n);
  std::fflush(stdout);
}

std::string Topic(KafkaLog& log, const std::string& stem, int32_t partitions) {
  const std::string name = "probe-" + stem + "-" + std::to_string(std::random_device{}());
  Must(log.CreateTopic({.name = name, .partitions = partitions}));
  return name;
}

std::vector<TopicPartition> PartitionsOf(const std::string& topic, int32_t count) {
  std::vector<TopicPartition> all;
  for (int32_t p = 0; p < count; ++p) all.push_back({topic, p});
  return all;
}

void Produce(KafkaLog& log, const std::string& topic, const Options& options) {
  constexpr int64_t kInTransaction = 50'000;
  auto sink = Must(log.OpenSink(topic));
  Must(sink->Init());
  const std::string value(options.value_bytes, 'v');
  Measure("write, 50k a transaction", options.records, [&] {
    for (int64_t done = 0; done < options.records;) {
      Must(sink->Begin());
      for (const int64_t end = std::min(done + kInTransaction, options.records); done < end;
           ++done) {
        Must(sink->Produce({topic, static_cast<int32_t>(done % options.partitions)},
                           {.key = "polisen/2023-0114-2147", .value = value}));
      }
      Must(sink->Commit());
    }
  });
}

// Hands over batches until all partitions are drained.
void ReadAll(stream::Consumer& consumer, const std::vector<TopicPartition>& partitions,
             const std::function<void(const TopicPartition&, const stream::Batch&)>& take) {
  size_t drained = 0;
  std::vector<bool> done(partitions.size(), false);
  while (drained < partitions.size()) {
    (void)Must(consumer.Poll(absl::Milliseconds(100)));
    for (size_t i = 0; i < partitions.size(); ++i) {
      const stream::Batch batch = Must(consumer.Read(partitions[i], 1000));
      take(partitions[i], batch);
      if (batch.drained && !done[i]) {
        done[i] = true;
        ++drained;
      }
    }
  }
}

void Consume(KafkaLog& log, const std::string& topic, const Options& options) {
  auto consumer = Must(log.OpenConsumer({}));
  const auto partitions = PartitionsOf(topic, options.partitions);
  int64_t records = 0, bytes = 0;
  Measure("read, 1000 a batch", options.records, [&] {
    for (const auto& at : partitions) Must(consumer->Start(at, 0));
    ReadAll(*consumer, partitions, [&](const TopicPartition&, const stream::Batch& batch) {
      for (const auto& record : batch.records) bytes += static_cast<int64_t>(record.value->size());
      records += static_cast<int64_t>(batch.records.size());
    });
  });
  LB_CHECK(records == options.records &&
           bytes == records * static_cast<int64_t>(options.value_bytes));
}

void Copy(KafkaLog& log, const std::string& topic, const Options& options) {
  constexpr size_t kInTransaction = 20'000;
  const std::string out = Topic(log, "copy", options.partitions), group = out;
  auto consumer = Must(log.OpenConsumer({.group = group, .instance_id = ""}));
  Must(consumer->Subscribe({topic}));
  std::vector<stream::GroupEvent> events;
  while (events.empty()) events = Must(consumer->Poll(absl::Seconds(1)));
  auto sink = Must(log.OpenSink(out));
  Must(sink->Init());
  const auto partitions = PartitionsOf(topic, options.partitions);
  Measure("copy, 20k a transaction", options.records, [&] {
    for (const auto& at : partitions) Must(consumer->Start(at, 0));
    size_t open = 0;
    std::vector<stream::OffsetToCommit> offsets(partitions.size());
    const auto commit = [&] {
      Must(sink->SendOffsets(group, offsets, consumer->membership().get()));
      Must(sink->Commit());
      open = 0;
    };
    for (size_t i = 0; i < partitions.size(); ++i) offsets[i].at = partitions[i];
    ReadAll(*consumer, partitions, [&](const TopicPartition& at, const stream::Batch& batch) {
      if (batch.records.empty()) return;
      if (open == 0) Must(sink->Begin());
      for (const auto& record : batch.records)
        Must(sink->Produce({out, at.partition}, {.key = record.key, .value = record.value}));
      open += batch.records.size();
      offsets[static_cast<size_t>(at.partition)].offset = batch.next_offset;
      if (open >= kInTransaction) commit();
    });
    if (open > 0) commit();
  });
}

// Where the time of small transactions goes.
class Stages {
 public:
  // What passed since the last call, as `stage`.
  void Mark(size_t stage) {
    const auto now = Clock::now();
    sum_ms_[stage] += std::chrono::duration<double, std::milli>(now - last_).count();
    last_ = now;
  }
  void Restart() { last_ = Clock::now(); }
  void Print(int64_t transactions) const {
    std::printf("a transaction, ms:");
    for (size_t i = 0; i < kNames.size(); ++i) {
      std::printf(" %s %.2f", kNames[i], sum_ms_[i] / static_cast<double>(transactions));
    }
    std::printf(" (%lld transactions)\n", static_cast<long long>(transactions));
  }
  enum : size_t { kBegin, kProduce, kOffsets, kCommit };

 private:
  static constexpr std::array kNames = {"begin", "produce", "offsets", "commit"};
  std::array<double, kNames.size()> sum_ms_ = {};
  Clock::time_point last_;
};

// Copies until told to stop; each transaction takes what is there.
void CopyLoop(KafkaLog& log, const std::string& in, const std::string& out, const Options& options,
              std::atomic<bool>& ready, const std::atomic<bool>& stop) {
  auto consumer = Must(log.OpenConsumer({.group = out, .instance_id = ""}));
  Must(consumer->Subscribe({in}));
  std::vector<stream::GroupEvent> events;
  while (events.empty()) events = Must(consumer->Poll(absl::Seconds(1)));
  auto sink = Must(log.OpenSink(out));
  Must(sink->Init());
  const auto partitions = PartitionsOf(in, options.partitions);
  for (const auto& at : partitions) Must(consumer->Start(at, 0));
  ready = true;
  Stages stages;
  int64_t transactions = 0;
  while (!stop) {
    (void)Must(consumer->Poll(absl::Milliseconds(100)));
    std::vector<stream::OffsetToCommit> offsets;
    stages.Restart();
    for (const auto& at : partitions) {
      const stream::Batch batch = Must(consumer->Read(at, 1000));
      if (batch.records.empty()) continue;
      if (offsets.empty()) {
        Must(sink->Begin());
        stages.Mark(Stages::kBegin);
      }
      for (const auto& record : batch.records) {
        Must(sink->Produce({out, at.partition}, {.key = record.key, .value = record.value}));
      }
      offsets.push_back({at, batch.next_offset, "seq=1"});
    }
    if (offsets.empty()) continue;
    stages.Mark(Stages::kProduce);
    Must(sink->SendOffsets(out, offsets, consumer->membership().get()));
    stages.Mark(Stages::kOffsets);
    Must(sink->Commit());
    stages.Mark(Stages::kCommit);
    ++transactions;
  }
  stages.Print(transactions);
}

void Latency(KafkaLog& log, const Options& options) {
  const std::string in = Topic(log, "in", options.partitions),
                    out = Topic(log, "out", options.partitions);
  const int64_t count = options.latency_s * options.rate;
  std::vector<std::atomic<int64_t>> appended(static_cast<size_t>(count));
  std::vector<double> ms;
  std::atomic<bool> ready = false, stop = false;
  std::thread copier([&] { CopyLoop(log, in, out, options, ready, stop); });
  auto reader = Must(log.OpenConsumer({}));
  const auto partitions = PartitionsOf(out, options.partitions);
  for (const auto& at : partitions) Must(reader->Start(at, 0));
  while (!ready) std::this_thread::yield();

  std::thread partner([&] {
    bench::Partner sending(options.broker);
    auto due = Clock::now();
    for (int64_t i = 0; i < count; ++i) {
      while (Clock::now() < due) sending.Serve(1);
      sending.Send({in, static_cast<int32_t>(i % options.partitions)}, std::to_string(i),
                   &appended[static_cast<size_t>(i)]);
      due += std::chrono::nanoseconds(1'000'000'000 / options.rate);
    }
  });
  while (static_cast<int64_t>(ms.size()) < count) {
    (void)Must(reader->Poll(absl::Milliseconds(100)));
    for (const auto& at : partitions) {
      const stream::Batch batch = Must(reader->Read(at, 1000));
      const int64_t now = Clock::now().time_since_epoch().count();
      for (const auto& record : batch.records) {
        const int64_t at_ns = appended[static_cast<size_t>(std::stoll(std::string(*record.value)))];
        ms.push_back(at_ns == 0 ? 0 : static_cast<double>(now - at_ns) / 1e6);
      }
    }
  }
  partner.join();
  stop = true;
  copier.join();
  ms.erase(
      ms.begin(),
      ms.begin() + static_cast<std::ptrdiff_t>(std::min<size_t>(
                       ms.size() / 2, static_cast<size_t>(options.rate))));  // a second to warm up
  std::sort(ms.begin(), ms.end());
  const auto at = [&](double q) {
    return ms[static_cast<size_t>(q * static_cast<double>(ms.size() - 1))];
  };
  std::printf(
      "append to read_committed readable, %lld/s: p50 %.1f ms, p90 %.1f, p99 %.1f, max %.1f (%zu "
      "records)\n",
      static_cast<long long>(options.rate), at(0.5), at(0.9), at(0.99), ms.back(), ms.size());
}

Options Parse(int argc, char** argv) {
  Options options;
  if (const char* broker = std::getenv("LAGESBILD_TEST_KAFKA")) options.broker = broker;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string flag = argv[i], value = argv[i + 1];
    if (flag == "--broker")
      options.broker = value;
    else if (flag == "--records")
      options.records = std::stoll(value);
    else if (flag == "--partitions")
      options.partitions = std::stoi(value);
    else if (flag == "--bytes")
      options.value_bytes = std::stoul(value);
    else if (flag == "--latency")
      options.latency_s = std::stoll(value);
    else if (flag == "--rate")
      options.rate = std::stoll(value);
    else if (flag == "--consumer" || flag == "--producer") {
      const size_t equals = value.find('=');
      if (equals == std::string::npos) Fail(InvalidArgument(flag + " NAME=VALUE"));
      (flag == "--consumer" ? options.consumer : options.producer)
          .emplace_back(value.substr(0, equals), value.substr(equals + 1));
    } else
      Fail(InvalidArgument("unknown flag " + flag));
  }
  if (options.broker.empty()) Fail(InvalidArgument("--broker HOST:PORT is needed"));
  return options;
}

void Main(int argc, char** argv) {
  const Options options = Parse(argc, argv);
  KafkaLogOptions log_options;
  log_options.config.bootstrap_servers = options.broker;
  log_options.config.consumer = options.consumer;
  log_options.config.producer = options.producer;
  auto log = Must(KafkaLog::Open(std::move(log_options)));
  if (options.latency_s > 0) return Latency(*log, options);
  const std::string topic = Topic(*log, "in", options.partitions);
  Produce(*log, topic, options);
  Consume(*log, topic, options);
  Copy(*log, topic, options);
}

}  // namespace
}  // namespace lagesbild::io

int main(int argc, char** argv) {
  lagesbild::io::Main(argc, argv);
  return 0;
}
