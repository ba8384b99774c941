// The feed commands end to end, up to the file they write, and that file through replay.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "app/folder.h"
#include "app/run_command.h"
#include "feeds/api_server.h"

namespace lagesbild::app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Deploy(const std::string& name) {
  return std::string(LAGESBILD_SOURCE_DIR) + "/deploy/" + name;
}

std::string Bytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// A copy of a folder of deploy/, as a user would have it.
void CopyDeploy(const std::string& name, const Folder& folder) {
  std::filesystem::copy(Deploy(name), folder.Path(name), std::filesystem::copy_options::recursive);
}

// Sweden with its areas; false: they are not here.
bool Sweden(const Folder& folder) {
  if (!std::filesystem::exists(SharedPath("data/areas"))) return false;
  CopyDeploy("sweden", folder);
  std::filesystem::create_directory_symlink(std::filesystem::absolute(SharedPath("data/areas")),
                                            folder.Path("sweden/areas"));
  return true;
}

TEST(FeedTown, ItsFirstAlertIsExplainedWithinThreeMinutesOfTownTime) {
  const Folder folder;
  ASSERT_EQ(RunWords({"feed", "town", "--write-config", folder.Path("town")}).code, 0);
  const Ran fed = RunWords({"feed", "town", "--start", "2024-11-15T18:00:00+01:00", "--for", "6h",
                            "--to", folder.Path("evening.ndjson")});
  ASSERT_EQ(fed.code, 0) << fed.err;
  const Ran played = RunWords({"replay", "--config", folder.Path("town/lagesbild.yaml"),
                               "--only=alerts,dead-letters", folder.Path("evening.ndjson")});
  ASSERT_EQ(played.code, 0) << played.err;
  const auto lines = Lines(played.out);
  ASSERT_GT(lines.size(), 20U);
  EXPECT_THAT(lines[0], HasSubstr(R"("state":"open","at":"2024-11-15T17:02:30Z")"));
  EXPECT_THAT(lines[0], HasSubstr("Skjutning"));
  for (const char* part : {R"("reports":12,)", R"("reason":"refuted")", R"("reason":"corrected")",
                           R"("completeness":"partial")", R"("rule":"vehicle-fires-24h")",
                           R"("rule":"vandalism-7d")", R"("reason":"unknown-field")"}) {
    EXPECT_THAT(played.out, HasSubstr(part));
  }
  EXPECT_THAT(played.out, Not(HasSubstr("knife-fight"))) << "tips alone raise nothing";
}

TEST(FeedTown, EverySeedsTownIsAValidConfiguration) {
  for (int seed = 1; seed <= 20; ++seed) {
    const Folder folder;
    const std::string number = std::to_string(seed);
    ASSERT_EQ(RunWords({"feed", "town", "--seed", number, "--write-config", folder.Path("t")}).code,
              0);
    const Ran checked = RunWords({"areas", "check", "--config", folder.Path("t/lagesbild.yaml")});
    EXPECT_EQ(checked.code, 0) << "seed " << seed << ": " << checked.out << checked.err;
    EXPECT_THAT(checked.out + checked.err, HasSubstr("0 problems, 0 warnings"));
  }
}

TEST(FeedTown, RefusesToOverwriteAndToWriteWithoutEnd) {
  const Folder folder;
  ASSERT_EQ(RunWords({"feed", "town", "--write-config", folder.Path("t")}).code, 0);
  EXPECT_EQ(RunWords({"feed", "town", "--write-config", folder.Path("t")}).code, 65);
  EXPECT_EQ(RunWords({"feed", "town", "--to", folder.Path("x")}).code, 2);
}

TEST(FeedNdjson, WritesBackWhatItRead) {
  const Folder folder;
  const std::string from = folder.Write(
      "in.ndjson",
      R"({"topic":"tips","timestamp":"2023-01-14T21:49:00+01:00","value":{"org":"o","id":"7"}})"
      "\n\n"
      R"({"topic":"incidents","timestamp":"2023-01-14T21:50:00Z","key":"k","value":"{not json"})"
      "\n");
  const Ran ran = RunWords({"feed", "ndjson", from, "--to", folder.Path("out.ndjson")});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.err, HasSubstr("2 records"));
  EXPECT_EQ(
      Bytes(folder.Path("out.ndjson")),
      R"({"topic":"tips","timestamp":"2023-01-14T20:49:00Z","key":"o/7","value":{"org":"o","id":"7"}})"
      "\n"
      R"({"topic":"incidents","timestamp":"2023-01-14T21:50:00Z","key":"k","value":"{not json"})"
      "\n");
}

TEST(FeedNdjson, NamesTheLineThatIsNone) {
  const Folder folder;
  const std::string from = folder.Write("in.ndjson", "\n{}\n");
  const Ran ran = RunWords({"feed", "ndjson", from, "--to", folder.Path("out.ndjson")});
  EXPECT_EQ(ran.code, 65);
  EXPECT_THAT(ran.err, HasSubstr("in.ndjson:2: no topic"));
  EXPECT_EQ(RunWords({"feed", "ndjson", "--to", folder.Path("o"), folder.Path("none")}).code, 66);
}

TEST(FeedCsv, SanAntoniosCallsBecomeReports) {
  const Folder folder;
  CopyDeploy("san-antonio", folder);
  const Ran grid = RunWords({"areas", "grid", "--bbox=-98.85,29.15,-98.2,29.76", "--city",
                             "San Antonio", "--cell", "3km"});
  ASSERT_EQ(grid.code, 0) << grid.err;
  folder.Write("san-antonio/areas.geojson", grid.out);
  const std::string calls = folder.Write(
      "calls.csv",
      "incident_number,response_time_ms,date_local,time_local,problem_type,category,lat,lon\n"
      "SAPD-1,1667278839000,11/01/22,12:00:39 AM,Shooting,x,29.509685,-98.546586\n"
      "SAPD-1,1667278839000,11/01/22,12:00:39 AM,Shooting,x,29.509685,-98.546586\n"
      "SAPD-2,1667278849000,11/01/22, 2:00:49,Patrol By,x,1e-05,-1e-05\n"
      "SAPD-3,soon,11/01/22, 2:00:49,Theft,x,29.5,-98.5\n");
  const std::string config = folder.Path("san-antonio/lagesbild.yaml");
  const Ran ran =
      RunWords({"feed", "csv", "--config", config, "--map",
                folder.Path("san-antonio/calls-map.yaml"), "--to", folder.Path("out"), calls});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.err,
              HasSubstr("4 rows, 2 reports (0 corrections, 1 without a position, by area), "
                        "1 duplicates, 0 left out"));
  EXPECT_THAT(ran.err, HasSubstr("1 rows without a report: the time cannot be read (line 5)"));
  const Ran played =
      RunWords({"replay", "--config", config, "--only=dead-letters", folder.Path("out")});
  EXPECT_EQ(played.code, 0) << played.err;
  EXPECT_EQ(played.out, "");
}

TEST(FeedCsv, EveryRecordedCallBecomesAReport) {
  SKIP_UNLESS_SHARED("data/calls/san_antonio_calls.csv.zst");
  const Folder folder;
  const Ran ran =
      RunWords({"feed", "csv", "--map", Deploy("san-antonio/calls-map.yaml"), "--to",
                folder.Path("out.zst"), SharedPath("data/calls/san_antonio_calls.csv.zst")});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.err,
            "feed csv: 376391 rows, 376391 reports (0 corrections, 1 without a position, by "
            "area), 0 duplicates, 0 left out\n");
}

TEST(FeedCsv, AMapSaysWhatIsWrongWithItLineByLine) {
  const Folder folder;
  const std::string map = folder.Write("map.yaml",
                                       "org: sapd\n"
                                       "id: n\n"
                                       "ocurred: t\n"
                                       "class: c\n"
                                       "lat: lat\n"
                                       "time_format: seconds\n"
                                       "time_zone: Mars/Olympus\n"
                                       "classes: {a: [b]}\n");
  const Ran ran = RunWords({"feed", "csv", "--map", map, "--to", folder.Path("o"), "x.csv"});
  EXPECT_EQ(ran.code, 78);
  EXPECT_THAT(ran.err, HasSubstr("map.yaml:3: "));
  EXPECT_THAT(ran.err, HasSubstr("did you mean \"occurred\"?"));
  EXPECT_THAT(ran.err, HasSubstr("the columns lat and lon are needed"));
  EXPECT_THAT(ran.err, HasSubstr("map.yaml:6: time_format: unix_ms"));
  EXPECT_THAT(ran.err, HasSubstr("map.yaml:7: time_zone: \"Mars/Olympus\""));
  EXPECT_THAT(ran.err, HasSubstr("map.yaml:8: classes: a: a class is needed"));
}

TEST(FeedCsv, AMapMustFitTheConfiguration) {
  const Folder folder;
  ASSERT_EQ(RunWords({"feed", "town", "--write-config", folder.Path("town")}).code, 0);
  const std::string map = folder.Write("map.yaml",
                                       "org: nobody\nid: n\noccurred: t\nclass: c\nlat: a\nlon: b\n"
                                       "without_position: nowhere\nclasses: {a: shootin}\n");
  const Ran ran = RunWords({"feed", "csv", "--config", folder.Path("town/lagesbild.yaml"), "--map",
                            map, "--to", folder.Path("o"), "x.csv"});
  EXPECT_EQ(ran.code, 78);
  EXPECT_THAT(ran.err, HasSubstr("map.yaml:1: org: \"nobody\" is not in sources.yaml"));
  EXPECT_THAT(ran.err, HasSubstr("map.yaml:7: without_position: \"nowhere\""));
  EXPECT_THAT(ran.err, HasSubstr("map.yaml:8: classes: \"shootin\" is not a class of the "
                                 "configuration; did you mean \"shooting\"?"));
}

TEST(FeedPolisen, AllRecordedVersionsGoThroughReplay) {
  const Folder folder;
  if (!Sweden(folder)) GTEST_SKIP() << "NOT RUN: data beside the project is missing";
  const std::string config = folder.Path("sweden/lagesbild.yaml");
  const Ran fed = RunWords({"feed", "polisen", "--config", config, "--from-recording",
                            SharedPath("data/polisen/event_versions.jsonl.zst"), "--to",
                            folder.Path("versions.ndjson.zst")});
  ASSERT_EQ(fed.code, 0) << fed.err;
  EXPECT_THAT(fed.err,
              HasSubstr("72422 reports, 12038 of them summaries or news; time of publication "
                        "taken: 0 without a time in the name, 396 with one after publication; "
                        "place: 0 by a coarse point, 0 without; 0 malformed"));
  EXPECT_THAT(fed.err, Not(HasSubstr("not in the table")));
  const Ran played = RunWords(
      {"replay", "--config", config, "--only=dead-letters", folder.Path("versions.ndjson.zst")});
  ASSERT_EQ(played.code, 0) << played.err;
  for (const std::string& line : Lines(played.out)) {
    ASSERT_THAT(line, HasSubstr(R"("reason":"too-old")"));
  }
}

TEST(FeedPolisen, PlaysSeveralRecordings) {
  const Folder folder;
  if (!Sweden(folder)) GTEST_SKIP() << "NOT RUN: data beside the project is missing";
  const Ran fed = RunWords(
      {"feed", "polisen", "--config", folder.Path("sweden/lagesbild.yaml"), "--from-recording",
       SharedPath("data/polisen/feed_new_year_2024.jsonl.zst"),
       SharedPath("data/polisen/feed_glitches.jsonl.zst"), "--to", folder.Path("feed.ndjson")});
  ASSERT_EQ(fed.code, 0) << fed.err;
  EXPECT_THAT(fed.err, HasSubstr("30 unusable"));
  EXPECT_THAT(Bytes(folder.Path("feed.ndjson")), HasSubstr(R"("command":"heartbeat")"));
}

TEST(FeedPolisen, AsksAnApiAndKeepsItsState) {
  feeds::ApiServer server;
  ASSERT_TRUE(server.running()) << "python3 is needed";
  const Folder folder;
  CopyDeploy("sweden", folder);
  const std::string config =
      folder.Write("sweden/small.yaml",
                   "areas: {file: one.geojson, picture_level: municipality}\n"
                   "classes: {file: classes.yaml}\n"
                   "sources: {file: sources.yaml}\n"
                   "rules: {file: rules.yaml}\n"
                   "windows: [24h, 7d]\n");
  folder.Write("sweden/one.geojson",
               R"({"type":"FeatureCollection","features":[{"type":"Feature","properties":)"
               R"({"id":"2480","name":"Umeå","level":"municipality"},"geometry":{"type":"Polygon",)"
               R"("coordinates":[[[20,63],[21,63],[21,64],[20,64],[20,63]]]}}]})");
  const std::vector<std::string> words = {"feed",
                                          "polisen",
                                          "--config",
                                          config,
                                          "--once",
                                          "--url",
                                          server.Url("/events"),
                                          "--state",
                                          folder.Path("state.json"),
                                          "--to"};
  const auto once = [&](const std::string& to) {
    std::vector<std::string> all = words;
    all.push_back(folder.Path(to));
    return RunWords(all);
  };
  const Ran first = once("1.ndjson");
  ASSERT_EQ(first.code, 0) << first.err;
  EXPECT_THAT(Bytes(folder.Path("1.ndjson")), HasSubstr(R"("place":{"area":"2480"})"));
  EXPECT_THAT(Bytes(folder.Path("1.ndjson")), HasSubstr(R"("command":"heartbeat")"));
  EXPECT_THAT(Bytes(folder.Path("state.json")), HasSubstr(R"("etag":"\"v1\"")"));
  EXPECT_EQ(RunWords({"feed", "polisen", "--config", config, "--interval", "5s", "--once"}).code,
            2);
}

TEST(FeedPolisen, ATableThatDoesNotFitTheConfigurationIsRefused) {
  const Folder folder;
  ASSERT_EQ(RunWords({"feed", "town", "--write-config", folder.Path("town")}).code, 0);
  const Ran ran =
      RunWords({"feed", "polisen", "--config", folder.Path("town/lagesbild.yaml"), "--types",
                Deploy("sweden/polisen-types.csv"), "--to", folder.Path("o"), "--once"});
  EXPECT_EQ(ran.code, 78);
  EXPECT_THAT(ran.err, HasSubstr("polisen-types.csv:6: class \"traffic-accident\" is not in the "
                                 "configuration"));
}

TEST(Feed, WithoutABrokerItSaysWhatIsMissing) {
  const Folder folder;
  ASSERT_EQ(RunWords({"feed", "town", "--write-config", folder.Path("town")}).code, 0);
  const Ran ran = RunWords({"feed", "town", "--config", folder.Path("town/lagesbild.yaml")});
  EXPECT_EQ(ran.code, 78);
  EXPECT_THAT(ran.err, HasSubstr("kafka.bootstrap.servers is not set"));
}

}  // namespace
}  // namespace lagesbild::app
