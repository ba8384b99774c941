// config, rules and areas commands: exit codes, streams, and what they print.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/config/config.h"
#include "app/config/kafka_settings.h"
#include "app/run_command.h"
#include "app/town_files.h"

namespace lagesbild::app {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(ConfigCheck, SaysOkWithASummary) {
  const Folder folder;
  const Ran ran = RunWords({"config", "check", "--config", WriteTown(folder)});
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.err, "");
  EXPECT_THAT(ran.out, StartsWith(folder.Path(
                           "lagesbild.yaml: ok\n  3 classes in 3 families, 3 sources, 2 rules\n"
                           "  areas: 1 borough 2 district; 1 picture\n  version 5, rule_set ")));
}

TEST(ConfigCheck, Exits78ForAMistakeAnd66WithoutAFile) {
  const Folder folder;
  const Ran bad = RunWords(
      {"config", "check", "--config", WriteTown(folder, "rules.yaml", "exit: 1", "exit: 5")});
  EXPECT_EQ(bad.code, 78);
  EXPECT_EQ(bad.out, "");
  EXPECT_THAT(bad.err, HasSubstr("rules.yaml:13: exit: 5 must be below enter (3)"));
  const Ran none = RunWords({"config", "check", "--config", folder.Path("none.yaml")});
  EXPECT_EQ(none.code, 66);
  EXPECT_EQ(none.err, folder.Path("none.yaml: no such file\n"));
}

TEST(ConfigCheck, TakesTheFileFromTheEnvironmentAndValuesFromSet) {
  const Folder folder;
  const std::string path = WriteTown(folder);
  EXPECT_EQ(RunWords({"config", "check"}, {"LAGESBILD_CONFIG=" + path}).code, 0);
  EXPECT_EQ(RunWords({"config", "check", "--config", path, "--set", "group"}).code, 2);
  const Ran wrong = RunWords({"config", "check", "--config", path, "--set", "grace=1y"});
  EXPECT_EQ(wrong.code, 78);
  EXPECT_THAT(wrong.err, StartsWith("--set grace: grace: \"1y\" is not a duration"));
}

TEST(ConfigCheck, WarnsOfRulesThatWatchNothing) {
  const Folder folder;
  const std::string path = WriteTown(folder, "rules.yaml", "{class: shooting}", "{class: assault}");
  const Ran ran = RunWords({"config", "check", "--config", path});
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(
      ran.err,
      HasSubstr("rules.yaml:3: rule single watches nothing: no grave class is what `of` asks for"));
  EXPECT_EQ(RunWords({"rules", "check", "--config", path}).code, 1);
}

TEST(ConfigCheck, TriesKafkasPropertiesWithoutABroker) {
  const Folder folder;
  const std::string path = WriteTown(
      folder, "lagesbild.yaml", "grace: 7d",
      "kafka:\n  bootstrap.servers: broker:9092\n  common:\n    sasl.password_file: not-here\n"
      "  producer:\n    linger.mss: 3\n    compression.type: zip");
  const Ran ran = RunWords({"config", "check", "--config", path},
                           {"LAGESBILD_KAFKA__CONSUMER__FETCH_MIN_BYTES=many"});
  EXPECT_EQ(ran.code, 78);
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.err, HasSubstr("lagesbild.yaml:14: kafka: linger.mss: "));
  EXPECT_THAT(ran.err, HasSubstr("lagesbild.yaml:15: kafka: compression.type: "));
  EXPECT_THAT(ran.err,
              HasSubstr("LAGESBILD_KAFKA__CONSUMER__FETCH_MIN_BYTES: kafka: fetch.min.bytes: "));
  EXPECT_THAT(ran.err,
              HasSubstr("warning: " + folder.Path("lagesbild.yaml: kafka: sasl.password_file: ") +
                        folder.Path("not-here: no such file")));
}

TEST(KafkaSettings, ReadsSecretsAndNeverPassesOnTheirFiles) {
  const Folder folder;
  folder.Write("password", "hunter2\n");
  const auto loaded = LoadConfig(
      WriteTown(folder, "lagesbild.yaml", "grace: 7d",
                "kafka: {bootstrap.servers: 'b:1', common: {sasl.password_file: password}}"),
      {}, {});
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  const auto settings = KafkaSettings(loaded->config.kafka, "me");
  ASSERT_TRUE(settings.ok()) << settings.status().message();
  EXPECT_THAT(settings->common, testing::ElementsAre(testing::Pair("sasl.password", "hunter2")));
  std::filesystem::remove(folder.Path("password"));
  EXPECT_EQ(KafkaSettings(loaded->config.kafka, "me").status().code(),
            StatusCode::kInvalidArgument);
}

// What it prints is a configuration: read again, it is the same.
TEST(ConfigShow, PrintsAConfigurationThatReadsBackTheSame) {
  const Folder folder;
  folder.Write("secret", "s");
  const std::string path = WriteTown(folder, "lagesbild.yaml", "grace: 7d",
                                     "grace: 9d\nkafka: {bootstrap.servers: 'a:1,b:2', common: "
                                     "{sasl.password_file: secret}}\nhttp: {admin: off}");
  const Ran shown = RunWords({"config", "show", "--config", path}, {"LAGESBILD_GROUP=other"});
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("group: other"));
  EXPECT_THAT(shown.out, HasSubstr("# LAGESBILD_GROUP"));
  EXPECT_THAT(shown.out, HasSubstr("# lagesbild.yaml:9"));
  const auto again = LoadConfig(folder.Write("again.yaml", shown.out), {}, {});
  ASSERT_TRUE(again.ok()) << again.status().message() << "\n" << shown.out;
  const auto first = LoadConfig(path, {}, {});
  EXPECT_EQ(again->settings.rule_set, first->settings.rule_set);
  EXPECT_EQ(again->config.group, "other");
  EXPECT_EQ(again->config.http_admin, "");
  EXPECT_EQ(again->config.kafka.bootstrap_servers, "a:1,b:2");
  EXPECT_EQ(again->config.kafka.common.files, first->config.kafka.common.files);
}

TEST(ConfigSchema, TheReferenceIsAConfigurationWithAllDefaults) {
  const Folder folder;
  const std::string path = WriteTown(folder);
  std::string reference = RunWords({"config", "schema"}).out;
  const std::string level = "  # picture_level:";
  ASSERT_THAT(reference, HasSubstr(level));
  reference.replace(reference.find(level), level.size(), "  picture_level: borough");
  const auto loaded = LoadConfig(folder.Write("reference.yaml", reference), {}, {});
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  EXPECT_EQ(loaded->config.state_memory_bytes, 512 << 20);
}

TEST(RulesCheck, SaysRulesInSwedishAndEnglish) {
  const Folder folder;
  const std::string path =
      WriteTown(folder, "rules.yaml", "    exit: 1", "    exit: 1\n    for: 90s");
  const Ran sv = RunWords({"rules", "check", "--config", path, "--lang", "sv"});
  EXPECT_EQ(sv.code, 0) << sv.err;
  EXPECT_THAT(
      sv.out,
      HasSubstr("many (count, moderate)\n  Öppnar när minst 3 händelser av familjen violence"));
  EXPECT_THAT(sv.out, HasSubstr("Bevakar 2 områden: shooting, assault."));
  const Ran en = RunWords({"rules", "check", "--config", path, "--json"});
  EXPECT_THAT(
      en.out,
      HasSubstr(
          R"("text":"Opens when at least 3 incidents of family violence occurred in one area )"
          R"((district) within 24 hours and that has lasted for 90 seconds.)"));
}

TEST(AreasCheck, PrintsALineALevelAndExits0) {
  const Folder folder;
  const Ran ran = RunWords({"areas", "check", "--config", WriteTown(folder)});
  EXPECT_EQ(ran.code, 0) << ran.out;
  EXPECT_THAT(ran.out, HasSubstr("borough "));
  EXPECT_EQ(ran.err, "0 problems, 0 warnings\n");
  EXPECT_EQ(RunWords({"areas", "check", folder.Path("areas.geojson"), "--json"}).code, 0);
}

TEST(AreasCheck, Exits1ForProblems66WithoutAFileAnd2WithoutAnything) {
  const Folder folder;
  WriteTown(folder, "areas.geojson", "\"id\":\"e\"", "\"id\":\"w\"");
  const Ran ran = RunWords({"areas", "check", folder.Path("areas.geojson")});
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.out, HasSubstr("duplicate id \"w\""));
  EXPECT_EQ(RunWords({"areas", "check", folder.Path("none.geojson")}).code, 66);
  EXPECT_EQ(RunWords({"areas", "check", "--config", folder.Path("none.yaml")}).code, 66);
  EXPECT_EQ(RunWords({"areas", "check"}).code, 2);
  EXPECT_EQ(RunWords({"areas", "check", folder.Write("x.geojson", "{")}).code, 65);
}

}  // namespace
}  // namespace lagesbild::app
