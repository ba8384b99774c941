#include "stream/log_codec.h"

#include <gtest/gtest.h>

#include "base/hash.h"
#include "stream/settings_codec.h"

namespace lagesbild::stream {
namespace {

Report Shooting() {
  Report r;
  r.key = {false, "polisen", "2023-0114-2147"};
  r.revision = 2;
  r.action = Action::kCorrect;
  r.verification = Verification::kConfirmed;
  r.kind = Kind::kPolice;
  r.class_name = "shooting";
  r.occurred_ms = 1673729220000;
  r.occurred_to_ms = 1673729280000;
  r.reported_ms = 1673729340000;
  r.area = "hv-22501";
  r.has_point = true;
  r.lat = 59.3668;
  r.lon = 17.8440;
  r.precision_m = 25;
  r.indoor_dwelling = true;
  r.reporter = std::string("\x00\xff\x80 16 raw bytes", 16);
  return r;
}

LogRecord Record(decltype(LogRecord::body) body) {
  LogRecord r;
  r.clock_ms = 1673729340000;
  r.picture = "hv";
  r.raw = {"incidents", 3, 17};
  r.body = std::move(body);
  return r;
}

std::string ToHex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (unsigned char c : bytes) {
    out.push_back(kDigits[c >> 4]);
    out.push_back(kDigits[c & 15]);
  }
  return out;
}

std::string Encode(const LogRecord& record) {
  LogEncoder encoder;
  std::string bytes;
  encoder.Encode(record, bytes);
  return bytes;
}

TEST(LogCodec, AReportComesBackAsItWas) {
  const LogRecord in = Record(Shooting());
  LogRecord out;
  ASSERT_TRUE(LogDecoder().Decode(Encode(in), out).ok());
  EXPECT_EQ(out.clock_ms, in.clock_ms);
  EXPECT_EQ(out.picture, "hv");
  EXPECT_EQ(out.raw.topic, "incidents");
  EXPECT_EQ(out.raw.partition, 3);
  EXPECT_EQ(out.raw.offset, 17);
  const Report& r = std::get<Report>(out.body);
  const Report want = Shooting();
  EXPECT_EQ(r.key, want.key);
  EXPECT_EQ(r.revision, 2);
  EXPECT_EQ(r.action, Action::kCorrect);
  EXPECT_EQ(r.verification, Verification::kConfirmed);
  EXPECT_EQ(r.kind, Kind::kPolice);
  EXPECT_EQ(r.class_name, "shooting");
  EXPECT_EQ(r.occurred_ms, want.occurred_ms);
  EXPECT_EQ(r.occurred_to_ms, want.occurred_to_ms);
  EXPECT_EQ(r.reported_ms, want.reported_ms);
  EXPECT_EQ(r.area, want.area);
  EXPECT_TRUE(r.has_point);
  EXPECT_EQ(r.lat, want.lat);
  EXPECT_EQ(r.lon, want.lon);
  EXPECT_EQ(r.precision_m, 25);
  EXPECT_TRUE(r.indoor_dwelling);
  EXPECT_EQ(r.reporter, want.reporter);
}

TEST(LogCodec, EveryBodyComesBackThroughOneEncoderAndDecoder) {
  Command silence;
  silence.type = CommandType::kSilence;
  silence.id = "c-17";
  silence.by = "duty-1";
  silence.at_ms = 5;
  silence.alert_id = "a-1";
  silence.area = "hv";
  silence.rule = "r";
  silence.reason = "planned-event";
  silence.until_ms = 9;
  const std::vector<LogRecord> records = {
      Record(Shooting()),
      Record(Superseded{{true, "o", "i"}, 3, true, true, "kista"}),
      Record(Liveness{"polisen", 60000}),
      Record(silence),
      Record(Configuration{4, "bytes"}),
      Record(Tick{})};
  LogEncoder encoder;
  LogDecoder decoder;
  std::string bytes;
  LogRecord out;
  for (int round = 0; round < 2;
       ++round) {  // what one record left behind must not show in the next
    for (const LogRecord& in : records) {
      encoder.Encode(in, bytes);
      EXPECT_EQ(bytes, Encode(in));
      ASSERT_TRUE(decoder.Decode(bytes, out).ok());
      EXPECT_EQ(Encode(out), bytes);
      EXPECT_EQ(out.body.index(), in.body.index());
    }
  }
}

TEST(LogCodec, ATickHasNoRawPosition) {
  LogRecord tick;
  tick.clock_ms = -1;
  LogRecord out = Record(Shooting());
  ASSERT_TRUE(LogDecoder().Decode(Encode(tick), out).ok());
  EXPECT_EQ(out.clock_ms, -1);
  EXPECT_TRUE(out.picture.empty());
  EXPECT_EQ(out.raw.offset, -1);
  EXPECT_TRUE(std::holds_alternative<Tick>(out.body));
}

// The stored form: if this fails, logs that are out there can no longer be read.
TEST(LogCodec, TheBytesAreTheseForGood) {
  EXPECT_EQ(ToHex(Encode(Record(Liveness{"polisen", 1673729340000}))),
            "080110c0c9d7a0b6611a026876220f0a09696e636964656e74731003181142100a07706f6c6973656e10"
            "c0c9d7a0b661");
}

TEST(LogCodec, AnUnknownVersionBodyOrGarbageIsDataLossAndSaysNothingOfTheContent) {
  LogDecoder decoder;
  LogRecord out;
  std::string bytes = Encode(Record(Liveness{"hemlig", 0}));
  bytes[1] = 2;  // version
  Status status = decoder.Decode(bytes, out);
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_EQ(Message(status).find("hemlig"), std::string::npos);
  EXPECT_NE(Message(status).find("version 2"), std::string::npos);

  EXPECT_TRUE(
      absl::IsDataLoss(decoder.Decode(std::string("\x08\x01\x7a\x00", 4), out)));  // body 15
  EXPECT_TRUE(absl::IsDataLoss(decoder.Decode("{\"org\":\"polisen\"}", out)));
  EXPECT_TRUE(absl::IsDataLoss(decoder.Decode("", out)));
}

Settings Town() {
  Settings s;
  s.version = 3;
  s.rule_set = "00ff";
  s.families = {{"violence", -1}, {"grave-violence", 0}};
  s.classes = {{"shooting", 1, true, 1800000, 150}, {"vandalism", -1, false, 0, 0}};
  Source police;
  police.org = "polisen";
  police.kind = Kind::kPolice;
  police.expected_gap_ms = 3600000;
  police.topic = "incidents-polisen";
  police.feeds = {"violence", "vandalism"};
  s.sources = {police};
  Area borough, district;
  borough.id = "hv";
  borough.name = "Hässelby-Vällingby";
  borough.level = "borough";
  borough.radius_m = 2500;
  district.id = "hv-1";
  district.level = "district";
  district.parent = 0;
  s.areas = {borough, district};
  Rule rule;
  rule.id = "violence-24h";
  rule.of = {Of::What::kFamily, "violence"};
  rule.level = "district";
  rule.window_ms = 86400000;
  rule.enter = 3;
  rule.exit = 1;
  rule.for_ms = 60000;
  rule.severity = Severity::kSevere;
  s.rules = {rule};
  s.windows_ms = {3600000, 86400000};
  s.time_zone = "Europe/Stockholm";
  s.grace_ms = 1;
  s.max_future_ms = 2;
  s.tips_per_day = 7;
  EXPECT_TRUE(s.Index("borough").ok());
  return s;
}

TEST(SettingsCodec, SettingsComeBackIndexed) {
  const std::string bytes = EncodeSettings(Town());
  auto s = DecodeSettings(bytes);
  ASSERT_TRUE(s.ok()) << s.status();
  EXPECT_EQ(EncodeSettings(*s), bytes);
  EXPECT_EQ(s->version, 3);
  EXPECT_EQ(s->rule_set, "00ff");
  EXPECT_EQ(s->families[1].parent, 0);
  EXPECT_EQ(s->families[0].parent, -1);
  EXPECT_EQ(s->classes[0].merge_metres, 150);
  EXPECT_EQ(s->sources[0].feeds.size(), 2u);
  EXPECT_EQ(s->areas[1].picture, 0);
  EXPECT_FALSE(s->areas[0].leaf);
  EXPECT_EQ(s->FindArea("hv-1"), 1);
  EXPECT_EQ(s->rules[0].of.name, "violence");
  EXPECT_EQ(s->rules[0].for_ms, 60000);
  EXPECT_EQ(s->rules[0].severity, Severity::kSevere);
  EXPECT_EQ(s->windows_ms, (std::vector<int64_t>{3600000, 86400000}));
  EXPECT_EQ(s->time_zone, "Europe/Stockholm");
  EXPECT_EQ(s->tips_per_day, 7);
}

TEST(SettingsCodec, TheBytesAreTheseForGood) {
  const std::string bytes = EncodeSettings(Town());
  EXPECT_EQ(bytes.size(), 321u);
  EXPECT_EQ(Hex(StableHash({bytes})), "2e0d533b4f661781");
}

TEST(SettingsCodec, AnUnknownFormatOrDanglingIndexIsRefused) {
  std::string bytes = EncodeSettings(Town());
  bytes[1] = 9;
  EXPECT_TRUE(absl::IsInvalidArgument(DecodeSettings(bytes).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(DecodeSettings("").status()));
  Settings dangling = Town();
  dangling.classes[0].family = 12;
  EXPECT_TRUE(absl::IsInvalidArgument(DecodeSettings(EncodeSettings(dangling)).status()));
}

}  // namespace
}  // namespace lagesbild::stream
