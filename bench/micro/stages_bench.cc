// What each stage of the data path costs: order, decode, validate, strip, locate, the whole of
// intake, the log's codec, revise, merge, count, judge, encode, store write, restore.
//
//   build/bench/stages_bench [--benchmark_filter=NAME]
//
// LAGESBILD_BENCH_ITERATIONS=N runs each exactly N times: bench/micro/compare counts instructions
// that way. The stages of the picture are one Fold each, with just what exercises them: reports
// that are held already (revise), that join in tens (merge), that no rule looks at (count), that a
// rule looks at and says `updated` (judge). Their figures contain the stages before them.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/time.h"
#include "intake/decode.h"
#include "intake/locate.h"
#include "intake/order.h"
#include "intake/strip.h"
#include "intake/town.h"
#include "intake/validate.h"
#include "io/rocksdb_store.h"
#include "picture/fold.h"
#include "stream/log_codec.h"
#include "stream/outputs.h"

namespace lagesbild {
namespace {

using benchmark::DoNotOptimize;

constexpr std::string_view kJson =
    R"({"org":"polisen","id":"r-00001234","revision":1,"action":"new","class":"theft",)"
    R"("verification":"unconfirmed","occurred_from":"2023-03-01T08:47:00.123Z",)"
    R"("reported_at":"2023-03-01T08:49:00.123Z","place":{"lat":59.366812,"lon":17.844012,"precision_m":25}})";

// Count rule on theft alone; shooting merges within 30 minutes and 150 metres.
Settings TownSettings() {
  Settings settings = std::move(intake::MakeTown().settings);
  settings.windows_ms = {kHourMs, 6 * kHourMs, kDayMs};
  settings.grace_ms = kHourMs;
  Rule& rule = settings.rules.emplace_back();
  rule.id = "theft-1h";
  rule.type = RuleType::kCount;
  rule.of.what = Of::What::kClass;
  rule.of.name = "theft";
  rule.level = "district";
  rule.window_ms = kHourMs;
  rule.enter = 8;
  rule.exit = 3;
  rule.hold_ms = 0;
  LB_CHECK(settings.Index("borough").ok());
  return settings;
}

LogRecord ReportRecord(int64_t clock_ms, int64_t number, const std::string& class_name) {
  LogRecord record;
  record.clock_ms = clock_ms;
  record.picture = "hv";
  record.raw = {.topic = "incidents", .partition = 1, .offset = number};
  Report report;
  report.key = {.tip = false, .org = "polisen", .id = "r-" + std::to_string(number)};
  report.kind = Kind::kPolice;
  report.class_name = class_name;
  report.occurred_ms = clock_ms - 5 * kMinuteMs;
  report.reported_ms = clock_ms;
  report.area = number % 2 == 0 ? "hv-1" : "hv-2";
  report.has_point = true;
  report.lat = 59.35;
  report.lon = number % 2 == 0 ? 17.82 : 17.88;
  report.precision_m = 25;
  record.body = std::move(report);
  return record;
}

// A fold with the town's configuration, and a clock.
class Folded {
 public:
  Folded() : fold_([](std::string_view) { return StatusOr<Settings>(TownSettings()); }) {
    LogRecord record;
    record.clock_ms = clock_ms_;
    record.body = Configuration{.version = 1, .encoded = "town"};
    Feed(record);
  }
  // An instant of its own, `after_ms` after the one before.
  void Report(int64_t number, const std::string& class_name, int64_t after_ms) {
    clock_ms_ += after_ms;
    Feed(ReportRecord(clock_ms_, number, class_name));
  }
  void Feed(const LogRecord& record) {
    effects_ = {};
    LB_CHECK(fold_.Instant(record.clock_ms, {&record, 1}, effects_).ok());
  }
  picture::Fold& fold() { return fold_; }
  const picture::Effects& effects() const { return effects_; }
  // Rows of everything so far.
  std::vector<std::pair<std::string, std::string>> Rows() {
    std::vector<std::pair<std::string, std::string>> rows;
    fold_.CollectRows(++commits_, [&](std::string_view key, const std::string* value) {
      if (value != nullptr) rows.emplace_back(key, *value);
    });
    return rows;
  }

 private:
  picture::Fold fold_;
  picture::Effects effects_;
  int64_t clock_ms_ = intake::Ms(intake::kNow);
  uint64_t commits_ = 0;
};

void Order(benchmark::State& state) {
  intake::Order order(std::nullopt);
  for (int p = 0; p < 4; ++p) order.Offer(order.AddPartition(std::nullopt, {}), p);
  int64_t time = 4;
  for (auto _ : state) order.Offer(order.Take({})->partition, ++time);
}

void Decode(benchmark::State& state) {
  intake::Decoder decoder;
  intake::RawReport report;
  for (auto _ : state) DoNotOptimize(decoder.Decode(kJson, {}, report));
}

void Validate(benchmark::State& state) {
  const intake::Town town = intake::MakeTown();
  intake::Decoder decoder;
  intake::RawReport raw;
  LB_CHECK(!decoder.Decode(kJson, {}, raw).has_value());
  intake::Validator validator(town.settings);
  const int64_t now_ms = intake::Ms(intake::kNow);
  const intake::Arrival arrival = {
      .topic = "incidents", .timestamp_ms = now_ms, .clock_ms = now_ms};
  intake::CheckedReport checked;
  for (auto _ : state) DoNotOptimize(validator.Check(raw, arrival, checked));
}

void Strip(benchmark::State& state) {
  intake::Stripper stripper("a secret", "Europe/Stockholm");
  int64_t at_ms = intake::Ms(intake::kNow);
  for (auto _ : state) DoNotOptimize(stripper.ReporterHash(++at_ms, "a-reporter-of-tips"));
}

// A thousand squares.
void Locate(benchmark::State& state) {
  std::vector<Area> areas(1000);
  std::vector<intake::AreaShape> shapes;
  for (int i = 0; i < 1000; ++i) {
    areas[i] = {.id = "a" + std::to_string(i), .level = "district", .parent = -1, .radius_m = 1000};
    const double west = 17 + 0.04 * (i % 50), south = 58 + 0.05 * (i / 50);
    shapes.push_back(intake::Square(west, south, west + 0.04, south + 0.05));
  }
  const auto index = intake::AreaIndex::Build(areas, std::move(shapes));
  LB_CHECK(index.ok());
  int i = 0;
  for (auto _ : state) {
    i = (i + 617) % 1000;
    DoNotOptimize((*index)->Locate({17.013 + 0.04 * (i % 50), 58.017 + 0.05 * (i / 50)}, 25));
  }
}

void WholeIntake(benchmark::State& state) {
  const intake::Town town = intake::MakeTown();
  intake::Intake intake(intake::OptionsOf(town));
  intake::IntakeOutput out;
  const int64_t now_ms = intake::Ms(intake::kNow);
  intake::RawRecord record = {
      .topic = "incidents", .timestamp_ms = now_ms, .key = "polisen/r-00001234", .value = kJson};
  for (auto _ : state) {
    ++record.offset;
    intake.Process(record, now_ms, out);
    if (out.log.size() >= 1000) out.log.clear();
  }
  LB_CHECK(out.dead_letters.empty());
}

void LogEncode(benchmark::State& state) {
  stream::LogEncoder encoder;
  const LogRecord record = ReportRecord(intake::Ms(intake::kNow), 1234, "theft");
  std::string bytes;
  for (auto _ : state) encoder.Encode(record, bytes);
}

void LogDecode(benchmark::State& state) {
  stream::LogEncoder encoder;
  stream::LogDecoder decoder;
  std::string bytes;
  encoder.Encode(ReportRecord(intake::Ms(intake::kNow), 1234, "theft"), bytes);
  LogRecord record;
  for (auto _ : state) LB_CHECK(decoder.Decode(bytes, record).ok());
}

void Revise(benchmark::State& state) {
  Folded folded;
  folded.Report(1, "assault", 1);
  for (auto _ : state) folded.Report(1, "assault", 1);
}

void Merge(benchmark::State& state) {
  Folded folded;
  int64_t number = 0;
  for (auto _ : state) folded.Report(++number, "shooting", 3 * kMinuteMs);
}

void Count(benchmark::State& state) {
  Folded folded;
  int64_t number = 0;
  for (auto _ : state) folded.Report(++number, "assault", kMinuteMs);
}

// Both districts have an open alert with some thirty incidents.
void Judge(benchmark::State& state) {
  Folded folded;
  int64_t number = 0;
  for (int i = 0; i < 200; ++i) folded.Report(++number, "theft", kMinuteMs);
  for (auto _ : state) {
    folded.Report(++number, "theft", kMinuteMs);
    LB_CHECK(folded.effects().alerts.size() == 1);
  }
}

stream::OutputEncoder MakeEncoder() {
  const Settings settings = TownSettings();
  return {stream::MakeTopics("safety.", settings),
          {.picture_log = 4, .aggregates = 4, .alerts = 4, .dead_letters = 4, .raw = {4, 4, 4}},
          "lagesbild"};
}

void EncodeAlert(benchmark::State& state) {
  Folded folded;
  for (int i = 0; i < 200; ++i) folded.Report(i, "theft", kMinuteMs);
  const picture::AlertTransition transition = folded.effects().alerts.at(0);
  const stream::OutputEncoder encoder = MakeEncoder();
  for (auto _ : state) DoNotOptimize(encoder.Alert(transition));
}

void EncodeAggregate(benchmark::State& state) {
  Folded folded;
  for (int i = 0; i < 200; ++i) folded.Report(i, i % 3 == 0 ? "theft" : "assault", kMinuteMs);
  const picture::Aggregate aggregate = folded.fold().CollectAggregates().at(0);
  const stream::OutputEncoder encoder = MakeEncoder();
  for (auto _ : state) DoNotOptimize(encoder.Aggregate(aggregate));
}

// A commit of a hundred rows of 300 bytes.
void StoreWrite(benchmark::State& state) {
  char name[] = "/tmp/lagesbild-stages.XXXXXX";
  LB_CHECK(mkdtemp(name) != nullptr);
  {
    const io::RocksMemory memory(64 << 20);
    auto stores = io::RocksStores::Open(name, "bench", memory);
    LB_CHECK(stores.ok());
    auto store = (*stores)->Open(0);
    LB_CHECK(store.ok());
    int64_t row = 0;
    for (auto _ : state) {
      std::vector<stream::Store::Change> changes;
      for (int i = 0; i < 100; ++i) {
        row = (row + 617) % 10'000;
        changes.push_back({.key = "hv/row-" + std::to_string(row), .value = std::string(300, 'v')});
      }
      LB_CHECK((*store)->Write(std::move(changes)).ok());
    }
  }
  std::filesystem::remove_all(name);
}

// A picture of a thousand reports.
void Restore(benchmark::State& state) {
  Folded folded;
  for (int i = 0; i < 1000; ++i) {
    folded.Report(i, i % 3 == 0 ? "theft" : "assault", kMinuteMs);
  }
  const auto rows = folded.Rows();
  for (auto _ : state) {
    picture::Fold fold([](std::string_view) { return StatusOr<Settings>(TownSettings()); });
    for (const auto& [key, value] : rows) LB_CHECK(fold.Restore(key, value).ok());
    LB_CHECK(fold.FinishRestore().ok());
  }
}

void Register(const char* name, void (*stage)(benchmark::State&)) {
  auto* registered = benchmark::RegisterBenchmark(name, stage);
  const char* iterations = std::getenv("LAGESBILD_BENCH_ITERATIONS");
  if (iterations != nullptr) registered->Iterations(std::atoll(iterations));
}

}  // namespace
}  // namespace lagesbild

int main(int argc, char** argv) {
  using namespace lagesbild;  // NOLINT: a table
  Register("order", Order);
  Register("decode", Decode);
  Register("validate", Validate);
  Register("strip", Strip);
  Register("locate", Locate);
  Register("intake", WholeIntake);
  Register("log_encode", LogEncode);
  Register("log_decode", LogDecode);
  Register("revise", Revise);
  Register("merge", Merge);
  Register("count", Count);
  Register("judge", Judge);
  Register("encode_alert", EncodeAlert);
  Register("encode_aggregate", EncodeAggregate);
  Register("store_write", StoreWrite);
  Register("restore", Restore);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
