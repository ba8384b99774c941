// The floor with state: counters in memory; a commit writes one RocksDB row and one changelog
// record of each series that changed, one aggregate of each area that changed, and alerts.
//
//   floor_state BROKER GROUP RAW ALERTS AGGREGATES STATE_DIR
//
// No re-key (one process reads all partitions), no restore, reports and their revisions in memory
// alone, time as that of the partition furthest ahead.
#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <memory>
#include <unordered_map>

#include "floor.h"

namespace floor_sketch {
namespace {

constexpr int kAreas = 1000, kClasses = 12, kEnter = 8, kExit = 3;
constexpr int64_t kRing = 24 * 60;
constexpr std::array<int64_t, 3> kWindows = {60, 6 * 60, kRing};
constexpr std::array<const char*, 3> kWindowNames = {"1h", "6h", "24h"};

// Counts of one (area, class), a minute each, and their sums over the windows.
struct Series {
  std::array<uint16_t, kRing> minutes = {};
  std::array<int, 3> sums = {};
  int64_t now = 0;  // the last minute that has begun
  std::string alert;
  int sequence = 0;
  bool open = false, dirty = false;

  void AdvanceTo(int64_t minute) {
    if (minute - now > kRing) {
      minutes.fill(0);
      sums.fill(0);
      now = minute;
    }
    for (; now < minute; ++now) {
      // What begins now takes the place of what was a ring ago.
      for (size_t w = 0; w < kWindows.size(); ++w) sums[w] -= At(now + 1 - kWindows[w]);
      At(now + 1) = 0;
    }
  }
  void Add(int64_t minute, int sign) {
    if (minute > now || minute <= now - kRing) return;
    At(minute) = static_cast<uint16_t>(At(minute) + sign);
    for (size_t w = 0; w < kWindows.size(); ++w) {
      if (minute > now - kWindows[w]) sums[w] += sign;
    }
    dirty = true;
  }
  uint16_t& At(int64_t minute) { return minutes[static_cast<size_t>(minute % kRing)]; }
};

struct Held {
  int64_t revision, minute;
  int area, klass;
};

class Sketch {
 public:
  Sketch(const Arguments& args, Loop& loop) : args_(args), loop_(loop), series_(kAreas * kClasses) {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.write_buffer_size = 16 << 20;
    rocksdb::DB* db = nullptr;
    const auto status = rocksdb::DB::Open(options, args.state, &db);
    if (!status.ok()) Fail(status.ToString());
    db_.reset(db);
  }

  void Take(const rd_kafka_message_t& message) {
    const Report report = parser_.Parse(message);
    clock_ms_ = std::max(clock_ms_, rd_kafka_message_timestamp(&message, nullptr));
    key_.assign(report.org).append("/").append(report.id);
    const int klass = ClassOf(report.class_name);
    const auto [it, fresh] = held_.try_emplace(key_, Held{0, 0, 0, 0});
    Held& held = it->second;
    if (held.revision >= report.revision) return;
    if (!fresh) Count(held, -1);
    held = {report.revision, report.minute, report.area, klass};
    Count(held, 1);
  }

  void BeforeCommit() {
    for (size_t i = 0; i < open_.size();) {
      Series& series = *open_[i];
      series.AdvanceTo(clock_ms_ / kMinuteMs);
      Judge(series);
      if (series.open) ++i;
    }
    for (int area = 0; area < kAreas; ++area) {
      bool dirty = false;
      for (int k = 0; k < kClasses; ++k) {
        Series& series = Of(area, k);
        if (!series.dirty) continue;
        dirty = true;
        series.dirty = false;
        WriteRow(area, k, series);
      }
      if (dirty) SendAggregate(area);
    }
  }
  void Committed() {
    if (!db_->Write({}, &rows_).ok()) Fail("rocksdb write");
    rows_.Clear();
  }

 private:
  Series& Of(int area, int klass) { return series_[static_cast<size_t>(area * kClasses + klass)]; }
  int ClassOf(std::string_view name) {
    const auto it = std::find(classes_.begin(), classes_.end(), name);
    if (it != classes_.end()) return static_cast<int>(it - classes_.begin());
    classes_.emplace_back(name);
    return static_cast<int>(classes_.size()) - 1;
  }
  void Count(const Held& held, int sign) {
    Series& series = Of(held.area, held.klass);
    series.AdvanceTo(clock_ms_ / kMinuteMs);
    Judge(series);  // what has fallen may rise again now
    series.Add(held.minute, sign);
    Judge(series);
  }
  void Judge(Series& series) {
    const bool is = series.open ? series.sums[0] > kExit : series.sums[0] >= kEnter;
    if (is == series.open) return;
    const auto index = static_cast<int>(&series - series_.data());
    if (is) {
      series.alert = "f-" + std::to_string(++alerts_);
      series.sequence = 0;
      open_.push_back(&series);
    } else {
      open_.erase(std::find(open_.begin(), open_.end(), &series));
    }
    series.open = is;
    series.dirty = true;
    char value[512];
    const int size = std::snprintf(
        value, sizeof(value),
        R"({"alert_id":"%s","sequence":%d,"state":"%s","at":%lld,"area":"a-%03d","of":"%s","observed":%d})",
        series.alert.c_str(), ++series.sequence, is ? "open" : "resolved",
        static_cast<long long>(clock_ms_), index / kClasses,
        classes_[static_cast<size_t>(index % kClasses)].c_str(), series.sums[0]);
    loop_.Produce(args_.alerts, series.alert, {value, static_cast<size_t>(size)});
  }
  // The last minute, the sums, and the minutes that hold something.
  void WriteRow(int area, int klass, Series& series) {
    row_.clear();
    const auto put = [this](int64_t value) { row_.append(reinterpret_cast<char*>(&value), 4); };
    put(series.now);
    for (const int sum : series.sums) put(sum);
    for (int64_t minute = series.now - kRing + 1; minute <= series.now; ++minute) {
      if (series.At(minute) == 0) continue;
      put(minute);
      put(series.At(minute));
    }
    const std::string key = std::to_string(area) + "/" + std::to_string(klass);
    rows_.Put(key, row_);
    loop_.Produce(args_.group + ".changelog", key, row_);
  }
  void SendAggregate(int area) {
    std::string json;
    char text[64];
    std::snprintf(text, sizeof(text), "a-%03d", area);
    const std::string id = text;
    json = R"({"area":")" + id + R"(","as_of":)" + std::to_string(clock_ms_) + R"(,"windows":{)";
    for (size_t w = 0; w < kWindows.size(); ++w) {
      json.append(w == 0 ? "\"" : ",\"").append(kWindowNames[w]).append("\":{");
      int all = 0;
      for (size_t k = 0; k < classes_.size(); ++k) {
        Series& series = Of(area, static_cast<int>(k));
        series.AdvanceTo(clock_ms_ / kMinuteMs);
        if (series.sums[w] == 0) continue;
        all += series.sums[w];
        json.append("\"").append(classes_[k]).append("\":");
        json.append(std::to_string(series.sums[w])).append(",");
      }
      json.append("\"all\":").append(std::to_string(all)).append("}");
    }
    loop_.Produce(args_.aggregates, id, json.append("}}"));
  }

  const Arguments& args_;
  Loop& loop_;
  Parser parser_;
  std::vector<Series> series_;
  std::vector<Series*> open_;
  std::vector<std::string> classes_;
  std::unordered_map<std::string, Held> held_;
  std::unique_ptr<rocksdb::DB> db_;
  rocksdb::WriteBatch rows_;
  std::string key_, row_;
  int64_t clock_ms_ = 0, alerts_ = 0;
};

}  // namespace
}  // namespace floor_sketch

int main(int argc, char** argv) {
  const auto args = floor_sketch::Parse(argc, argv);
  floor_sketch::Loop loop(args);
  floor_sketch::Sketch sketch(args, loop);
  loop.Run([&](const rd_kafka_message_t& message) { sketch.Take(message); },
           [&] { sketch.BeforeCommit(); }, [&] { sketch.Committed(); });
}
