// Alert records by themselves: read, checked, explained, ordered.
#include "app/alerts/alert_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/alerts/alert_builder.h"
#include "app/alerts/alert_check.h"
#include "app/alerts/alert_explain.h"
#include "app/alerts/alert_outlook.h"
#include "app/alerts/alert_table.h"
#include "base/time.h"

namespace lagesbild::app {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

AlertRecord Parsed(const AlertBuilder& builder) {
  AlertRecord alert;
  const Status status = AlertParser().Parse(builder.Json(), alert);
  EXPECT_TRUE(status.ok()) << Message(status);
  return alert;
}

Voice English() { return {Language::kEnglish, absl::FixedTimeZone(3600)}; }
Voice Swedish() { return {Language::kSwedish, absl::FixedTimeZone(3600)}; }

std::vector<std::string> Problems(const AlertBuilder& builder) {
  return CheckAlert(Parsed(builder), English());
}

std::vector<std::string> Step(const AlertRecord& alert, const std::string& name,
                              const Voice& voice = English()) {
  for (const ExplainStep& step : Explain(alert, voice).steps) {
    if (step.name == name) return step.lines;
  }
  ADD_FAILURE() << "no step " << name;
  return {};
}

TEST(AlertRecord, HoldsWhatWasPublished) {
  const AlertRecord a = Parsed(AlertBuilder());
  EXPECT_EQ(a.id, "a-0123456789abcdef");
  EXPECT_EQ(a.at_ms, *ParseTimeMs("2023-01-14T20:47:00Z"));
  EXPECT_EQ(a.window_ms, kDayMs);
  EXPECT_EQ(a.enter, 3);
  EXPECT_EQ(a.by_kind.size(), 2u);
  EXPECT_EQ(a.incidents[2].reports, 2);
  EXPECT_EQ(a.reason, "");
  EXPECT_EQ(a.json, AlertBuilder().Json());
}

TEST(AlertRecord, PassesOverFieldsAndWordsOfANewerWriter) {
  const AlertRecord a = Parsed(AlertBuilder()
                                   .With("expected", "2.5")
                                   .With("map", R"({"deep":[1,{"x":null}]})")
                                   .With("severity", R"("unheard-of")"));
  EXPECT_EQ(a.severity, "unheard-of");
  EXPECT_THAT(a.json, HasSubstr("\"deep\""));
  EXPECT_EQ(SeverityRank(a.severity), 4);
}

TEST(AlertRecord, NamesTheFieldThatIsMissingOrOfAnotherType) {
  AlertRecord a;
  EXPECT_THAT(Message(AlertParser().Parse(AlertBuilder().Without("observed").Json(), a)),
              HasSubstr("/observed"));
  EXPECT_THAT(Message(AlertParser().Parse(AlertBuilder().With("at", "\"soon\"").Json(), a)),
              HasSubstr("/at"));
  EXPECT_THAT(Message(AlertParser().Parse(AlertBuilder().With("counts", "{}").Json(), a)),
              HasSubstr("/counts/incidents"));
  EXPECT_THAT(Message(AlertParser().Parse(AlertBuilder().With("incidents", "[1]").Json(), a)),
              HasSubstr("/incidents"));
  EXPECT_FALSE(AlertParser().Parse("[]", a).ok());
}

TEST(AlertRecord, ComesBareOrInAReplayLineAndOtherTopicsArePassedOver) {
  AlertParser parser;
  AlertRecord a;
  EXPECT_TRUE(*parser.ParseLine(AlertBuilder().Json(), a));
  for (const char* topic : {"alerts", "safety.alerts.v1"}) {
    EXPECT_TRUE(*parser.ParseLine(
        std::string(R"({"topic":")") + topic + R"(","value":)" + AlertBuilder().Json() + "}", a));
  }
  EXPECT_FALSE(*parser.ParseLine(R"({"topic":"aggregates","value":{}})", a));
  EXPECT_FALSE(parser.ParseLine(R"({"x":1})", a).ok());
  EXPECT_FALSE(parser.ParseLine(R"({"topic":"alerts","value":{}})", a).ok());
}

TEST(AlertCheck, ARecordThatAddsUpHasNoProblem) { EXPECT_THAT(Problems({}), IsEmpty()); }

TEST(AlertCheck, FindsSumsThatDoNotAddUp) {
  EXPECT_THAT(Problems(AlertBuilder().With("observed", "4")),
              Contains("observed is 4 but counts.incidents is 3"));
  EXPECT_THAT(Problems(AlertBuilder().With("incidents_omitted", "2")),
              Contains("3 incidents listed and 2 omitted are not 3"));
  EXPECT_THAT(Problems(AlertBuilder().With(
                  "counts", R"({"incidents":3,"reports":4,"by_kind":{"police":3}})")),
              ElementsAre("the reports by kind are 3 but counts.reports is 4"));
  EXPECT_THAT(Problems(AlertBuilder().With(
                  "counts", R"({"incidents":3,"reports":9,"by_kind":{"police":9}})")),
              ElementsAre("the reports by incident are 4 but counts.reports is 9"));
}

TEST(AlertCheck, FindsIncidentsThatCannotBeCounted) {
  const std::string twice = AlertBuilder::Incident("1", "2023-01-14T17:00:00Z");
  const std::string third = AlertBuilder::Incident("3", "2023-01-14T20:47:00Z", 2);
  EXPECT_THAT(
      Problems(AlertBuilder().With("incidents", "[" + twice + "," + twice + "," + third + "]")),
      ElementsAre("incident i-1 is counted twice"));
  // The pane of 20:47 has left a window of 24 h exactly at 20:47 the day after.
  const std::string left = AlertBuilder::Incident("2", "2023-01-13T20:47:59Z");
  const std::string stays = AlertBuilder::Incident("1", "2023-01-13T20:48:00Z");
  EXPECT_THAT(
      Problems(AlertBuilder().With("incidents", "[" + left + "," + stays + "," + third + "]")),
      ElementsAre("incident i-2 lies outside the window"));
  EXPECT_THAT(
      Problems(AlertBuilder().With("incidents", "[" + third + "," + stays + "," + left + "]")),
      Contains("incident i-1 is not in the order of time"));
}

TEST(AlertCheck, FindsAStateThatDoesNotFitTheCount) {
  EXPECT_THAT(Problems(AlertBuilder().With("enter", "4")),
              ElementsAre("the alert opened at observed 3, below enter 4"));
  AlertBuilder later = AlertBuilder().With("sequence", "2").With("at", R"("2023-01-14T21:00:00Z")");
  EXPECT_THAT(Problems(AlertBuilder(later).With("state", R"("updated")")), IsEmpty());
  EXPECT_THAT(Problems(AlertBuilder(later).With("state", R"("resolved")")),
              ElementsAre("the alert resolved at observed 3, above exit 1"));
  EXPECT_THAT(
      Problems(AlertBuilder(later).With("state", R"("resolved")").With("reason", R"("dismissed")")),
      IsEmpty());
  EXPECT_THAT(
      Problems(AlertBuilder(later).With("state", R"("cancelled")").With("reason", R"("merged")")),
      ElementsAre("the alert was cancelled at observed 3, not below enter 3"));
  EXPECT_THAT(
      Problems(AlertBuilder(later).With("state", R"("updated")").With("reason", R"("withdrawn")")),
      ElementsAre("reason does not go with state updated"));
  EXPECT_THAT(Problems(AlertBuilder().With("sequence", "1").With("generation", "2")),
              Not(IsEmpty()));
}

TEST(AlertCheck, FindsCertaintyAndCompletenessThatDoNotFit) {
  EXPECT_THAT(Problems(AlertBuilder().With("certainty", R"("observed")")),
              ElementsAre("certainty is observed but 0 of 3 incidents are confirmed"));
  EXPECT_THAT(Problems(AlertBuilder().With("blind_sources", R"(["polisen"])")),
              ElementsAre("completeness is complete but 1 sources are silent"));
}

TEST(AlertCheck, FindsGapsBetweenTransitions) {
  const AlertRecord first = Parsed({});
  const AlertRecord third =
      Parsed(AlertBuilder().With("sequence", "3").With("state", R"("updated")"));
  EXPECT_THAT(CheckHistory({first, third}, English()),
              ElementsAre("transitions are missing between 1 and 3"));
}

TEST(AlertExplain, SpellsOutTheComparison) {
  const AlertRecord a = Parsed({});
  EXPECT_THAT(Step(a, "comparison"), ElementsAre("3 ≥ 3 (enter): over the limit that opens.",
                                                 "3 > 1 (exit): above the limit that resolves."));
  EXPECT_THAT(Step(a, "sources"), ElementsAre("police 3 + guards 1 = 4."));
  EXPECT_THAT(Step(a, "sources", Swedish()), ElementsAre("polis 3 + väktare 1 = 4."));
}

TEST(AlertExplain, TellsWhenTheCountFallsIfNothingComes) {
  // 3 → 1 when the second oldest has left: 19:00 and 24 h, shown at UTC+1.
  EXPECT_EQ(FallsToExitMs(Parsed({})), *ParseTimeMs("2023-01-15T19:00:00Z"));
  EXPECT_THAT(Step(Parsed({}), "next"), Contains(HasSubstr("down to 1 at 2023-01-15 20:00")));
  // 59 older ones are not in the record, and the count falls to 1 when all but the last have left.
  const std::string last = "[" + AlertBuilder::Incident("3", "2023-01-14T20:47:00Z", 2) + "]";
  EXPECT_EQ(FallsToExitMs(Parsed(AlertBuilder()
                                     .With("observed", "60")
                                     .With("incidents", last)
                                     .With("incidents_omitted", "59"))),
            std::nullopt);
}

TEST(AlertExplain, SaysWhatABlindSourceMeans) {
  const AlertRecord a = Parsed(
      AlertBuilder().With("completeness", R"("partial")").With("blind_sources", R"(["polisen"])"));
  EXPECT_THAT(Step(a, "completeness"),
              AllOf(Contains(HasSubstr("polisen")), Contains(HasSubstr("nothing resolves"))));
  EXPECT_THAT(Step(a, "next"), Contains(HasSubstr("does not resolve before it is back")));
}

TEST(AlertExplain, SaysWhyAnAlertWasTakenBack) {
  const AlertRecord a = Parsed(AlertBuilder()
                                   .With("sequence", "2")
                                   .With("state", R"("cancelled")")
                                   .With("reason", R"("refuted")"));
  EXPECT_THAT(Step(a, "state"), Contains(HasSubstr("a false alarm")));
  EXPECT_THAT(Step(a, "state", Swedish()), Contains(HasSubstr("falskt alarm")));
  EXPECT_THAT(Step(a, "next"), Contains(HasSubstr("does not come back")));
}

TEST(AlertTable, PutsOpenAlertsFirstThenTheGravestThenTheNewest) {
  LatestAlerts latest;
  const auto take = [&](const char* id, const char* state, const char* severity,
                        const char* since) {
    latest.Take(Parsed(AlertBuilder()
                           .With("alert_id", std::string("\"") + id + "\"")
                           .With("state", std::string("\"") + state + "\"")
                           .With("severity", std::string("\"") + severity + "\"")
                           .With("since", std::string("\"2023-01-14T") + since + ":00Z\"")));
  };
  take("a-1", "resolved", "extreme", "10:00");
  take("a-2", "open", "moderate", "11:00");
  take("a-3", "updated", "severe", "09:00");
  take("a-4", "updated", "moderate", "12:00");
  std::vector<std::string> order;
  for (const AlertRecord* a : latest.Ordered()) order.push_back(a->id);
  EXPECT_THAT(order, ElementsAre("a-3", "a-4", "a-2", "a-1"));
}

TEST(AlertTable, KeepsTheLastTransitionWhateverTheOrderOfReading) {
  LatestAlerts latest;
  latest.Take(Parsed(AlertBuilder().With("sequence", "2").With("state", R"("updated")")));
  latest.Take(Parsed({}));
  EXPECT_EQ(latest.Ordered().front()->sequence, 2);
}

TEST(AlertWords, TheLanguageIsTheEnvironments) {
  EXPECT_EQ(LanguageOf({"LANG=sv_SE.UTF-8"}), Language::kSwedish);
  EXPECT_EQ(LanguageOf({"LANG=sv_SE.UTF-8", "LC_ALL=en_GB.UTF-8"}), Language::kEnglish);
  EXPECT_EQ(LanguageOf({"LC_ALL=", "LANG=sv"}), Language::kSwedish);
  EXPECT_EQ(LanguageOf({}), Language::kEnglish);
}

}  // namespace
}  // namespace lagesbild::app
