#include "picture/reports.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>

namespace lagesbild::picture {
namespace {

std::unique_ptr<HeldReport> Report(int number) {
  auto report = std::make_unique<HeldReport>();
  report->key = {false, "polisen", "r" + std::to_string(number)};
  report->revision = number;
  report->kind = Kind::kPolice;
  report->class_name = "assault";
  report->keep_until_ms = 1000;
  return report;
}

// A record of the changelog has at most a megabyte, however much a commit holds.
TEST(Reports, AreStoredInChunksThatABrokerTakes) {
  constexpr int kReports = 30'000;
  Reports reports;
  for (int i = 0; i < kReports; ++i) reports.MarkDirty(&reports.Add(Report(i)));
  std::map<uint64_t, std::string> rows;
  reports.CollectRows(7, 0, [&](uint64_t chunk, std::string row) {
    EXPECT_LT(row.size(), 512u * 1024);
    EXPECT_TRUE(rows.emplace(chunk, std::move(row)).second);
  });
  EXPECT_GT(rows.size(), 3u);
  // A later commit's chunks come after all of these.
  reports.MarkDirty(reports.Find(Report(5)->key));
  reports.CollectRows(8, 0, [&](uint64_t chunk, std::string row) {
    EXPECT_GT(chunk, rows.rbegin()->first);
    rows.emplace(chunk, std::move(row));
  });

  Reports restored;
  for (const auto& [chunk, row] : rows) ASSERT_TRUE(restored.Restore(chunk, row, 0).ok());
  EXPECT_EQ(restored.size(), static_cast<size_t>(kReports));
  ASSERT_NE(restored.Find(Report(29'999)->key), nullptr);
  EXPECT_EQ(restored.Find(Report(29'999)->key)->revision, 29'999);
}

}  // namespace
}  // namespace lagesbild::picture
