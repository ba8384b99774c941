#include "intake/order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <tuple>

namespace lagesbild::intake {
namespace {

constexpr absl::Duration kNow = absl::Seconds(100);

struct Raw {
  int64_t timestamp_ms;
  int partition;
  int offset;
};

std::vector<int> TakeAll(Order& order) {
  std::vector<int> out;
  while (auto next = order.Take(kNow)) {
    out.push_back(next->partition);
    order.Drained(next->partition);
  }
  return out;
}

TEST(Order, TheLowestTimeGoesFirstAndTiesGoByPartition) {
  Order order(absl::Seconds(5));
  for (int p = 0; p < 3; ++p) order.AddPartition(std::nullopt, kNow);
  order.Offer(0, 20);
  order.Offer(1, 10);
  order.Offer(2, 10);
  EXPECT_EQ(TakeAll(order), (std::vector<int>{1, 2, 0}));
}

TEST(Order, APartitionThatIsNotYetFetchedHoldsTheOthersUp) {
  Order order(absl::Seconds(5));
  order.AddPartition(std::nullopt, kNow);
  order.AddPartition(std::nullopt, kNow);
  order.Offer(0, 20);
  EXPECT_EQ(order.Take(kNow), std::nullopt);
  EXPECT_FALSE(order.all_drained());
  order.Offer(1, 10);
  EXPECT_EQ(order.Take(kNow)->partition, 1);
  EXPECT_EQ(order.Take(kNow), std::nullopt);  // 1 may have more
  order.Drained(1);
  EXPECT_EQ(order.Take(kNow)->partition, 0);
}

TEST(Order, ADrainedPartitionDoesNotAndMayHaveMoreLater) {
  Order order(std::nullopt);
  order.AddPartition(std::nullopt, kNow);
  order.AddPartition(std::nullopt, kNow);
  order.Drained(0);
  order.Drained(1);
  EXPECT_TRUE(order.all_drained());
  order.Offer(1, 5);
  EXPECT_FALSE(order.all_drained());
  EXPECT_EQ(order.Take(kNow)->time_ms, 5);
}

TEST(Order, OneThatCannotBeReadIsSkippedAfterMaxWaitAndCounted) {
  Order order(absl::Seconds(5));
  order.AddPartition(std::nullopt, kNow);
  order.AddPartition(std::nullopt, kNow);
  order.Offer(0, 20);
  EXPECT_EQ(order.Take(kNow + absl::Milliseconds(4999)), std::nullopt);
  order.Unfetched(1, kNow + absl::Milliseconds(4999));  // still; no new wait
  EXPECT_EQ(order.Take(kNow + absl::Seconds(5))->partition, 0);
  EXPECT_EQ(order.TakeSkipped(), 1);
  EXPECT_EQ(order.TakeSkipped(), 0);
  order.Drained(0);
  EXPECT_TRUE(order.all_drained());
  order.Unfetched(1, kNow + absl::Seconds(6));  // still skipped
  EXPECT_TRUE(order.all_drained());
  order.Offer(1, 1);
  EXPECT_EQ(order.Take(kNow + absl::Seconds(7))->time_ms, 1);
}

TEST(Order, WithoutMaxWaitItWaitsForEver) {
  Order order(std::nullopt);
  order.AddPartition(std::nullopt, kNow);
  order.AddPartition(std::nullopt, kNow);
  order.Offer(0, 20);
  EXPECT_EQ(order.Take(kNow + absl::Hours(1000)), std::nullopt);
}

TEST(Order, TimeNeverGoesBackWithinAPartitionHandOversIncluded) {
  Order order(std::nullopt);
  order.AddPartition(50, kNow);
  EXPECT_EQ(order.time_ms(0), 50);
  order.Offer(0, 40);
  EXPECT_EQ(order.Take(kNow)->time_ms, 50);
  order.Offer(0, 70);
  EXPECT_EQ(order.Take(kNow)->time_ms, 70);
  order.Offer(0, 60);
  EXPECT_EQ(order.Take(kNow)->time_ms, 70);
  EXPECT_EQ(order.time_ms(0), 70);
}

// Against a plain sort: whatever the helpings in which partitions are fetched, the order is the
// same.
TEST(Order, TheOrderDoesNotDependOnHowPartitionsAreFetched) {
  const char* env = std::getenv("LAGESBILD_SEED");
  const uint64_t seed = env != nullptr ? std::strtoull(env, nullptr, 10) : std::random_device{}();
  SCOPED_TRACE("LAGESBILD_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  const auto below = [&](int n) { return static_cast<int>(random() % n); };
  for (int round = 0; round < 200; ++round) {
    const int partitions = 1 + below(6);
    std::vector<std::deque<Raw>> input(partitions);
    std::vector<std::tuple<int64_t, int, int>> want;
    for (int p = 0; p < partitions; ++p) {
      int64_t time = std::numeric_limits<int64_t>::min();
      for (int i = 0, n = below(30); i < n; ++i) {
        const Raw raw{below(20), p, i};
        input[p].push_back(raw);
        time = std::max(time, raw.timestamp_ms);
        want.emplace_back(time, p, i);
      }
    }
    // Among partitions the lowest head goes first; within one, times only rise: a sort by time does
    // both.
    std::sort(want.begin(), want.end());

    Order order(std::nullopt);
    for (int p = 0; p < partitions; ++p) order.AddPartition(std::nullopt, kNow);
    std::vector<std::tuple<int64_t, int, int>> got;
    const auto fetch = [&](int p) {
      if (order.has_record(p) || below(3) == 0) return;
      if (input[p].empty()) {
        order.Drained(p);
      } else {
        order.Offer(p, input[p].front().timestamp_ms);
      }
    };
    while (got.size() < want.size()) {
      for (int p = 0; p < partitions; ++p) fetch(p);
      while (auto next = order.Take(kNow)) {
        got.emplace_back(next->time_ms, next->partition, input[next->partition].front().offset);
        input[next->partition].pop_front();
      }
    }
    ASSERT_EQ(got, want);
  }
}

}  // namespace
}  // namespace lagesbild::intake
