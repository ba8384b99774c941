// What a person reads when something in the configuration is wrong: one case a mistake.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "app/config/config.h"
#include "app/town_files.h"

namespace lagesbild::app {
namespace {

using ::testing::HasSubstr;

struct Mistake {
  const char* name;
  const char* file;
  const char* from;
  const char* to;
  const char* message;  // the first line after the folder, {} the folder once more; its beginning
                        // if it ends in ": "
};

std::ostream& operator<<(std::ostream& out, const Mistake& m) { return out << m.name; }

class ConfigMistake : public ::testing::TestWithParam<Mistake> {};

TEST_P(ConfigMistake, IsNamedWithFileLineAndWhatIsAllowed) {
  const Mistake& m = GetParam();
  const Folder folder;
  const auto loaded = LoadConfig(WriteTown(folder, m.file, m.from, m.to), {}, {});
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.status().code(), StatusCode::kInvalidArgument);
  const std::string text = Message(loaded.status());
  std::string want = folder.Path(m.message);
  if (const size_t at = want.find("{}");
      at != std::string::npos && m.file == std::string("areas.geojson")) {
    want.replace(at, 2, folder.Path("").substr(0, folder.Path("").size() - 1));
  }
  const std::string first = text.substr(0, text.find('\n'));
  if (want.ends_with(": ")) {
    EXPECT_THAT(first, ::testing::StartsWith(want));
  } else {
    EXPECT_EQ(first, want);
  }
}

constexpr char kMain[] = "lagesbild.yaml";
constexpr char kClasses[] = "classes.yaml";
constexpr char kSources[] = "sources.yaml";
constexpr char kRules[] = "rules.yaml";
constexpr char kAreas[] = "areas.geojson";

INSTANTIATE_TEST_SUITE_P(
    Main, ConfigMistake,
    ::testing::Values(
        Mistake{"UnknownKey", kMain, "windows:", "widnows:",
                "lagesbild.yaml:6: unknown key \"widnows\", allowed: areas, classes, clock, "
                "commit, grace, group, http, "
                "kafka, max_future, order, rules, sources, … (7 more); did you mean \"windows\"?"},
        Mistake{"UnknownKeyInSection", kMain, "per_day", "perday",
                "lagesbild.yaml:8: unknown key \"perday\" in tips, allowed: per_day, secret_file; "
                "did you mean "
                "\"per_day\"?"},
        Mistake{
            "KeyOfAnotherPlace", kMain, "grace:", "per_day:",
            "lagesbild.yaml:9: unknown key \"per_day\", allowed: areas, classes, clock, commit, "
            "grace, group, http, "
            "kafka, max_future, order, rules, sources, … (7 more); did you mean \"tips.per_day\"?"},
        Mistake{"KeyTwice", kMain, "grace: 7d", "group: again",
                "lagesbild.yaml:9: \"group\" stands twice"},
        Mistake{"WrongUnit", kMain, "7d\n", "7 days\n",
                "lagesbild.yaml:9: grace: \"7 days\" is not a duration: a whole number and a unit "
                "(ms, s, m, h, d) is "
                "needed, such as 90s, 5m, 6h, 7d"},
        Mistake{"NoUnit", kMain, "24h, 7d", "24, 7d",
                "lagesbild.yaml:6: windows: \"24\" is not a duration: a whole number and a unit "
                "(ms, s, m, h, d) is "
                "needed, such as 90s, 5m, 6h, 7d"},
        Mistake{"WindowNotInWholeHours", kMain, "24h, 7d", "24h, 1470m",
                "lagesbild.yaml:6: windows: 1470m is not in whole hours (beyond 24h)"},
        Mistake{"WindowTwice", kMain, "24h, 7d", "24h, 1440m",
                "lagesbild.yaml:6: windows: 24h stands twice"},
        Mistake{"TooSmall", kMain, "per_day: 5", "per_day: 0",
                "lagesbild.yaml:8: tips.per_day: \"0\" is not a whole number from 1 to 1000"},
        Mistake{"SizeWithoutUnit", kMain, "grace: 7d", "state: {memory: 512}",
                "lagesbild.yaml:9: state.memory: \"512\" is not a size: a whole number and a unit "
                "(B, KiB, MiB, GiB) is "
                "needed"},
        Mistake{"UnknownTimeZone", kMain, "Europe/Stockholm", "Europe/Stokholm",
                "lagesbild.yaml:7: time_zone: \"Europe/Stokholm\" is not a time zone; a name such "
                "as Europe/Stockholm or "
                "UTC is needed"},
        Mistake{"UnknownChoice", kMain, "grace: 7d", "clock: record",
                "lagesbild.yaml:9: clock: \"record\" is not one of wall, records; did you mean "
                "\"records\"?"},
        Mistake{"BadAddress", kMain, "grace: 7d", "http: {listen: localhost}",
                "lagesbild.yaml:9: http.listen: \"localhost\" is not host:port (such as "
                "127.0.0.1:8080) or off"},
        Mistake{"DeniedProperty", kMain, "grace: 7d",
                "kafka: {consumer: {enable.auto.commit: true}}",
                "lagesbild.yaml:9: kafka.consumer.enable.auto.commit: may not be set: exactly-once "
                "rests on it"},
        Mistake{"SecretInTheFile", kMain, "grace: 7d", "kafka: {common: {sasl.password: hunter2}}",
                "lagesbild.yaml:9: kafka.common.sasl.password: a secret may not stand in the "
                "configuration; give a file: "
                "sasl.password_file"},
        Mistake{"ListWhereAMapIs", kMain, "tips: {per_day: 5}", "tips: [5]",
                "lagesbild.yaml:8: tips: a map is needed, allowed in it: per_day, secret_file"},
        Mistake{"NoPictureLevel", kMain, ", picture_level: borough", "",
                "lagesbild.yaml: areas.picture_level is missing: the level whose areas are one "
                "shared picture each"},
        Mistake{"UnknownPictureLevel", kMain, "borough", "burough",
                "lagesbild.yaml:2: areas.picture_level: no area is of level \"burough\", allowed: "
                "borough, district; did "
                "you mean \"borough\"?"},
        Mistake{"NotYaml", kMain, "[1h, 24h, 7d]", "[1h, 24h",
                "lagesbild.yaml:7: not YAML: end of sequence flow not found"},
        Mistake{"FileAndLayers", kMain, "file: areas.geojson,",
                "file: areas.geojson, layers: [{file: areas.geojson}],",
                "lagesbild.yaml:2: areas: either file or layers, not both"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Classes, ConfigMistake,
    ::testing::Values(
        Mistake{"UnknownFamily", kClasses, "{family: violence,", "{family: violense,",
                "classes.yaml:8: family: \"violense\" is not a family, allowed: violence, grave, "
                "other; did you mean "
                "\"violence\"?"},
        Mistake{
            "UnknownParent", kClasses, "parent: violence", "parent: force",
            "classes.yaml:4: parent: \"force\" is not a family, allowed: violence, grave, other"},
        Mistake{"FamiliesInACircle", kClasses, "violence: {}", "violence: {parent: grave}",
                "classes.yaml:3: family violence: parents form a circle"},
        Mistake{"ClassTwice", kClasses,
                "assault:", "shooting:", "classes.yaml:8: \"shooting\" stands twice under classes"},
        Mistake{"MinutesWithoutMetres", kClasses, "metres: 150", "metres: 0",
                "classes.yaml:7: merge: only metres is 0; reports of shooting merge within both, "
                "or never (both 0)"},
        Mistake{"MissingMinutes", kClasses, "minutes: 30, ", "",
                "classes.yaml:7: merge: only minutes is 0; reports of shooting merge within both, "
                "or never (both 0)"},
        Mistake{"NegativeMetres", kClasses, "metres: 150", "metres: -1",
                "classes.yaml:7: metres: \"-1\" is not a number from 0 to 10000"},
        Mistake{"GraveIsNoBool", kClasses, "grave: true", "grave: yes",
                "classes.yaml:7: grave: \"yes\" is not one of true, false"},
        Mistake{"UnknownKey", kClasses, "merge:", "merges:",
                "classes.yaml:7: unknown key \"merges\", allowed: family, grave, merge; did you "
                "mean \"merge\"?"},
        Mistake{"ReservedName", kClasses, "assault:", "all:",
                "classes.yaml:8: classes: \"all\": \"all\" is the sum of everything and cannot be "
                "a name"},
        Mistake{"NameOfClassAndOtherFamily", kClasses, "assault:", "grave:",
                "classes.yaml:8: \"grave\" is a class and a family; then it must be the only class "
                "of that family "
                "(shooting)"},
        Mistake{"NoClasses", kClasses,
                "classes:", "clases:", "classes.yaml:1: classes is missing"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Sources, ConfigMistake,
    ::testing::Values(
        Mistake{"UnknownKind", kSources, "kind: guard", "kind: gaurd",
                "sources.yaml:4: kind: \"gaurd\" is not one of police, rescue, transit, owner, "
                "guard, school, staff, "
                "association, business, public; did you mean \"guard\"?"},
        Mistake{"MissingKind", kSources, ", kind: guard", "", "sources.yaml:4: kind is missing"},
        Mistake{"OrgTwice", kSources, "org: vakt", "org: polisen",
                "sources.yaml:4: org: \"polisen\" stands twice"},
        Mistake{"BadOrg", kSources, "org: vakt", "org: vakt ab",
                "sources.yaml:4: org: 1 to 128 of A-Z a-z 0-9 . _ : - are allowed"},
        Mistake{"FeedsNothing", kSources, "[violence]", "[violense]",
                "sources.yaml:3: feeds: \"violense\" is neither a class nor a family; did you mean "
                "\"violence\"?"},
        Mistake{"GapTooShort", kSources, "6h", "30s",
                "sources.yaml:3: expected_gap: 2m is the least (life is noted by the minute)"},
        Mistake{"TopicOfOurOwn", kSources, "kind: guard", "kind: guard, topic: alerts",
                "sources.yaml:4: topic: alerts is used for something else; choose a name such as "
                "incidents-vakt"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Rules, ConfigMistake,
    ::testing::Values(
        Mistake{"UnknownType", kRules, "type: count", "type: counts",
                "rules.yaml:8: type: there is no rule of type \"counts\", allowed: single, count; "
                "did you mean "
                "\"count\"?"},
        Mistake{"UnknownFamily", kRules, "{family: violence}", "{family: violense}",
                "rules.yaml:9: of: \"violense\" is not a family, allowed: violence, grave, other; "
                "did you mean "
                "\"violence\"?"},
        Mistake{"UnknownClass", kRules, "{class: shooting}", "{class: shoting}",
                "rules.yaml:5: of: \"shoting\" is not a class, allowed: shooting, assault, other; "
                "did you mean "
                "\"shooting\"?"},
        Mistake{"FamilyAsClass", kRules, "{class: shooting}", "{class: grave}",
                "rules.yaml:5: of: \"grave\" is not a class; it is a family"},
        Mistake{"OfBoth", kRules, "{class: shooting}", "{class: shooting, family: grave}",
                "rules.yaml:5: of: {family: …}, {class: …} or all is needed"},
        Mistake{"UnknownLevel", kRules, "level: district", "level: distrikt",
                "rules.yaml:10: level: no area is of level \"distrikt\", allowed: borough, "
                "district; did you mean "
                "\"district\"?"},
        Mistake{
            "WindowNotCounted", kRules, "24h", "12h",
            "rules.yaml:11: window: 12h is not one of the windows that are counted: 1h, 24h, 7d"},
        Mistake{"ExitNotBelowEnter", kRules, "exit: 1", "exit: 3",
                "rules.yaml:13: exit: 3 must be below enter (3): the alert opens at enter or more "
                "and clears at exit or "
                "less"},
        Mistake{"EnterZero", kRules, "enter: 3", "enter: 0",
                "rules.yaml:12: enter: \"0\" is not a whole number from 1 to 1000000"},
        Mistake{"NegativeHold", kRules, "exit: 1", "exit: 1\n    hold: -6h",
                "rules.yaml:14: hold: \"-6h\" is not a duration: a whole number and a unit (ms, s, "
                "m, h, d) is needed, such "
                "as 90s, 5m, 6h, 7d"},
        Mistake{"UnknownSeverity", kRules, "severity: severe", "severity: sever",
                "rules.yaml:6: severity: \"sever\" is not one of minor, moderate, severe, extreme; "
                "did you mean "
                "\"severe\"?"},
        Mistake{"KeyOfAnotherType", kRules, "severity: severe", "window: 24h",
                "rules.yaml:6: unknown key \"window\", allowed: hold, id, max_age, no_reraise, of, "
                "severity, type"},
        Mistake{"IdTwice", kRules, "id: many", "id: single",
                "rules.yaml:7: id: \"single\" stands twice"},
        Mistake{"MissingWindow", kRules, "    window: 24h\n", "",
                "rules.yaml:7: window is missing"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Areas, ConfigMistake,
    ::testing::Values(
        Mistake{"DuplicateId", kAreas, "\"id\":\"e\"", "\"id\":\"w\"",
                "areas.geojson: feature 3 (w): duplicate id \"w\", first in {}/areas.geojson: "
                "feature 2 (w)"},
        Mistake{"NoId", kAreas, "\"id\":\"e\"", "\"code\":\"e\"",
                "areas.geojson: feature 3: no id: property id is missing or empty; it has code, "
                "level, name"},
        Mistake{"NoLevel", kAreas, "\"level\":\"borough\"", "\"lvl\":\"borough\"",
                "areas.geojson: feature 1 (b): no level: property level is missing; give the layer "
                "one (areas.layers: "
                "level: …)"},
        Mistake{"UnknownParent", kAreas, "\"parent\":\"b\"", "\"parent\":\"x\"",
                "areas.geojson: feature 2 (w): unknown parent \"x\""},
        Mistake{"ParentOfTheSameLevel", kAreas, "\"parent\":\"b\"", "\"parent\":\"e\"",
                "areas.geojson: feature 2 (w): wrong level: its parent \"e\" is of level district, "
                "not of one coarser than "
                "district (levels are ordered by size)"},
        Mistake{"OwnParent", kAreas, "\"parent\":\"b\"", "\"parent\":\"w\"",
                "areas.geojson: feature 2 (w): parents form a circle: w → w"},
        Mistake{"Projected", kAreas, "[17.85,59.3],[17.85,59.4]", "[674032,6580822],[17.85,59.4]",
                "areas.geojson: feature 2 (w): coordinates: [674032, 6.58082e+06] is no longitude "
                "and latitude in WGS84 "
                "degrees; it looks projected (SWEREF 99 TM?): convert to EPSG:4326"},
        Mistake{"OtherReferenceSystem", kAreas, "\"features\":",
                "\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"urn:ogc:def:crs:EPSG::"
                "3006\"}},\"features\":",
                "areas.geojson: crs: urn:ogc:def:crs:EPSG::3006 is not WGS84; convert to EPSG:4326 "
                "(as RFC 7946 has it)"},
        Mistake{"OpenRing", kAreas,
                ",[17.8,59.4],[17.8,59.3]]]}},\n{\"type\":\"Feature\",\"properties\":{\"id\":\"w\"",
                ",[17.8,59.4]]]}},\n{\"type\":\"Feature\",\"properties\":{\"id\":\"w\"",
                "areas.geojson: feature 1 (b): coordinates: a ring must end where it began"},
        Mistake{"Points", kAreas, "\"type\":\"Polygon\"", "\"type\":\"Point\"",
                "areas.geojson: feature 1 (b): geometry is a Point; a Polygon or MultiPolygon is "
                "needed"},
        Mistake{"OutsideEveryPicture", kAreas,
                "[17.85,59.3],[17.9,59.3],[17.9,59.4],[17.85,59.4],[17.85,59.3]",
                "[18.85,59.3],[18.9,59.3],[18.9,59.4],[18.85,59.4],[18.85,59.3]",
                "lagesbild.yaml: area \"e\" (district) lies in no area of level borough; give it a "
                "parent"},
        Mistake{"NotJson", kAreas, "{\"type\":\"FeatureCollection\",", "{type,",
                "areas.geojson: not JSON: "}),
    [](const auto& info) { return info.param.name; });

TEST(LoadConfig, ReportsSeveralMistakesAtOnceAndAtMostTwenty) {
  const Folder folder;
  const std::string path =
      WriteTown(folder, "lagesbild.yaml", "grace: 7d", "grace: 7x\nclock: day\nfoo: 1");
  folder.Write("rules.yaml", "rules: [{id: a, type: b}, {id: c, type: d}]");
  const std::string text = Message(LoadConfig(path, {}, {}).status());
  for (const char* part :
       {"lagesbild.yaml:9: grace", "lagesbild.yaml:10: clock", "lagesbild.yaml:11: unknown key",
        "rules.yaml:1: type: there is no rule of type \"b\"", "of type \"d\""}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  std::string many;
  for (int i = 0; i < 30; ++i) many += "key" + std::to_string(i) + ": 1\n";
  const std::string full = Message(
      LoadConfig(WriteTown(folder, "lagesbild.yaml", "grace: 7d\n", many), {}, {}).status());
  EXPECT_EQ(std::count(full.begin(), full.end(), '\n'), 20);
  EXPECT_THAT(full, HasSubstr("… and 10 more"));
}

TEST(LoadConfig, TellsAMissingConfigurationFromAMissingFileItNames) {
  const Folder folder;
  EXPECT_EQ(LoadConfig(folder.Path("none.yaml"), {}, {}).status().code(), StatusCode::kNotFound);
  const auto named =
      LoadConfig(WriteTown(folder, "lagesbild.yaml", "rules.yaml", "rulez.yaml"), {}, {});
  EXPECT_EQ(named.status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Message(named.status()),
            folder.Path("lagesbild.yaml:5: ") + folder.Path("rulez.yaml: no such file"));
  EXPECT_EQ(LoadConfig(folder.Path(""), {}, {}).status().code(), StatusCode::kInvalidArgument)
      << "a folder";
}

TEST(LoadConfig, NeverRepeatsASecret) {
  const Folder folder;
  const auto loaded = LoadConfig(
      WriteTown(folder, "lagesbild.yaml", "grace: 7d", "kafka: {common: {sasl.password: hunter2}}"),
      {}, {});
  EXPECT_THAT(Message(loaded.status()), testing::Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace lagesbild::app
