#include "io/rocksdb_metrics.h"

#include <gtest/gtest.h>

#include <map>

#include "io/rocksdb_store.h"
#include "support/temp_dir.h"

namespace lagesbild::io {
namespace {

// Keeps the last value of each gauge.
class GaugeMap : public stream::Metrics {
 public:
  stream::Counter& counter(std::string_view, const stream::Labels&) override { std::abort(); }
  stream::Histogram& histogram(std::string_view, const stream::Labels&) override { std::abort(); }
  stream::Gauge& gauge(std::string_view name, const stream::Labels&) override {
    return gauges_[std::string(name)];
  }
  double at(const std::string& name) const { return gauges_.at(name).value; }

 private:
  struct Value : stream::Gauge {
    void Set(double v) override { value = v; }
    double value = -1;
  };
  std::map<std::string, Value> gauges_;
};

TEST(RocksMetrics, ShowHowMuchOfTheBudgetIsUsed) {
  TempDir dir;
  GaugeMap gauges;
  const RocksMemory memory(64 << 20);
  RocksMetrics metrics(memory, gauges);
  EXPECT_EQ(gauges.at("rocksdb_block_cache_limit_bytes"), 64 << 20);
  EXPECT_EQ(gauges.at("rocksdb_memtable_limit_bytes"), 32 << 20);
  EXPECT_EQ(gauges.at("rocksdb_memtable_bytes"), 0);

  auto stores = RocksStores::Open(dir.path(), "g", memory);
  ASSERT_TRUE(stores.ok()) << stores.status();
  auto store = (*stores)->Open(0);
  ASSERT_TRUE(store.ok()) << store.status();
  ASSERT_TRUE((*store)->Write({{"key", std::string(1 << 20, 'x')}}).ok());
  metrics.Update();
  EXPECT_GE(gauges.at("rocksdb_memtable_bytes"), 1 << 20);
  EXPECT_GE(gauges.at("rocksdb_memtable_active_bytes"), 1 << 20);
  EXPECT_GT(gauges.at("rocksdb_block_cache_bytes"), 0);
}

}  // namespace
}  // namespace lagesbild::io
