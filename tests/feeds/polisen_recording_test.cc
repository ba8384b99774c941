#include "feeds/polisen_recording.h"

#include <gtest/gtest.h>

#include "feeds/feeds_testing.h"

namespace lagesbild::feeds {
namespace {

class PolisenRecordingTest : public ::testing::Test {
 protected:
  PolisenRecordingTest() {
    types_ = PolisenTypes::Load(DeployFile("sweden/polisen-types.csv")).value();
    absl::TimeZone zone;
    absl::LoadTimeZone("Europe/Stockholm", &zone);
    settings_ = {.types = &types_, .places = &places_, .zone = zone};
  }

  StatusOr<RecordingCounts> Play(const std::vector<std::string>& files) {
    return PlayPolisenRecording(files, settings_, out_);
  }

  PolisenTypes types_;
  PlaceNames places_;
  PolisenSettings settings_;
  KeepingPublisher out_;
};

std::string Version(int id, int64_t seen_at, int version) {
  return R"({"id":)" + std::to_string(id) + R"(,"version":)" + std::to_string(version) +
         R"(,"seen_at":)" + std::to_string(seen_at) + R"(,"event":{"id":)" + std::to_string(id) +
         R"(,"datetime":"2023-11-10 8:00:00 +01:00","name":"x","type":"Brand",)"
         R"("location":{"name":"Umeå","gps":"63.8,20.2"}}})"
         "\n";
}

TEST_F(PolisenRecordingTest, PlaysSeveralFilesInTheOrderOfTheirTimes) {
  TempDir dir;
  const auto a = dir.Store("a", Version(1, 1700000000, 1) + Version(2, 1700000020, 3));
  const auto b = dir.Store("b", Version(5, 1700000010, 1));
  const auto counts = Play({a, b});
  ASSERT_TRUE(counts.ok()) << counts.status();
  EXPECT_EQ(counts->versions, 3);
  ASSERT_EQ(out_.messages.size(), 3U);
  EXPECT_EQ(out_.messages[1].key, "polisen/5");
  EXPECT_EQ(out_.messages[1].timestamp_ms, 1700000010000);
  EXPECT_NE(out_.messages[2].value.find(R"("revision":3)"), std::string::npos);
  EXPECT_EQ(out_.flushes, 1);
}

TEST_F(PolisenRecordingTest, NamesTheLineThatIsNoRecording) {
  TempDir dir;
  const auto bad = dir.Store("bad", Version(1, 1700000000, 1) + "{\"x\":1}\n");
  EXPECT_NE(Message(Play({bad}).status()).find("bad:2: neither"), std::string::npos);
  const auto back = dir.Store("back", Version(1, 1700000000, 1) + Version(2, 1600000000, 1));
  EXPECT_NE(Message(Play({back}).status()).find("back:2: earlier"), std::string::npos);
  EXPECT_EQ(Play({dir.Path("none")}).status().code(), StatusCode::kNotFound);
}

TEST_F(PolisenRecordingTest, ConvertsAllRecordedVersions) {
  const std::string file = SharedData("polisen/event_versions.jsonl.zst");
  SKIP_WITHOUT(file);
  const auto counts = Play({file});
  ASSERT_TRUE(counts.ok()) << counts.status();
  EXPECT_EQ(counts->versions, 72'422);
  EXPECT_EQ(counts->convert.reports, 72'422);
  EXPECT_EQ(out_.messages.size(), 72'422U);
  EXPECT_EQ(counts->convert.malformed, 0);
  EXPECT_EQ(counts->convert.without_place, 0);
  EXPECT_TRUE(counts->convert.unknown_types.empty());
  EXPECT_EQ(counts->convert.time_unreadable, 0);
  // The name's time lies more than 10 minutes after the publication: slips of the pen and edits'
  // own times.
  EXPECT_EQ(counts->convert.time_after_publication, 396);
}

TEST_F(PolisenRecordingTest, RecordedGlitchesWithdrawAndRevertNothing) {
  const std::string file = SharedData("polisen/feed_glitches.jsonl.zst");
  SKIP_WITHOUT(file);
  const auto counts = Play({file});
  ASSERT_TRUE(counts.ok()) << counts.status();
  EXPECT_EQ(counts->answers.good + counts->answers.partial + counts->answers.stale +
                counts->answers.unusable,
            158);
  EXPECT_EQ(counts->answers.unusable, 30);
  for (const RawMessage& message : out_.messages) {
    ASSERT_EQ(message.value.find("withdraw"), std::string::npos);
  }
  RecordProperty("stale", static_cast<int>(counts->answers.stale));
  EXPECT_EQ(counts->answers.stale + counts->answers.partial, 26);
  EXPECT_EQ(counts->answers.good, 102);
}

TEST_F(PolisenRecordingTest, NewYearPlaysWithAHeartbeatForEachGoodAnswer) {
  const std::string file = SharedData("polisen/feed_new_year_2024.jsonl.zst");
  SKIP_WITHOUT(file);
  const auto counts = Play({file});
  ASSERT_TRUE(counts.ok()) << counts.status();
  int64_t heartbeats = 0;
  for (const RawMessage& message : out_.messages) heartbeats += message.topic == "commands" ? 1 : 0;
  EXPECT_EQ(heartbeats, counts->answers.good);
  EXPECT_EQ(counts->answers.good, 180);
}

}  // namespace
}  // namespace lagesbild::feeds
