#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <random>
#include <set>

#include "app/config/config.h"
#include "app/config/config_keys.h"
#include "app/town_files.h"
#include "intake/area_surface.h"

namespace lagesbild::app {
namespace {

TEST(LoadConfig, TakesTheContractsConfiguration) {
  SKIP_UNLESS_SHARED("contract/lagesbild.yaml");
  const auto loaded = LoadConfig(SharedPath("contract/lagesbild.yaml"), {}, {});
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  const Settings& s = loaded->settings;
  EXPECT_EQ(loaded->config.group, "lagesbild");
  EXPECT_EQ(s.classes.size(), 16u);
  EXPECT_EQ(s.families.size(), 6u);
  EXPECT_EQ(s.sources.size(), 8u);
  EXPECT_EQ(s.rules.size(), 2u);
  EXPECT_EQ(s.areas.size(), 10u);
  EXPECT_EQ(loaded->shapes.size(), s.areas.size());
  EXPECT_EQ(s.time_zone, "Europe/Stockholm");
  EXPECT_EQ(s.rule_set.size(), 16u);
  const int hv = s.FindArea("hv"), gard = s.FindArea("hv-22501");
  ASSERT_GE(gard, 0);
  EXPECT_EQ(s.areas[gard].parent, hv);
  EXPECT_EQ(s.areas[gard].picture, hv);
  EXPECT_NEAR(s.areas[gard].radius_m, std::sqrt(1347216 / M_PI),
              2);  // the city's own figure: 1,347,216 m²
  EXPECT_EQ(s.classes[s.FindClass("vandalism")].merge_ms, 0);
  EXPECT_TRUE(s.classes[s.FindClass("shooting")].grave);
  EXPECT_TRUE(s.Covers(s.rules[1].of, s.FindClass("shooting")));
}

TEST(LoadConfig, TakesTheTown) {
  const Folder folder;
  const auto loaded = LoadConfig(WriteTown(folder), {}, {});
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  const Settings& s = loaded->settings;
  EXPECT_EQ(s.version, 5) << "the highest of the files";
  EXPECT_EQ(s.areas[s.FindArea("e")].parent, s.FindArea("b")) << "found by containment";
  EXPECT_EQ(s.areas[s.FindArea("e")].picture, s.FindArea("b"));
  EXPECT_EQ(s.sources[0].expected_gap_ms, 6 * 3600 * 1000);
  EXPECT_EQ(loaded->config.commit_bytes, 16 << 20);
  EXPECT_EQ(loaded->config.tick_interval, absl::Seconds(1));
  EXPECT_EQ(loaded->config.http_admin, "127.0.0.1:9464");
  const Rule& many = s.rules[1];
  EXPECT_EQ(many.hold_ms, 6 * 3600 * 1000);
  EXPECT_EQ(many.severity, Severity::kModerate);
}

TEST(LoadConfig, TheEnvironmentWinsOverTheFileAndFlagsOverBoth) {
  const Folder folder;
  const std::string path = WriteTown(folder);
  const std::vector<std::string> environment = {"LAGESBILD_GROUP=from-env",
                                                "LAGESBILD_TIPS__PER_DAY=7",
                                                "LAGESBILD_WINDOWS=[24h, 48h]", "PATH=/bin"};
  const auto loaded = LoadConfig(path, environment, {{"group", "from-flag", "--group"}});
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  EXPECT_EQ(loaded->config.group, "from-flag");
  EXPECT_EQ(loaded->settings.tips_per_day, 7);
  EXPECT_THAT(loaded->settings.windows_ms, testing::ElementsAre(24 * 3600'000, 48 * 3600'000));
  std::map<std::string, std::string> origins;
  for (const EffectiveValue& v : loaded->values) origins[v.key] = v.Origin();

  EXPECT_EQ(origins["per_day"], "LAGESBILD_TIPS__PER_DAY");
  EXPECT_EQ(origins["group"], "--group");
  EXPECT_EQ(origins["grace"], "lagesbild.yaml:9");
  EXPECT_EQ(origins["clock"], "default");
}

TEST(LoadConfig, EveryKeyHasItsVariable) {
  std::set<std::string> names;
  for (const KeySpec& spec : ConfigKeys())
    EXPECT_TRUE(names.insert(spec.variable()).second) << spec.path();
  EXPECT_TRUE(names.contains("LAGESBILD_KAFKA__BOOTSTRAP_SERVERS"));
  EXPECT_TRUE(names.contains("LAGESBILD_MAX_FUTURE"));
}

TEST(LoadConfig, AVariableThatNamesNoKeyIsAnErrorOnlyIfItLooksLikeOne) {
  const Folder folder;
  const std::string path = WriteTown(folder);
  const auto wrong = LoadConfig(path, {"LAGESBILD_TIPS__PERDAY=7"}, {});
  EXPECT_EQ(Message(wrong.status()),
            "LAGESBILD_TIPS__PERDAY: this variable names no key of the configuration; did you mean "
            "\"LAGESBILD_TIPS__PER_DAY\"?");
  const auto near = LoadConfig(path,
                               {"LAGESBILD_GRUOP=x", "LAGESBILD_SERVICE_PORT=1", "LAGESBILD_SEED=1",
                                "LAGESBILD_TEST_KAFKA=h:1"},
                               {});
  ASSERT_TRUE(near.ok()) << near.status().message();
  EXPECT_THAT(
      near->warnings,
      testing::ElementsAre("LAGESBILD_GRUOP: this variable names no key of the configuration; "
                           "did you mean \"LAGESBILD_GROUP\"?"));
  const auto flag = LoadConfig(path, {}, {{"tips.perday", "1", "--set tips.perday"}});
  EXPECT_EQ(Message(flag.status()),
            "--set tips.perday: unknown key \"tips.perday\"; did you mean \"tips.per_day\"?");
  const auto value = LoadConfig(path, {"LAGESBILD_GRACE=week"}, {});
  EXPECT_THAT(Message(value.status()),
              testing::StartsWith("LAGESBILD_GRACE: grace: \"week\" is not a duration"));
}

TEST(LoadConfig, ReadsSecretsFromFilesOnly) {
  const Folder folder;
  folder.Write("password", "hunter2\n");
  const std::string path =
      WriteTown(folder, "lagesbild.yaml", "grace: 7d",
                "kafka:\n  common: {security.protocol: SASL_SSL, sasl.password_file: password}");
  const auto loaded = LoadConfig(path, {"LAGESBILD_KAFKA__COMMON__SASL_MECHANISM=PLAIN"}, {});
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  const auto properties = ResolveProperties(loaded->config.kafka.common);
  ASSERT_TRUE(properties.ok()) << properties.status().message();
  EXPECT_THAT(*properties, testing::ElementsAre(testing::Pair("sasl.mechanism", "PLAIN"),
                                                testing::Pair("sasl.password", "hunter2"),
                                                testing::Pair("security.protocol", "SASL_SSL")));
  EXPECT_EQ(ReadSecretFile(folder.Path("none")).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(ReadSecretFile(folder.Write("empty", " \n")).status().code(),
            StatusCode::kInvalidArgument);
}

TEST(LoadConfig, PathsAreRelativeToTheFileButToTheWorkingDirectoryInFlags) {
  const Folder folder;
  const std::string path = WriteTown(folder);
  EXPECT_EQ(LoadOptions(path, {}, {})->config.rules_file, folder.Path("rules.yaml"));
  EXPECT_EQ(LoadOptions(path, {}, {{"rules.file", "my/rules.yaml", "--set"}})->config.rules_file,
            "my/rules.yaml");
}

TEST(RuleSet, ChangesWithWhatThePictureSeesAndWithNothingElse) {
  const Folder folder;
  const auto rule_set = [&](const char* file, const char* from, const char* to) {
    const auto loaded = LoadConfig(WriteTown(folder, file, from, to), {}, {});
    EXPECT_TRUE(loaded.ok()) << loaded.status().message();
    return loaded.ok() ? loaded->settings.rule_set : "";
  };
  const std::string base = rule_set("", "", "");
  EXPECT_EQ(base.size(), 16u);
  EXPECT_EQ(rule_set("", "", ""), base);
  EXPECT_EQ(rule_set("rules.yaml", "version: 5", "# five\nversion: 6"), base);
  EXPECT_EQ(rule_set("lagesbild.yaml", "group: town", "group: city\nstate: {memory: 1GiB}"), base);
  EXPECT_NE(rule_set("rules.yaml", "enter: 3", "enter: 4"), base);
  EXPECT_NE(rule_set("classes.yaml", "metres: 150", "metres: 151"), base);
  EXPECT_NE(rule_set("sources.yaml", "expected_gap: 6h", "expected_gap: 7h"), base);
  EXPECT_NE(rule_set("lagesbild.yaml", "grace: 7d", "grace: 8d"), base);
  EXPECT_NE(rule_set("lagesbild.yaml", "picture_level: borough", "picture_level: district"), base);
  EXPECT_NE(rule_set("areas.geojson", "\"East\"", "\"Öst\""), base);
}

TEST(ConfigurationHash, SeesShapesAndSecretToo) {
  const Folder folder;
  const auto a = LoadConfig(WriteTown(folder), {}, {});
  const auto b = LoadConfig(WriteTown(folder, "areas.geojson", "[17.8,59.3],[17.9,59.3]",
                                      "[17.8,59.3],[17.8,59.3],[17.9,59.3]"),
                            {}, {});
  EXPECT_EQ(a->settings.rule_set, b->settings.rule_set);
  EXPECT_NE(ConfigurationHash(*a, "s"), ConfigurationHash(*b, "s"));
  EXPECT_NE(ConfigurationHash(*a, "s"), ConfigurationHash(*a, "t"));
  EXPECT_EQ(ConfigurationHash(*a, "s"), ConfigurationHash(*a, "s"));
}

// The 13 boroughs and 117 districts of Stockholm; the district file has the borough's name, five
// have no code.
TEST(Areas, ReadsStockholmInTwoLayers) {
  SKIP_UNLESS_SHARED("data/areas/stadsdelar_wgs84.geojson");
  const Folder folder;
  const std::string data = SharedPath("data/areas/");
  const std::string path =
      WriteTown(folder, "lagesbild.yaml", "areas: {file: areas.geojson, picture_level: borough}",
                "areas:\n  picture_level: borough\n  layers:\n"
                "    - {level: borough, file: " +
                    data +
                    "stadsdelsomraden_wgs84.geojson, id: name}\n"
                    "    - {level: district, file: " +
                    data + "stadsdelar_wgs84.geojson, id: [code5, name], parent: stadsdelsomrade}");
  const auto loaded = LoadConfig(path, {}, {});
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  const Settings& s = loaded->settings;
  EXPECT_EQ(s.areas.size(), 130u);
  const int vallingby = s.FindArea("22306");
  ASSERT_GE(vallingby, 0);
  EXPECT_EQ(s.areas[s.areas[vallingby].parent].name, "Hässelby-Vällingby");
  EXPECT_TRUE(intake::Covers(loaded->shapes[vallingby], {17.8720, 59.3625}));

  // Without the property, containment finds the same parents.
  const std::string by_place =
      WriteTown(folder, "lagesbild.yaml", "areas: {file: areas.geojson, picture_level: borough}",
                "areas:\n  picture_level: borough\n  layers:\n"
                "    - {level: borough, file: " +
                    data +
                    "stadsdelsomraden_wgs84.geojson, id: name}\n"
                    "    - {level: district, file: " +
                    data + "stadsdelar_wgs84.geojson, id: [code5, name]}");
  const auto found = LoadConfig(by_place, {}, {});
  ASSERT_TRUE(found.ok()) << found.status().message();
  EXPECT_EQ(found->settings.rule_set, s.rule_set);
}

TEST(Areas, ReadsTheMunicipalitiesAndCountiesOfSwedenFast) {
  SKIP_UNLESS_SHARED("data/areas/kommuner_wgs84.geojson");
  const Folder folder;
  const std::string data = SharedPath("data/areas/");
  const auto load = [&](const std::string& parent) {
    folder.Write("rules.yaml", "rules: []");
    return LoadConfig(
        folder.Write("sweden.yaml",
                     "areas:\n  picture_level: kommun\n  layers:\n"
                     "    - {level: lan, file: " +
                         data +
                         "lan_wgs84.geojson, id: code}\n"
                         "    - {level: kommun, file: " +
                         data + "kommuner_wgs84.geojson, name: kom_namn" + parent + "}\n"),
        {}, {});
  };
  WriteTown(folder);
  const auto begin = std::chrono::steady_clock::now();
  const auto loaded = load(", parent: lan_code");
  const double ms =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  RecordProperty("load_ms", std::to_string(ms));
  EXPECT_EQ(loaded->settings.areas.size(), 311u);
  const auto found = load("");
  ASSERT_TRUE(found.ok()) << found.status().message();
  std::vector<std::string> differing;
  for (size_t i = 0; i < loaded->settings.areas.size(); ++i) {
    if (loaded->settings.areas[i].parent != found->settings.areas[i].parent) {
      differing.push_back(loaded->settings.areas[i].name);
    }
  }
  EXPECT_THAT(differing, testing::UnorderedElementsAre("Oxelösund", "Värmdö"))
      << "mostly water, which the counties' coarser borders leave out";
}

TEST(Surface, AgreesWithTheCitysOwnFigures) {
  SKIP_UNLESS_SHARED("contract/areas.geojson");
  const auto loaded = LoadConfig(SharedPath("contract/lagesbild.yaml"), {}, {});
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  const auto m2 = [&](const char* id) {
    return intake::SurfaceM2(loaded->shapes[loaded->settings.FindArea(id)]);
  };
  EXPECT_NEAR(m2("hv"), 24'992'462, 24'992'462 * 0.003);
  EXPECT_NEAR(m2("hv-22301"), 3'334'393, 3'334'393 * 0.003);
  EXPECT_NEAR(m2("hv-22501"), 1'347'216, 1'347'216 * 0.003);
}

// Whatever is in the files: an answer, and never a crash. The seed is printed and taken from
// LAGESBILD_SEED.
TEST(LoadConfig, AnswersForDamagedFiles) {
  const char* given = std::getenv("LAGESBILD_SEED");
  const uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
  std::cout << "LAGESBILD_SEED=" << seed << "\n";
  std::mt19937_64 random(seed);
  const Folder folder;
  const std::string path = WriteTown(folder);
  const std::string pieces[] = {"{",  "}",   "[",  "]",    ":",     "-",  "\n",   "  ", "\"",
                                "*a", "&a ", "<<", "\xff", "1e999", "-1", "null", "#"};
  for (int round = 0; round < 400; ++round) {
    const auto& file =
        *std::next(TownFiles().begin(), static_cast<int>(random() % TownFiles().size()));
    std::string text = file.second;
    for (uint64_t edits = 1 + random() % 3; edits > 0; --edits) {
      const size_t at = random() % text.size();
      if (random() % 2 == 0) {
        text.erase(at, 1 + random() % 8);
      } else {
        text.insert(at, pieces[random() % std::size(pieces)]);
      }
    }
    folder.Write(file.first, text);
    const auto loaded = LoadConfig(path, {}, {});
    EXPECT_TRUE(loaded.ok() || (loaded.status().code() == StatusCode::kInvalidArgument &&
                                !loaded.status().message().empty()))
        << text;
    folder.Write(file.first, file.second);
  }
}

// yaml-cpp's LoadAll finds empty documents in this for ever.
TEST(LoadConfig, AnswersForATextWithABraceTooMany) {
  const Folder folder;
  WriteTown(folder);
  for (const char* text : {"a: 1  : b, c: d}\n\ne: {f: g}\n", "a: b}\n", "}", "]\n- 1\n"}) {
    const auto loaded = LoadConfig(folder.Write("lagesbild.yaml", text), {}, {});
    EXPECT_EQ(loaded.status().code(), StatusCode::kInvalidArgument) << text;
  }
}

TEST(LoadConfig, RefusesASecondDocumentByItsLine) {
  const Folder folder;
  WriteTown(folder);
  const auto loaded = LoadConfig(folder.Write("lagesbild.yaml", "a: 1\n---\nb: 2\n"), {}, {});
  EXPECT_THAT(Message(loaded.status()), testing::HasSubstr("a second YAML document begins here"));
}

TEST(LoadConfig, RefusesADurationThatNoSumCanTake) {
  const Folder folder;
  const auto loaded = LoadConfig(
      WriteTown(folder, "rules.yaml", "severity: severe", "severity: severe\n    hold: 36501d"), {},
      {});
  EXPECT_THAT(Message(loaded.status()), testing::HasSubstr("\"36501d\" is longer than 36500d"));
}

TEST(LoadConfig, RefusesADocumentThatUnfoldsWithoutEnd) {
  const Folder folder;
  WriteTown(folder);
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string below = "*a" + std::to_string(i - 1) + ", ";
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int n = 0; n < 10; ++n) bomb += below;
    bomb += "x]\n";
  }
  const auto loaded = LoadConfig(folder.Write("lagesbild.yaml", bomb), {}, {});
  EXPECT_THAT(Message(loaded.status()), testing::EndsWith("more than 100000 values"));
  const auto deep = LoadConfig(folder.Write("lagesbild.yaml", std::string(100'000, '[')), {}, {});
  EXPECT_EQ(deep.status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace lagesbild::app
