#include "feeds/polisen_answers.h"

#include <gtest/gtest.h>

#include "base/time.h"
#include "feeds/feeds_testing.h"

namespace lagesbild::feeds {
namespace {

constexpr int64_t kStartMs = 1'700'000'000'000;

struct Event {
  int id = 0;
  int minute = 0;  // of publication
  std::string type = "Brand";
  std::string summary = "text";
};

std::string Answer(const std::vector<Event>& events) {
  std::string out = "[";
  for (const Event& event : events) {
    char row[512];
    snprintf(
        row, sizeof row,
        R"(%s{"id":%d,"datetime":"2023-11-10 %d:%02d:00 +01:00","name":"10 november 01.00, x",)"
        R"("summary":"%s","url":"/","type":"%s","location":{"name":"Umeå","gps":"63.8,20.2"}})",
        out.size() > 1 ? "," : "", event.id, 8 + event.minute / 60, event.minute % 60,
        event.summary.c_str(), event.type.c_str());
    out += row;
  }
  return out + "]";
}

std::vector<Event> Hundred() {
  std::vector<Event> events;
  for (int i = 99; i >= 0; --i) events.push_back({.id = 1000 + i, .minute = i});
  return events;
}

class PolisenAnswersTest : public ::testing::Test {
 protected:
  PolisenAnswersTest() {
    types_ = PolisenTypes::Load(DeployFile("sweden/polisen-types.csv")).value();
    absl::TimeZone zone;
    absl::LoadTimeZone("Europe/Stockholm", &zone);
    converter_ = std::make_unique<PolisenConverter>(
        PolisenSettings{.types = &types_, .places = &places_, .zone = zone});
    answers_ = std::make_unique<PolisenAnswers>(*converter_, PolisenMemory{});
  }

  Verdict Take(const std::string& body) {
    out_.clear();
    now_ms_ += kMinuteMs;
    return answers_->Take(body, now_ms_, out_);
  }
  int Reports() const {
    int n = 0;
    for (const RawMessage& message : out_) n += message.topic == "incidents" ? 1 : 0;
    return n;
  }
  bool Heartbeat() const { return !out_.empty() && out_.back().topic == "commands"; }

  PolisenTypes types_;
  PlaceNames places_;
  std::unique_ptr<PolisenConverter> converter_;
  std::unique_ptr<PolisenAnswers> answers_;
  std::vector<RawMessage> out_;
  int64_t now_ms_ = kStartMs;
};

TEST_F(PolisenAnswersTest, SendsEachEventOnceOldestFirstAndAHeartbeatEachTime) {
  EXPECT_EQ(Take(Answer(Hundred())), Verdict::kGood);
  EXPECT_EQ(Reports(), 100);
  EXPECT_EQ(out_.front().key, "polisen/1000");
  EXPECT_EQ(out_.front().timestamp_ms, now_ms_);
  EXPECT_TRUE(Heartbeat());
  EXPECT_EQ(Take(Answer(Hundred())), Verdict::kGood);
  EXPECT_EQ(Reports(), 0);
  EXPECT_TRUE(Heartbeat());
}

TEST_F(PolisenAnswersTest, AnEditIsTheNextRevisionAndOneOfTheTextIsNone) {
  auto events = Hundred();
  Take(Answer(events));
  events[5].type = "Mordbrand";
  events[6].summary = "more text";
  Take(Answer(events));
  ASSERT_EQ(Reports(), 1);
  EXPECT_NE(out_[0].value.find(R"("id":"1094","revision":2,"action":"correct","class":"arson")"),
            std::string::npos);
  events[5].type = "Brand";
  Take(Answer(events));
  EXPECT_NE(out_[0].value.find(R"("revision":3)"), std::string::npos);
}

TEST_F(PolisenAnswersTest, AnAnswerWithoutEventsChangesNothing) {
  Take(Answer(Hundred()));
  for (const char* body : {"", "[]", "<html>", "{\"a\":1}", "[{\"id\":"}) {
    EXPECT_EQ(Take(body), Verdict::kUnusable) << body;
    EXPECT_TRUE(out_.empty());
  }
  EXPECT_EQ(answers_->counts().unusable, 5);
}

TEST_F(PolisenAnswersTest, AStaleAnswerDoesNotRevertAnEdit) {
  auto events = Hundred();
  const std::string old = Answer(events);
  Take(old);
  events[5].type = "Mordbrand";
  events.insert(events.begin(), {{.id = 1101, .minute = 101}, {.id = 1100, .minute = 100}});
  Take(Answer(events));
  EXPECT_EQ(Reports(), 3);
  EXPECT_EQ(Take(old), Verdict::kStale);
  EXPECT_TRUE(out_.empty());
  EXPECT_EQ(Take(Answer(events)), Verdict::kGood);
  EXPECT_EQ(Reports(), 0);
}

TEST_F(PolisenAnswersTest, APartialAnswerGivesNewEventsAndWithdrawsNothing) {
  auto events = Hundred();
  Take(Answer(events));
  auto few = std::vector<Event>(events.begin(), events.begin() + 20);
  few[3].type = "Mordbrand";  // may be an old copy: not taken as an edit
  few.insert(few.begin(), {.id = 1100, .minute = 100});
  EXPECT_EQ(Take(Answer(few)), Verdict::kPartial);
  EXPECT_EQ(Reports(), 1);
  EXPECT_FALSE(Heartbeat());
  events.insert(events.begin(), {.id = 1100, .minute = 100});
  EXPECT_EQ(Take(Answer(events)), Verdict::kGood);
  EXPECT_EQ(Reports(), 0);
}

TEST_F(PolisenAnswersTest, OneNewestEventTakenBackDoesNotMakeAnAnswerStale) {
  auto events = Hundred();
  Take(Answer(events));
  events.erase(events.begin());
  events[50].type = "Mordbrand";
  EXPECT_EQ(Take(Answer(events)), Verdict::kGood);
  EXPECT_EQ(Reports(), 1);
}

TEST_F(PolisenAnswersTest, ALastingShrinkageBecomesTheNewNormal) {
  auto events = Hundred();
  Take(Answer(events));
  events.resize(20);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Take(Answer(events)), Verdict::kPartial);
  EXPECT_EQ(Take(Answer(events)), Verdict::kGood);
  EXPECT_EQ(Take(Answer(events)), Verdict::kGood);
}

TEST_F(PolisenAnswersTest, AMalformedEventDoesNotHarmTheOthers) {
  std::string body = Answer(Hundred());
  body.insert(1, R"({"id":"no"},)");
  EXPECT_EQ(Take(body), Verdict::kGood);
  EXPECT_EQ(Reports(), 100);
  EXPECT_EQ(converter_->counts().malformed, 1);
}

TEST_F(PolisenAnswersTest, ForgetsWhatHasBeenGoneForSixtyDays) {
  Take(Answer(Hundred()));
  now_ms_ += 61 * kDayMs;
  Take(Answer({{.id = 2000, .minute = 200}, {.id = 1099, .minute = 99}}));
  EXPECT_EQ(answers_->memory().events.size(), 2U);
}

}  // namespace
}  // namespace lagesbild::feeds
