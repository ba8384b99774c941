// Stored rows that are damaged: refused by name, before anything is made of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "base/bytes.h"
#include "picture/alerts.h"
#include "picture/harness.h"
#include "picture/reports.h"
#include "picture/world.h"

namespace lagesbild::picture {
namespace {

Rows RowsOfABusyCounty() {
  const Settings settings = BusyCounty(1);
  Harness harness(settings);
  Generator generator(1, settings, {});
  std::vector<std::string> alert_ids;
  for (int i = 0; i < 60; ++i) {
    for (const AlertTransition& t : harness.Feed(generator.Next(alert_ids)))
      alert_ids.push_back(t.alert_id);
  }
  harness.Commit();
  return harness.rows;
}

// The configuration's row needs the time that it came at: its decoder here is a constant.
Status Restore(const Rows& rows) {
  Fold fold([](std::string_view) -> StatusOr<Settings> { return BusyCounty(1); });
  for (const auto& [key, value] : rows) LB_RETURN_IF_ERROR(fold.Restore(key, value));
  return fold.FinishRestore();
}

// The first row of a picture whose kind is this letter.
Rows::iterator RowOf(Rows& rows, char kind) {
  return std::find_if(rows.begin(), rows.end(), [&](const auto& row) {
    const size_t nul = row.first.find('\0');
    return row.first[0] == '5' && row.first[nul + 1] == kind &&
           row.first.substr(nul + 2, 8) != "pending/";
  });
}

TEST(Restore, TakesBackWhatTheFoldWrote) { EXPECT_TRUE(Restore(RowsOfABusyCounty()).ok()); }

TEST(Restore, RefusesRowsWithoutAClock) {
  Rows rows = RowsOfABusyCounty();
  ASSERT_EQ(rows.erase("0"), 1u);
  EXPECT_EQ(Restore(rows).code(), StatusCode::kDataLoss);
}

TEST(Restore, RefusesAClockThatNoSumCanTake) {
  Rows rows = RowsOfABusyCounty();
  rows["0"].clear();
  ByteWriter w(rows["0"]);
  w.Byte(1);
  w.Signed(std::numeric_limits<int64_t>::max());
  EXPECT_EQ(Restore(rows).code(), StatusCode::kDataLoss);
}

// Two rows of one alert: the first would be freed, and still be the latest of its rule.
TEST(Restore, RefusesAnAlertUnderAnothersKey) {
  Rows rows = RowsOfABusyCounty();
  const auto alert = RowOf(rows, 'A');
  ASSERT_NE(alert, rows.end());
  rows[alert->first + "x"] = alert->second;
  EXPECT_EQ(Restore(rows).code(), StatusCode::kDataLoss);
}

// The key of a series without the series: an hour alone. It comes before all others of its picture.
TEST(Restore, RefusesAnHourOfNoSeries) {
  Rows rows = RowsOfABusyCounty();
  const auto hour = RowOf(rows, 'B');
  ASSERT_NE(hour, rows.end());
  const size_t kind = hour->first.find('\0') + 1;
  rows[hour->first.substr(0, kind + 1) + std::string(8, '\0')] = hour->second;
  EXPECT_EQ(Restore(rows).code(), StatusCode::kDataLoss);
}

TEST(Restore, RefusesAnHourThatHasOneMinuteTwice) {
  Rows rows = RowsOfABusyCounty();
  const auto hour = RowOf(rows, 'B');
  ASSERT_NE(hour, rows.end());
  hour->second.clear();
  ByteWriter w(hour->second);
  const auto counts = [&] {
    w.Byte(1);  // an incident
    for (int i = 0; i < 6; ++i) w.Byte(0);
  };
  w.Byte(1);
  counts();
  w.Varint(2);
  for (int i = 0; i < 2; ++i) {
    w.Byte(7);
    counts();
  }
  EXPECT_EQ(Restore(rows).code(), StatusCode::kDataLoss);
}

TEST(AlertRow, IsRefusedWithAValueThatNoAlertHas) {
  const auto decodes = [](const std::function<void(Alert&)>& damage) {
    Alert alert;
    alert.id = "a-1";
    damage(alert);
    return DecodeAlert(EncodeAlert(alert)).ok();
  };
  EXPECT_TRUE(decodes([](Alert&) {}));
  EXPECT_FALSE(decodes([](Alert& a) { a.severity = static_cast<Severity>(5); }));
  EXPECT_FALSE(decodes([](Alert& a) { a.phase = static_cast<Alert::Phase>(0); }));
  EXPECT_FALSE(decodes([](Alert& a) { a.completeness = static_cast<Completeness>(9); }));
  EXPECT_FALSE(decodes([](Alert& a) { a.generation = -1; }));
  EXPECT_FALSE(decodes([](Alert& a) { a.opened_ms = kNever; }));
  EXPECT_FALSE(decodes([](Alert& a) { a.held_since_ms = kNever - 1; }));
}

TEST(ReportRow, IsRefusedWithAValueThatNoReportHas) {
  const auto restores = [](const std::function<void(HeldReport&)>& damage) {
    auto report = std::make_unique<HeldReport>();
    report->key = {false, "polisen", "r"};
    report->kind = Kind::kPolice;
    report->has_point = true;
    report->keep_until_ms = kStart;
    damage(*report);
    Reports reports, restored;
    reports.MarkDirty(&reports.Add(std::move(report)));
    Status status = absl::OkStatus();
    reports.CollectRows(1, 0, [&](uint64_t chunk, const std::string& row) {
      status.Update(restored.Restore(chunk, row, 0));
    });
    return status.ok();
  };
  EXPECT_TRUE(restores([](HeldReport&) {}));
  EXPECT_FALSE(restores([](HeldReport& r) { r.kind = static_cast<Kind>(kKindCount); }));
  EXPECT_FALSE(restores([](HeldReport& r) { r.lat = 91; }));
  EXPECT_FALSE(restores([](HeldReport& r) { r.lon = std::nan(""); }));
  EXPECT_FALSE(restores([](HeldReport& r) { r.occurred_ms = kNever - 7; }));
}

}  // namespace
}  // namespace lagesbild::picture
