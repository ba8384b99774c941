// EngineRig: the engine over the memory log, memory stores and a clock that stands, for the tests
// of the protocol.
//
// What survives a crash (log, stores, clock) is the rig's; workers are made and thrown away by the
// test.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/time.h"
#include "io/memory_log.h"
#include "stream/failpoint.h"
#include "stream/log_codec.h"
#include "stream/picture_worker.h"
#include "stream/settings_codec.h"
#include "stream/small_town.h"
#include "support/manual_clock.h"
#include "support/memory_stores.h"
#include "support/recording.h"

namespace lagesbild::stream {

class EngineRig : public testing::Test {
 protected:
  static constexpr int64_t kStart = ManualClock::kStartMs;

  void SetUp() override { MakeTopics(2); }
  void TearDown() override { SetFailpointHook(nullptr); }

  // Another log, with nothing in it but its topics.
  void MakeNewLog(int32_t partitions) {
    writer_.reset();
    log_ = std::make_unique<io::MemoryLog>(clock_);
    MakeTopics(partitions);
  }

  void MakeTopics(int32_t partitions) {
    topics_ = stream::MakeTopics("safety.", SmallTown());
    for (const std::string& name : {topics_.picture_log, topics_.aggregates, topics_.alerts,
                                    topics_.dead_letters, topics_.changelog}) {
      ASSERT_TRUE(log_->CreateTopic({name, partitions, {}}).ok());
    }
    for (const RawTopic& raw : topics_.raw) {
      ASSERT_TRUE(log_->CreateTopic({raw.name, 2, {}}).ok());
    }
    ASSERT_TRUE(log_->CreateTopic({topics_.lease, 1, {}}).ok());
    auto counts = CountPartitions(*log_, topics_);
    ASSERT_TRUE(counts.ok()) << counts.status();
    counts_ = *counts;
    if (writer_ == nullptr) {
      writer_ = *log_->OpenSink("test-writer");
      ASSERT_TRUE(writer_->Init().ok());
    }
  }

  World world() { return {*log_, stores_, clock_, metrics_, reporter_, health_}; }

  PictureWorkerOptions PictureOptions(const std::string& instance = "one") {
    PictureWorkerOptions options;
    options.instance_id = instance;
    options.topics = topics_;
    options.counts = counts_;
    return options;
  }
  std::unique_ptr<PictureWorker> NewPictureWorker(const std::string& instance = "one") {
    return std::make_unique<PictureWorker>(PictureOptions(instance), world());
  }

  // ---- log records

  static LogRecord Record(int64_t clock_ms, decltype(LogRecord::body) body,
                          const std::string& picture = "hv") {
    LogRecord r;
    r.clock_ms = clock_ms;
    r.picture = picture;
    r.body = std::move(body);
    return r;
  }
  static LogRecord TickAt(int64_t clock_ms) { return Record(clock_ms, Tick{}, ""); }
  static LogRecord ConfigurationAt(int64_t clock_ms, int64_t version = 1) {
    return Record(clock_ms, Configuration{version, EncodeSettings(SmallTown(version))}, "");
  }
  static LogRecord ReportAt(int64_t clock_ms, const std::string& id,
                            const std::string& class_name = "assault",
                            const std::string& area = "hv-1") {
    Report r;
    r.key = {false, "polisen", id};
    r.kind = Kind::kPolice;
    r.class_name = class_name;
    r.occurred_ms = clock_ms - kMinuteMs;
    r.reported_ms = clock_ms;
    r.area = area;
    r.has_point = true;
    r.lat = 59.36;
    r.lon = 17.84;
    r.precision_m = 25;
    return Record(clock_ms, r, area.substr(0, 2));
  }

  void Append(int32_t partition, const std::vector<LogRecord>& records) {
    ASSERT_TRUE(writer_->Begin().ok());
    LogEncoder encoder;
    std::string bytes;
    for (const LogRecord& r : records) {
      encoder.Encode(r, bytes);
      const HeaderView trace{"traceparent", r.traceparent};
      ASSERT_TRUE(writer_
                      ->Produce({topics_.picture_log, partition},
                                {.key = r.picture,
                                 .value = bytes,
                                 .headers = std::span(&trace, r.traceparent.empty() ? 0 : 1)})
                      .ok());
    }
    ASSERT_TRUE(writer_->Commit().ok());
  }

  // ---- running and looking

  // Rounds until the worker is idle, moving the clock past back-offs.
  Status RunUntilIdle(Worker& worker, int rounds_max = 2000) {
    for (int i = 0; i < rounds_max; ++i) {
      LB_RETURN_IF_ERROR(worker.Round(absl::ZeroDuration()));
      if (worker.idle() && i > 1) return absl::OkStatus();
      clock_.Advance(absl::Milliseconds(20));
    }
    return Internal("never idle");
  }

  std::vector<std::string> ReadTopic(const std::string& topic) {
    std::vector<std::string> out;
    auto reader = *log_->OpenConsumer({});
    const int32_t partitions = log_->Describe(topic)->partitions;
    for (int32_t p = 0; p < partitions; ++p) {
      const TopicPartition at{topic, p};
      EXPECT_TRUE(reader->Start(at, kFromBeginning).ok());
      for (bool drained = false; !drained;) {
        auto batch = reader->Read(at, 1000);
        EXPECT_TRUE(batch.ok()) << batch.status();
        if (!batch.ok()) return out;
        drained = batch->drained;
        for (const RecordView& r : batch->records) {
          out.push_back(std::to_string(p) + " " + std::string(r.key) + " " +
                        std::string(r.value.value_or("(none)")));
        }
      }
    }
    return out;
  }
  std::vector<std::string> Alerts() { return ReadTopic(topics_.alerts); }

  // The windows of the last value of each key: how many were sent on the way depends on commits.
  std::map<std::string, std::string> LastAggregates() {
    std::map<std::string, std::string> out;
    for (const std::string& line : ReadTopic(topics_.aggregates)) {
      const size_t first = line.find(' '), second = line.find(' ', first + 1);
      out[line.substr(first + 1, second - first - 1)] = line.substr(line.find("\"windows\""));
    }
    return out;
  }

  CommittedOffset Committed(const std::string& group, const TopicPartition& at) {
    auto reader = *log_->OpenConsumer({.group = group});
    auto committed = reader->Committed(std::span(&at, 1));
    EXPECT_TRUE(committed.ok()) << committed.status();
    return committed.ok() ? committed->at(0) : CommittedOffset{};
  }
  CommittedOffset CommittedLog(int32_t partition) {
    return Committed("lagesbild", {topics_.picture_log, partition});
  }

  ManualClock clock_;
  std::unique_ptr<io::MemoryLog> log_ = std::make_unique<io::MemoryLog>(clock_);
  MemoryStores stores_;
  RecordingMetrics metrics_;
  RecordingReporter reporter_;
  HealthBoard health_;
  Topics topics_;
  PartitionCounts counts_;
  std::unique_ptr<TransactionalSink> writer_;
};

}  // namespace lagesbild::stream
