// Which trace an alert record carries on, if any.
#include "stream/trace.h"

#include <gtest/gtest.h>

#include "stream/small_town.h"

namespace lagesbild::stream {
namespace {

constexpr char kTrace[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

std::string_view Read(std::string_view value) {
  const HeaderView headers[] = {{"content-type", "application/json"}, {"traceparent", value}};
  return TraceparentOf(headers);
}

TEST(Traceparent, OnlyTheFormOfW3cIsTaken) {
  EXPECT_EQ(Read(kTrace), kTrace);
  EXPECT_EQ(TraceparentOf(std::span<const HeaderView>()), "");
  for (const char* bad : {"", "00-1", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
                          "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                          "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                          "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                          "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                          "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                          "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333\n-01"}) {
    EXPECT_EQ(Read(bad), "") << bad;
  }
}

class TraceOfAlert : public testing::Test {
 protected:
  TraceOfAlert() {
    alert_.alert_id = "a-1";
    alert_.rule = "violence-24h";
    alert_.picture = "hv";
    alert_.area = "hv-1";
    alert_.at_ms = 1000;
  }
  template <typename Body>
  LogRecord& Add(const std::string& trace, const std::string& picture, Body body) {
    LogRecord& record = records_.emplace_back();
    record.picture = picture;
    record.traceparent = trace;
    record.body = std::move(body);
    return record;
  }
  void AddReport(const std::string& trace, const std::string& area,
                 const std::string& class_name = "assault", int64_t revision = 1) {
    Report report;
    report.area = area;
    report.class_name = class_name;
    report.revision = revision;
    Add(trace, area.substr(0, 2), report);
  }
  std::string Trace() { return std::string(TraceparentOf(alert_, 1000, records_, settings_)); }

  const Settings settings_ = SmallTown();
  picture::AlertTransition alert_;
  std::vector<LogRecord> records_;
};

TEST_F(TraceOfAlert, IsThatOfTheNewestReportInItsArea) {
  AddReport("older", "hv-1");
  AddReport("newer", "hv-1");
  AddReport("beside", "hv-2");
  AddReport("elsewhere", "ki-1");
  EXPECT_EQ(Trace(), "newer");
  AddReport("", "hv-1");
  EXPECT_EQ(Trace(), "");  // the newest has none, and no other is named in its stead
}

TEST_F(TraceOfAlert, OfASingleAlertMayComeFromAcrossABorder) {
  alert_.rule = "shooting-single";
  AddReport("beside", "hv-2", "shooting");
  AddReport("other", "hv-1", "assault");
  EXPECT_EQ(Trace(), "beside");
}

TEST_F(TraceOfAlert, IsNoneWhereTimeAloneActed) {
  AddReport("t", "hv-1");
  alert_.at_ms = 999;
  EXPECT_EQ(Trace(), "");
}

TEST_F(TraceOfAlert, MayBeThatOfAWithdrawalUnlessItOpens) {
  Add("withdrawn", "", Superseded{});
  EXPECT_EQ(Trace(), "");
  alert_.state = picture::AlertState::kCancelled;
  EXPECT_EQ(Trace(), "withdrawn");
  AddReport("moved", "hv-2", "assault", 2);
  EXPECT_EQ(Trace(), "moved");
  AddReport("here", "hv-1");
  Add("another", "", Superseded{});
  EXPECT_EQ(Trace(), "here");
}

TEST_F(TraceOfAlert, MayBeThatOfACommandAboutIt) {
  Command command;
  command.alert_id = "a-2";
  Add("other", "hv", command);
  command.alert_id = "a-1";
  Add("acknowledged", "hv", command);
  EXPECT_EQ(Trace(), "acknowledged");
  command = {};
  command.type = CommandType::kSilence;
  command.area = "hv-2";
  Add("beside", "hv", command);
  EXPECT_EQ(Trace(), "acknowledged");
  command.area = "hv";
  Add("silenced", "hv", command);
  EXPECT_EQ(Trace(), "silenced");
}

}  // namespace
}  // namespace lagesbild::stream
