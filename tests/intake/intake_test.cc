// What one record becomes in the picture log: the rules of route, liveness, and what never leaves
// intake.
#include "intake/intake.h"

#include <gmock/gmock.h>

#include <initializer_list>
#include <string>
#include <utility>

#include "intake/town.h"

namespace lagesbild::intake {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A report of the police in hv-1 at kNow; `fields` replace or follow its own, an empty value takes
// one out.
std::string ReportJson(std::initializer_list<std::pair<std::string, std::string>> fields = {}) {
  std::vector<std::pair<std::string, std::string>> all = {
      {"org", R"("polisen")"},
      {"id", R"("r1")"},
      {"class", R"("theft")"},
      {"occurred_from", R"("2023-03-01T09:30:00+01:00")"},
      {"place", R"({"lat":59.35,"lon":17.82,"precision_m":25})"}};
  for (const auto& field : fields) {
    auto it = std::ranges::find(all, field.first, &std::pair<std::string, std::string>::first);
    it == all.end() ? all.push_back(field) : void(it->second = field.second);
  }
  std::string json = "{";
  for (const auto& [name, value] : all) {
    if (value.empty()) continue;
    json += (json.size() > 1 ? ",\"" : "\"") + name + "\":" + value;
  }
  return json + "}";
}

struct Fixture : testing::Test {
  const Town town = MakeTown();
  Intake intake{OptionsOf(town)};

  IntakeOutput Run(std::string value, std::string topic = "incidents",
                   std::string_view timestamp = kNow) {
    return Process(intake, {.topic = std::move(topic),
                            .value = std::move(value),
                            .timestamp = std::string(timestamp),
                            .offset = 17});
  }
};

// What the records are, in order, with their picture: "report hv", "superseded", …
std::vector<std::string> Kinds(const IntakeOutput& out) {
  static constexpr const char* kNames[] = {"tick",     "report",  "superseded",
                                           "liveness", "command", "configuration"};
  std::vector<std::string> kinds;
  for (const LogRecord& record : out.log) {
    kinds.push_back(kNames[record.body.index()] +
                    (record.picture.empty() ? "" : " " + record.picture));
  }
  return kinds;
}

template <typename T>
const T& Only(const IntakeOutput& out) {
  const T* found = nullptr;
  for (const LogRecord& record : out.log) {
    if (const T* body = std::get_if<T>(&record.body)) {
      LB_CHECK(found == nullptr);
      found = body;
    }
  }
  LB_CHECK(found != nullptr);
  return *found;
}

using IntakeTest = Fixture;

TEST_F(IntakeTest, APlainlyNewReportGoesToItsPictureAndShowsThatItsSourceIsAlive) {
  const IntakeOutput out = Run(ReportJson());
  EXPECT_THAT(Kinds(out), ElementsAre("report hv", "liveness"));
  for (const LogRecord& record : out.log) {
    EXPECT_EQ(record.clock_ms, Ms(kNow));
    EXPECT_EQ(record.raw.topic, "incidents");
    EXPECT_EQ(record.raw.partition, 3);
    EXPECT_EQ(record.raw.offset, 17);
  }
  const Report& r = Only<Report>(out);
  EXPECT_EQ(r.key, (ReportKey{false, "polisen", "r1"}));
  EXPECT_EQ(r.revision, 1);
  EXPECT_EQ(r.action, Action::kNew);
  EXPECT_EQ(r.verification, Verification::kUnconfirmed);
  EXPECT_EQ(r.kind, Kind::kPolice);
  EXPECT_EQ(r.class_name, "theft");
  EXPECT_EQ(r.occurred_ms, Ms("2023-03-01T09:30:00+01:00"));
  EXPECT_EQ(r.occurred_to_ms, 0);
  EXPECT_EQ(r.reported_ms, Ms(kNow));  // of the record
  EXPECT_EQ(r.area, "hv-1");
  EXPECT_TRUE(r.has_point);
  EXPECT_EQ(r.lat, 59.35);
  EXPECT_EQ(r.precision_m, 25);
  EXPECT_EQ(r.reporter, "");
}

TEST_F(IntakeTest, PrecisionDefaultsToFiftyMetresAndDecidesTheArea) {
  EXPECT_EQ(Only<Report>(Run(ReportJson({{"place", R"({"lat":59.35,"lon":17.82})"}}))).precision_m,
            50);
  const IntakeOutput wide =
      Run(ReportJson({{"place", R"({"lat":59.35,"lon":17.82,"precision_m":10000})"}}));
  EXPECT_EQ(Only<Report>(wide).area, "lan");
  EXPECT_EQ(wide.log[0].picture, "lan");  // wider than a picture: one of its own
}

TEST_F(IntakeTest, AReportThatNamesAnAreaHasNoPoint) {
  const Report r = Only<Report>(Run(ReportJson({{"place", R"({"area":"hv-2"})"}})));
  EXPECT_EQ(r.area, "hv-2");
  EXPECT_FALSE(r.has_point);
  EXPECT_EQ(r.precision_m, 3'000);  // as wide as the area
}

TEST_F(IntakeTest, AnEventInADwellingCountsInThePictureOnly) {
  EXPECT_EQ(Only<Report>(Run(ReportJson({{"indoor_dwelling", "true"}}))).area, "hv");
  EXPECT_EQ(
      Only<Report>(Run(ReportJson({{"indoor_dwelling", "true"}, {"place", R"({"area":"hv-2"})"}})))
          .area,
      "hv");
}

TEST_F(IntakeTest, WhatIsNotPlainlyNewIsToldToAllPartitionsWithThePictureWhereItCounts) {
  for (const auto& field : std::vector<std::pair<std::string, std::string>>{
           {"revision", "2"}, {"action", R"("correct")"}, {"verification", R"("refuted")"}}) {
    intake.ForgetLiveness();
    const IntakeOutput out = Run(ReportJson({field}));
    EXPECT_THAT(Kinds(out), ElementsAre("report hv", "superseded", "liveness")) << field.first;
    const Superseded& s = Only<Superseded>(out);
    EXPECT_EQ(s.key, (ReportKey{false, "polisen", "r1"}));
    EXPECT_EQ(s.picture, "hv");
    EXPECT_EQ(s.revision, field.first == "revision" ? 2 : 1);
    EXPECT_EQ(s.refuted, field.first == "verification");
    EXPECT_FALSE(s.withdrawn);
  }
}

TEST_F(IntakeTest, AWithdrawalIsOnlyToldToAllPartitions) {
  const IntakeOutput out = Run(R"({"org":"polisen","id":"r1","revision":2,"action":"withdraw"})");
  EXPECT_THAT(Kinds(out), ElementsAre("superseded", "liveness"));
  const Superseded& s = Only<Superseded>(out);
  EXPECT_TRUE(s.withdrawn);
  EXPECT_EQ(s.revision, 2);
  EXPECT_EQ(s.picture, "");
}

TEST_F(IntakeTest, ExercisesAndSummariesShowLifeAndCountNowhere) {
  for (const char* field : {"exercise", "multi"}) {
    intake.ForgetLiveness();
    EXPECT_THAT(Kinds(Run(ReportJson({{field, "true"}}))), ElementsAre("liveness"));
    intake.ForgetLiveness();
    const IntakeOutput later = Run(ReportJson({{field, "true"}, {"revision", "2"}}));
    EXPECT_THAT(Kinds(later), ElementsAre("superseded", "liveness"));
    EXPECT_EQ(Only<Superseded>(later).picture, "");
    EXPECT_THAT(later.notes, IsEmpty());
  }
}

TEST_F(IntakeTest, APointOutsideAllAreasIsCountedAndIsNoDeadLetter) {
  const std::pair<std::string, std::string> away = {"place", R"({"lat":-33.9,"lon":18.4})"};
  const IntakeOutput first = Run(ReportJson({away}));
  EXPECT_THAT(Kinds(first), ElementsAre("liveness"));
  EXPECT_THAT(first.notes, ElementsAre(std::pair(Note::kOutOfArea, 0)));
  EXPECT_THAT(first.dead_letters, IsEmpty());
  const IntakeOutput moved = Run(ReportJson({away, {"revision", "2"}}));
  EXPECT_THAT(Kinds(moved), ElementsAre("superseded"));
  EXPECT_EQ(Only<Superseded>(moved).picture, "");
}

TEST_F(IntakeTest, AReportThatCountsAboveTheSmallestAreasIsNotedWithItsReason) {
  EXPECT_THAT(Run(ReportJson()).notes, IsEmpty());
  EXPECT_THAT(Run(ReportJson({{"place", R"({"area":"hv"})"}, {"org", R"("skolan")"}})).notes,
              ElementsAre(std::pair(Note::kImprecise, 1)));
  EXPECT_THAT(Run(ReportJson({{"indoor_dwelling", "true"}})).notes,
              ElementsAre(std::pair(Note::kIndoor, 0)));
}

TEST_F(IntakeTest, AReportOfLongAgoIsNotedAsLateWhetherTakenOrRefused) {
  const auto notes = [&](const char* occurred_from) {
    return Run(ReportJson({{"occurred_from", occurred_from}})).notes;
  };
  // The shortest window is an hour, the clock 10:00.
  EXPECT_THAT(notes(R"("2023-03-01T09:00:00+01:00")"), IsEmpty());
  EXPECT_THAT(notes(R"("2023-03-01T08:59:59+01:00")"),
              ElementsAre(std::pair(Note::kLateAccepted, 0)));
  EXPECT_THAT(notes(R"("2022-12-01T00:00:00Z")"), ElementsAre(std::pair(Note::kLateTooOld, 0)));
}

TEST_F(IntakeTest, ATooOldReportIsADeadLetterAndStillEndsItsEarlierRevisions) {
  const std::pair<std::string, std::string> old = {"occurred_from", R"("2022-12-01T00:00:00Z")"};
  const IntakeOutput fresh = Run(ReportJson({old}));
  EXPECT_THAT(fresh.log, IsEmpty());
  ASSERT_THAT(fresh.dead_letters, SizeIs(1));
  EXPECT_EQ(fresh.dead_letters[0].reason, Reason::kTooOld);
  const IntakeOutput corrected = Run(ReportJson({old, {"revision", "2"}}));
  EXPECT_THAT(Kinds(corrected), ElementsAre("superseded"));
  EXPECT_EQ(Only<Superseded>(corrected).picture, "");
  EXPECT_THAT(corrected.dead_letters, SizeIs(1));
}

TEST_F(IntakeTest, ATooOldReportOfSomebodyElseEndsNothing) {
  const IntakeOutput out = Run(ReportJson({{"org", R"("vakt-ab")"},
                                           {"occurred_from", R"("2022-12-01T00:00:00Z")"},
                                           {"revision", "2"}}));
  EXPECT_THAT(out.log, IsEmpty());
  EXPECT_EQ(out.dead_letters[0].reason, Reason::kTooOld);
}

TEST_F(IntakeTest, TheFutureIsByTheRecordsTimestampAndThePastByTheClock) {
  const std::string json = ReportJson({{"occurred_from", R"("2023-03-01T10:20:00+01:00")"}});
  RawRecord raw = {.topic = "incidents", .timestamp_ms = Ms(kNow), .value = json};
  IntakeOutput out;
  intake.Process(raw, Ms(kNow) + kHourMs, out);  // the clock is past it, the timestamp is not
  ASSERT_THAT(out.dead_letters, SizeIs(1));
  EXPECT_EQ(out.dead_letters[0].reason, Reason::kFuture);
  raw.timestamp_ms += kHourMs;
  intake.Process(raw, Ms(kNow) + 40 * kDayMs, out);
  ASSERT_THAT(out.dead_letters, SizeIs(2));
  EXPECT_EQ(out.dead_letters[1].reason, Reason::kTooOld);
}

TEST_F(IntakeTest, ATipIsPublicWhateverItsOrgAndAReportOfItsOwn) {
  const Report r = Only<Report>(Run(ReportJson(), "tips"));
  EXPECT_EQ(r.kind, Kind::kPublic);
  EXPECT_EQ(r.key, (ReportKey{true, "polisen", "r1"}));
  const Report by_incidents = Only<Report>(Run(ReportJson({{"org", R"("tip-web")"}})));
  EXPECT_EQ(by_incidents.kind, Kind::kPublic);
  EXPECT_FALSE(by_incidents.key.tip);
}

TEST_F(IntakeTest, ATipShowsThatAPublicSourceIsAliveAndNoOther) {
  EXPECT_THAT(Kinds(Run(ReportJson(), "tips")), ElementsAre("report hv"));
  const IntakeOutput out = Run(ReportJson({{"org", R"("tip-web")"}}), "tips");
  EXPECT_THAT(Kinds(out), ElementsAre("report hv", "liveness"));
  EXPECT_EQ(Only<Liveness>(out).org, "tip-web");
}

TEST_F(IntakeTest, LivenessIsSaidOnceAMinuteASource) {
  EXPECT_EQ(Only<Liveness>(Run(ReportJson(), "incidents", "2023-03-01T10:00:30+01:00")).minute_ms,
            Ms(kNow));
  EXPECT_THAT(Kinds(Run(ReportJson(), "incidents", "2023-03-01T10:00:59.999+01:00")),
              ElementsAre("report hv"));
  EXPECT_THAT(Kinds(Run(ReportJson({{"org", R"("skolan")"}}), "incidents",
                        "2023-03-01T10:00:59.999+01:00")),
              ElementsAre("report hv", "liveness"));
  EXPECT_THAT(Kinds(Run(ReportJson(), "incidents", "2023-03-01T10:01:00+01:00")),
              ElementsAre("report hv", "liveness"));
}

TEST_F(IntakeTest, AfterAnAbortLivenessIsSaidAgain) {
  Run(ReportJson());
  EXPECT_THAT(Kinds(Run(ReportJson())), ElementsAre("report hv"));
  intake.ForgetLiveness();
  EXPECT_THAT(Kinds(Run(ReportJson())), ElementsAre("report hv", "liveness"));
}

TEST_F(IntakeTest, ARefusedRecordShowsNoLife) {
  EXPECT_THAT(Run(ReportJson({{"org", R"("vakt-ab")"}})).log, IsEmpty());
  EXPECT_THAT(Kinds(Run(ReportJson({{"org", R"("vakt-ab")"}}), "incidents-vakt")),
              ElementsAre("report hv", "liveness"));
}

TEST_F(IntakeTest, AReporterIsKeptAsAHashOfTheDay) {
  const auto tip = [&](const char* id, const char* time, const char* reporter) {
    return Only<Report>(Run(ReportJson({{"org", R"("tip-web")"},
                                        {"id", id},
                                        {"occurred_from", time},
                                        {"reporter", reporter}}),
                            "tips"))
        .reporter;
  };
  const std::string hash = tip(R"("1")", R"("2023-03-01T09:00:00+01:00")", R"("anna")");
  EXPECT_EQ(hash.size(), 16u);
  EXPECT_EQ(hash, tip(R"("2")", R"("2023-03-01T00:00:00+01:00")", R"("anna")"));
  EXPECT_NE(hash, tip(R"("3")", R"("2023-02-28T23:00:00+01:00")", R"("anna")"));
  EXPECT_NE(hash, tip(R"("4")", R"("2023-03-01T09:00:00+01:00")", R"("bertil")"));
}

TEST_F(IntakeTest, ACommandGoesToItsPicture) {
  const IntakeOutput out = Run(
      R"({"command":"silence","id":"c-17","picture":"hv","by":"duty-1","at":"2023-03-01T09:59:00+01:00",)"
      R"("area":"hv-1","rule":null,"reason":"planned-event","until":"2023-03-01T12:00:00+01:00"})",
      "commands");
  EXPECT_THAT(Kinds(out), ElementsAre("command hv"));
  const Command& c = Only<Command>(out);
  EXPECT_EQ(c.type, CommandType::kSilence);
  EXPECT_EQ(c.id, "c-17");
  EXPECT_EQ(c.by, "duty-1");
  EXPECT_EQ(c.at_ms, Ms("2023-03-01T09:59:00+01:00"));
  EXPECT_EQ(c.area, "hv-1");
  EXPECT_EQ(c.rule, "");
  EXPECT_EQ(c.reason, "planned-event");
  EXPECT_EQ(c.until_ms, Ms("2023-03-01T12:00:00+01:00"));
}

TEST_F(IntakeTest, AHeartbeatIsLivenessAtTheClock) {
  const IntakeOutput out =
      Run(R"({"command":"heartbeat","org":"vakt-ab","at":"2020-01-01T00:00:00Z"})", "commands");
  EXPECT_THAT(Kinds(out), ElementsAre("liveness"));
  EXPECT_EQ(Only<Liveness>(out).org, "vakt-ab");
  EXPECT_EQ(Only<Liveness>(out).minute_ms, Ms(kNow));
}

TEST_F(IntakeTest, ADeadLetterHasCoordinatesReasonAndAKeyedHashOnly) {
  const IntakeOutput out = Run(ReportJson({{"class", R"("witchcraft")"}}));
  ASSERT_THAT(out.dead_letters, SizeIs(1));
  const DeadLetter& d = out.dead_letters[0];
  EXPECT_EQ(d.topic, "incidents");
  EXPECT_EQ(d.partition, 3);
  EXPECT_EQ(d.offset, 17);
  EXPECT_EQ(d.stage, "validate");
  EXPECT_EQ(d.reason, Reason::kUnknownClass);
  EXPECT_EQ(d.pointer, "/class");
  EXPECT_THAT(d.key_hash, testing::MatchesRegex("[0-9a-f]{32}"));
}

// Every field in turn gets a telling value of a wrong form; whatever the verdict, it must not be
// repeated.
TEST_F(IntakeTest, NothingOfARefusedRecordIsRepeated) {
  constexpr std::string_view kTelling = "Anna Andersson, Storgatan 1";
  const std::string text = "\"" + std::string(kTelling) + "\"";
  std::vector<std::string> values = {"{" + text + ":1}",
                                     text,
                                     std::string(kTelling),
                                     "{\"org\":" + text,
                                     ReportJson({{std::string(kTelling), "1"}}),
                                     ReportJson({{"place", "{" + text + ":1}"}}),
                                     ReportJson({{"place", "{\"area\":" + text + "}"}})};
  for (const char* field :
       {"org", "id", "revision", "action", "class", "verification", "occurred_from", "occurred_to",
        "reported_at", "place", "exercise", "name"}) {
    values.push_back(ReportJson({{field, text}}));
    values.push_back(ReportJson({{field, "{" + text + ":" + text + "}"}}));
  }
  for (const std::string& value : values) {
    for (const char* topic : {"incidents", "commands"}) {
      const IntakeOutput out = Run(value, topic);
      ASSERT_THAT(out.dead_letters, SizeIs(1)) << value;
      EXPECT_THAT(out.log, IsEmpty()) << value;
      const DeadLetter& d = out.dead_letters[0];
      for (const std::string& told : {d.topic, d.pointer, d.key_hash, std::string(d.stage)}) {
        EXPECT_EQ(told.find("Anna"), std::string::npos) << value;
        EXPECT_EQ(told.find("Storgatan"), std::string::npos) << value;
      }
    }
  }
}

// A broker takes any timestamp from a producer.
TEST(Intake, TakesARecordFromTheEndOfAllTimesForOneFromThere) {
  const Town town = MakeTown();
  Intake intake(OptionsOf(town));
  const std::string value = ReportJson();
  for (const int64_t timestamp_ms : {INT64_MAX, INT64_MIN, int64_t{-1}}) {
    const RawRecord raw = {.topic = "incidents", .timestamp_ms = timestamp_ms, .value = value};
    IntakeOutput out;
    intake.Process(raw, Ms(kNow), out);
    if (timestamp_ms > 0) {
      EXPECT_THAT(out.dead_letters, IsEmpty());
      continue;
    }
    ASSERT_THAT(out.dead_letters, SizeIs(1));
    EXPECT_EQ(out.dead_letters[0].reason, Reason::kFuture);
  }
}

}  // namespace
}  // namespace lagesbild::intake
