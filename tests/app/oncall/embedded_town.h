// EmbeddedTown: the town of town_files.h with a service of its own that runs to the end of what it
// was given, on the embedded log; and hands that damage what it left behind.
#pragma once

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "app/exit_code.h"
#include "app/folder.h"
#include "app/run_command.h"
#include "app/service/host.h"
#include "app/service/log_publisher.h"
#include "app/town_files.h"
#include "base/time.h"
#include "io/embedded_log.h"
#include "io/embedded_log_format.h"
#include "io/rocksdb_store.h"
#include "io/system_clock.h"
#include "stream/topics.h"

namespace lagesbild::app {

class EmbeddedTown {
 public:
  // `minutes` after two days ago, so that no topic is too old to be kept.
  int64_t At(double minutes) const {
    return start_ms_ + static_cast<int64_t>(minutes * static_cast<double>(kMinuteMs));
  }
  feeds::RawMessage Report(const std::string& id, double minutes, const std::string& class_name,
                           const std::string& more = "") const {
    return {"incidents",
            At(minutes),
            "polisen/" + id,
            R"({"org":"polisen","id":")" + id + R"(","class":")" + class_name +
                R"(","occurred_from":")" + FormatTimeMs(At(minutes)) +
                R"(","place":{"lat":59.35,"lon":17.82})" + more + "}",
            {}};
  }
  // Three assaults and a shooting in one district, one record that is none, one outside all areas.
  std::vector<feeds::RawMessage> Evening() const {
    feeds::RawMessage outside = Report("far", 50, "assault");
    outside.value.replace(outside.value.find("59.35"), 5, "10.00");
    return {Report("a1", 1, "assault"),
            Report("a2", 40, "assault"),
            outside,
            Report("bad", 60, "assault", R"(,"name":"x")"),
            Report("a3", 80, "assault"),
            Report("s1", 90, "shooting")};
  }

  void Publish(const std::vector<feeds::RawMessage>& messages) {
    auto log = OpenLog();
    auto publisher = LogPublisher::Open(*log, topics_).value();
    for (const feeds::RawMessage& message : messages) ASSERT_TRUE(publisher->Publish(message).ok());
    ASSERT_TRUE(publisher->Flush().ok());
  }
  std::unique_ptr<stream::Log> OpenLog() {
    std::filesystem::create_directories(folder_.Path("state/town"));
    auto log = io::EmbeddedLog::Open(folder_.Path("state/town/log"), memory_, clock_);
    EXPECT_TRUE(log.ok()) << log.status();
    for (const stream::RawTopic& raw : topics_.raw)
      (*log)->CreateTopic({raw.name, 1, {}}).IgnoreError();
    return *std::move(log);
  }
  Ran Run(std::vector<std::string> words) const {
    words.insert(words.end(), {"--config", config_, "--set", "state.dir=" + folder_.Path("state")});
    return RunWords(words);
  }
  // Takes all there is, judges it, and ends.
  void Serve() const {
    const Ran ran = Run({"run", "--embedded", "--set", "clock=records", "--set", "http.admin=off"});
    ASSERT_EQ(ran.code, kExitOk) << ran.err;
  }

  void EditRows(const std::function<void(stream::Store& store)>& edit) {
    auto stores = io::RocksStores::Open(folder_.Path("state"), "town", memory_).value();
    auto store = stores->Open(0).value();
    edit(*store);
  }
  void EditLog(const std::function<void(rocksdb::DB& db)>& edit) {
    const auto db = io::OpenRocks(folder_.Path("state/town/log"), memory_).value();
    edit(*db);
  }
  // All that the one partition of a topic holds.
  struct Record {
    int64_t offset = 0;
    std::string key, value;
  };
  std::vector<Record> Records(const std::string& topic) {
    const auto log = OpenLog();
    auto consumer = log->OpenConsumer({}).value();
    EXPECT_TRUE(consumer->Start({topic, 0}, stream::kFromBeginning).ok());
    std::vector<Record> records;
    for (bool drained = false; !drained;) {
      EXPECT_TRUE(consumer->Poll(absl::Seconds(5)).ok());
      const auto batch = consumer->Read({topic, 0}, 100).value();
      for (const stream::RecordView& r : batch.records)
        records.push_back({r.offset, std::string(r.key), std::string(r.value.value_or(""))});
      drained = batch.drained;
    }
    return records;
  }
  void Append(const std::string& topic, const std::string& key, const std::string& value) {
    const auto log = OpenLog();
    auto sink = log->OpenSink("test").value();
    ASSERT_TRUE(sink->Init().ok());
    ASSERT_TRUE(sink->Begin().ok());
    ASSERT_TRUE(sink->Produce({topic, 0}, {.key = key, .value = value}).ok());
    ASSERT_TRUE(sink->Commit().ok());
  }
  // The picture log begins at `begin`, as retention would have it.
  void TrimLog(int64_t begin) {
    const auto end = static_cast<int64_t>(Records(topics_.picture_log).size());
    EditLog([&](rocksdb::DB& db) {
      const uint32_t id = TopicId(db, topics_.picture_log);
      for (int64_t offset = 0; offset < begin; ++offset)
        ASSERT_TRUE(db.Delete({}, io::embedded::RecordKeyOf(id, 0, offset)).ok());
      ASSERT_TRUE(db.Put({}, io::embedded::PartitionKey('p', id, 0),
                         io::embedded::PartitionRow(begin, end, 0, 0, 0))
                      .ok());
    });
  }
  // The id that the embedded log knows a topic by.
  static uint32_t TopicId(rocksdb::DB& db, const std::string& topic) {
    std::string row;
    EXPECT_TRUE(db.Get({}, io::embedded::TopicKey(topic), &row).ok());
    ByteReader r(row);
    r.Byte();
    return static_cast<uint32_t>(r.Varint());
  }

  const Folder& folder() const { return folder_; }
  const std::string& config() const { return config_; }
  const stream::Topics& topics() const { return topics_; }

 private:
  Folder folder_;
  const std::string config_ = WriteTown(folder_);
  const stream::Topics topics_ = stream::MakeTopics("safety.", {}, "town");
  const int64_t start_ms_ = FloorTo(absl::ToUnixMillis(absl::Now()) - 2 * kDayMs, kHourMs);
  io::RocksMemory memory_{size_t{16} << 20};
  io::SystemClock clock_;
};

}  // namespace lagesbild::app
