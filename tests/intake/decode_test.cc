// The same report in every encoding is the same value; what only Protobuf can get wrong. What JSON
// can get wrong is in tests/schemas/corpus.
#include "intake/decode.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "intake/town.h"
#include "safety/v1/command.pb.h"
#include "safety/v1/report.pb.h"

namespace lagesbild::intake {
namespace {

using ::testing::Eq;
using ::testing::Optional;
namespace pb = safety::v1;

constexpr std::string_view kReportJson =
    R"({"org":"polisen","id":"2023-0114-2147","revision":2,"action":"correct","class":"shooting",)"
    R"("verification":"confirmed","occurred_from":"2023-01-14T21:47:00.250+01:00",)"
    R"("occurred_to":"2023-01-14T21:50:00+01:00","reported_at":"2023-01-14T21:49:00+01:00",)"
    R"("place":{"lat":59.3668,"lon":17.844,"precision_m":25},"indoor_dwelling":false,"exercise":true,)"
    R"("multi":false,"reporter":"r-17"})";

pb::Report ReportMessage() {
  pb::Report r;
  r.set_org("polisen");
  r.set_id("2023-0114-2147");
  r.set_revision(2);
  r.set_action(pb::ACTION_CORRECT);
  r.set_class_("shooting");
  r.set_verification(pb::VERIFICATION_CONFIRMED);
  const auto set = [](google::protobuf::Timestamp* t, std::string_view time) {
    t->set_seconds(Ms(time) / 1000);
    t->set_nanos(static_cast<int32_t>(Ms(time) % 1000 * 1'000'000));
  };
  set(r.mutable_occurred_from(), "2023-01-14T20:47:00.25Z");
  set(r.mutable_occurred_to(), "2023-01-14T20:50:00Z");
  set(r.mutable_reported_at(), "2023-01-14T20:49:00Z");
  r.mutable_place()->set_lat(59.3668);
  r.mutable_place()->set_lon(17.844);
  r.mutable_place()->set_precision_m(25);
  r.set_indoor_dwelling(false);
  r.set_exercise(true);
  r.set_multi(false);
  r.set_reporter("r-17");
  return r;
}

std::string Event(std::string_view data) {
  return R"({"specversion":"1.0","id":"e1","source":"/polisen","type":"report","time":"2023-01-14T20:49:00Z",)"
         R"("datacontenttype":"application/json","data":)" +
         std::string(data) + "}";
}

const std::vector<Header> kStructured = {{"content-type", "application/cloudevents+json"}};
const std::vector<Header> kBinaryJson = {{"ce_specversion", "1.0"},
                                         {"ce_id", "e1"},
                                         {"ce_source", "/polisen"},
                                         {"ce_type", "report"},
                                         {"content-type", "application/json"}};
const std::vector<Header> kBinaryProtobuf = {
    {"ce_specversion", "1.0"}, {"ce_id", "e1"}, {"content-type", "application/protobuf"}};
const std::vector<Header> kProtobuf = {{"content-type", "application/x-protobuf"}};

std::string Framed(std::string_view path, std::string_view payload) {
  return std::string("\0\0\0\1\x2c", 5) + std::string(path) + std::string(payload);
}

TEST(Decode, TheSameReportInEachEncodingIsTheSameValue) {
  Decoder json_decoder, decoder;
  RawReport want, got;
  ASSERT_EQ(json_decoder.Decode(kReportJson, {}, want), std::nullopt);
  EXPECT_EQ(want.occurred_from_ms.value, Ms("2023-01-14T20:47:00.25Z"));
  EXPECT_EQ(want.place.value.precision_m.value, 25);
  const std::string message = ReportMessage().SerializeAsString();
  const std::string event = Event(kReportJson);
  const std::string framed_json = Framed("", kReportJson);
  const std::string framed_message = Framed(std::string_view("\0", 1), message);
  struct Case {
    const char* name;
    std::string_view value;
    std::span<const Header> headers;
  };
  const Case cases[] = {{"Protobuf", message, kProtobuf},
                        {"Protobuf, sniffed", message, {}},
                        {"Protobuf, framed", framed_message, {}},
                        {"Protobuf, framed, by content type", framed_message, kProtobuf},
                        {"JSON, framed", framed_json, {}},
                        {"CloudEvent, structured", event, kStructured},
                        {"CloudEvent, binary, JSON", kReportJson, kBinaryJson},
                        {"CloudEvent, binary, Protobuf", message, kBinaryProtobuf}};
  for (const Case& c : cases) {
    EXPECT_EQ(decoder.Decode(c.value, c.headers, got), std::nullopt) << c.name;
    EXPECT_EQ(got, want) << c.name;
  }
}

TEST(Decode, TheSameCommandInEachEncodingIsTheSameValue) {
  constexpr std::string_view kJson =
      R"({"command":"silence","id":"c-17","picture":"hv","by":"duty-1","at":"2023-01-14T20:47:00Z",)"
      R"("area":"hv-1","rule":"violence-24h","reason":"maintenance","until":"2023-01-14T23:00:00Z"})";
  pb::Command c;
  c.set_command(pb::COMMAND_TYPE_SILENCE);
  c.set_id("c-17");
  c.set_picture("hv");
  c.set_by("duty-1");
  c.mutable_at()->set_seconds(Ms("2023-01-14T20:47:00Z") / 1000);
  c.set_area("hv-1");
  c.set_rule("violence-24h");
  c.set_reason("maintenance");
  c.mutable_until()->set_seconds(Ms("2023-01-14T23:00:00Z") / 1000);
  Decoder json_decoder, decoder;
  RawCommand want, got;
  ASSERT_EQ(json_decoder.Decode(kJson, {}, want), std::nullopt);
  EXPECT_EQ(decoder.Decode(c.SerializeAsString(), {}, got), std::nullopt);
  EXPECT_EQ(got, want);
  EXPECT_EQ(decoder.Decode(Event(kJson), kStructured, got), std::nullopt);
  EXPECT_EQ(got, want);
}

TEST(Decode, AFieldsIndexIsItsProtobufNumberLessOne) {
  const auto check = [](const google::protobuf::Descriptor& message, const auto& names) {
    EXPECT_EQ(message.field_count(), static_cast<int>(names.size()));
    for (size_t i = 0; i < names.size(); ++i) {
      const auto* field = message.FindFieldByNumber(static_cast<int>(i) + 1);
      ASSERT_NE(field, nullptr) << i;
      EXPECT_EQ(field->name(), names.name(i));
    }
  };
  check(*pb::Report::descriptor(), kReportFields);
  check(*pb::Place::descriptor(), kPlaceFields);
  check(*pb::Command::descriptor(), kCommandFields);
}

TEST(Decode, EnumeratorsHaveTheSameNumbersInJsonAndProtobuf) {
  const auto check = [](const google::protobuf::EnumDescriptor& type, std::string prefix,
                        const auto& names) {
    EXPECT_EQ(type.value_count(), static_cast<int>(names.size()) + 1);
    for (size_t i = 0; i < names.size(); ++i) {
      std::string name = prefix + std::string(names.name(i));
      for (char& ch : name) ch = static_cast<char>(std::toupper(ch));
      const auto* value = type.FindValueByName(name);
      ASSERT_NE(value, nullptr) << name;
      EXPECT_EQ(value->number(), static_cast<int>(i) + 1);
    }
  };
  check(*pb::Action_descriptor(), "action_", kActions);
  check(*pb::Verification_descriptor(), "verification_", kVerifications);
  check(*pb::CommandType_descriptor(), "command_type_", kCommands);
}

std::optional<Problem> DecodeProtobuf(std::string_view bytes, RawReport* out = nullptr) {
  Decoder decoder;
  RawReport report;
  return decoder.Decode(bytes, kProtobuf, out != nullptr ? *out : report);
}

TEST(Decode, AProtobufFieldThatTheSchemaDoesNotNameIsPointedAtByNumber) {
  const std::string message = ReportMessage().SerializeAsString();
  EXPECT_THAT(DecodeProtobuf(message + "\x9a\x01\x04Name"),
              Optional(Problem{Reason::kUnknownField, "/19"}));
  EXPECT_THAT(DecodeProtobuf(message + "\xf8\xff\xff\xff\x0f\x01"),  // the largest number there is
              Optional(Problem{Reason::kUnknownField, "/536870911"}));
  EXPECT_THAT(DecodeProtobuf(message + "\x9b\x01\x9c\x01"),  // a group
              Optional(Problem{Reason::kUnknownField, "/19"}));
  EXPECT_THAT(DecodeProtobuf("\x52\x06\x2a\x04Gata"),
              Optional(Problem{Reason::kUnknownField, "/place/5"}));
  EXPECT_THAT(DecodeProtobuf("\x3a\x02\x18\x01"),
              Optional(Problem{Reason::kUnknownField, "/occurred_from/3"}));
}

TEST(Decode, AProtobufFieldSentTwiceIsADuplicate) {
  const std::string message = ReportMessage().SerializeAsString();
  EXPECT_THAT(DecodeProtobuf(message + "\x0a\x07polisen"),
              Optional(Problem{Reason::kDuplicateField, "/org"}));
  EXPECT_THAT(DecodeProtobuf(message + std::string("\x52\0", 2)),
              Optional(Problem{Reason::kDuplicateField, "/place"}));
  EXPECT_THAT(DecodeProtobuf("\x52\x06\x22\x01"
                             "a\x22\x01"
                             "b"),
              Optional(Problem{Reason::kDuplicateField, "/place/area"}));
  EXPECT_THAT(DecodeProtobuf("\x0a\x01"
                             "a\x0a\x01"
                             "b\x9a\x01\x01x"),
              Optional(Problem{Reason::kUnknownField, "/19"}));  // unknown outranks duplicate
}

TEST(Decode, BytesThatAreNotTheMessageAreNotProtobuf) {
  const std::string message = ReportMessage().SerializeAsString();
  const Problem want = {Reason::kNotProtobuf, ""};
  for (const std::string& bytes :
       {message.substr(0, message.size() - 1), message + "\x80", message + std::string(1, '\0'),
        std::string("\x0a\x05"
                    "abc"),
        std::string("\x08\x01"), std::string("\x0a\x02\xc3\x28"), std::string("\x1a\x01x"),
        std::string("\x52\x02\x0a\x01"), message + "\x9b\x01", message + "\x9f\x01",
        std::string("{\"org\":\"polisen\"}")}) {
    EXPECT_THAT(DecodeProtobuf(bytes), Optional(want)) << bytes.size();
  }
}

TEST(Decode, UnspecifiedIsAbsentAndAStrangeEnumeratorIsBad) {
  RawReport report;
  EXPECT_EQ(DecodeProtobuf(std::string("\x20\0\x30\0", 4), &report), std::nullopt);
  EXPECT_TRUE(report.action.absent());
  EXPECT_TRUE(report.verification.absent());
  EXPECT_EQ(DecodeProtobuf("\x20\x04\x30\x63", &report), std::nullopt);
  EXPECT_TRUE(report.action.bad());
  EXPECT_TRUE(report.verification.bad());
}

TEST(Decode, AProtobufTimeOutsideTheYearsOfJsonIsBad) {
  struct Case {
    int64_t seconds;
    int32_t nanos;
    bool good;
  };
  for (const Case& c :
       {Case{0, 0, true}, Case{-1, 0, false}, Case{7'289'654'399, 999'999'999, true},
        Case{7'289'654'400, 0, false}, Case{1, -1, false}, Case{1, 1'000'000'000, false}}) {
    pb::Report r;
    r.mutable_occurred_from()->set_seconds(c.seconds);
    r.mutable_occurred_from()->set_nanos(c.nanos);
    RawReport report;
    EXPECT_EQ(DecodeProtobuf(r.SerializeAsString(), &report), std::nullopt);
    EXPECT_EQ(report.occurred_from_ms.good(), c.good) << c.seconds << " " << c.nanos;
  }
}

TEST(Decode, AnEmptyProtobufMessageIsOneWithoutFields) {
  RawReport report;
  EXPECT_EQ(DecodeProtobuf("", &report), std::nullopt);
  EXPECT_EQ(report, RawReport());
}

TEST(Decode, NothingOfTheRecordBeforeIsLeft) {
  Decoder decoder;
  RawReport report;
  const std::string full = ReportMessage().SerializeAsString();
  for (const std::string_view value : {kReportJson, std::string_view(full)}) {
    ASSERT_EQ(decoder.Decode(value, {}, report), std::nullopt);
    ASSERT_EQ(decoder.Decode(R"({"org":"x"})", {}, report), std::nullopt);
    RawReport want;
    want.org.Set("x");
    EXPECT_EQ(report, want);
    pb::Report r;
    r.set_org("x");
    const std::string message = r.SerializeAsString();
    ASSERT_EQ(decoder.Decode(message, {}, report), std::nullopt);
    EXPECT_EQ(report, want);
  }
}

TEST(Decode, PointersOfACloudEventBeginAtItsData) {
  Decoder decoder;
  RawReport report;
  EXPECT_THAT(decoder.Decode(Event(R"({"place":{"street":"x"}})"), kStructured, report),
              Optional(Problem{Reason::kUnknownField, "/data/place/street"}));
  EXPECT_THAT(decoder.prefix(), Eq("/data"));
  EXPECT_EQ(decoder.Decode(R"({"org":"x"})", {}, report), std::nullopt);
  EXPECT_THAT(decoder.prefix(), Eq(""));
}

TEST(Decode, TheEnvelopeIsALevelOfDepth) {
  Decoder decoder;
  RawReport report;
  const auto nested = [](int levels) {
    return std::string(levels, '[') + std::string(levels, ']');
  };
  EXPECT_THAT(decoder.Decode(Event(R"({"id":)" + nested(6) + "}"), kStructured, report),
              Eq(std::nullopt));
  EXPECT_THAT(decoder.Decode(Event(R"({"id":)" + nested(7) + "}"), kStructured, report),
              Optional(Problem{Reason::kTooDeep, ""}));
  EXPECT_THAT(decoder.Decode(nested(8000), {}, report), Optional(Problem{Reason::kTooDeep, ""}));
}

TEST(Decode, ANumberThatNoDoubleHoldsIsABadValueOfItsField) {
  Decoder decoder;
  RawReport report;
  for (const char* number :
       {"1e999", "-1e999", "100000000000000000000000000000", "1E+400", "0.1e400"}) {
    const std::string json = std::string(R"({"org":"a\"1e999","revision":)") + number + "}";
    ASSERT_EQ(decoder.Decode(json, {}, report), std::nullopt) << number;
    EXPECT_TRUE(report.revision.bad()) << number;
    EXPECT_EQ(report.org.value, "a\"1e999");
  }
  for (const char* number : {"01e999", "1.e999", "1e", "-", "+1e999", "1e999x"}) {
    const std::string json = std::string(R"({"id":1e999,"revision":)") + number + "}";
    EXPECT_THAT(decoder.Decode(json, {}, report), Optional(Problem{Reason::kNotJson, ""}))
        << number;
  }
}

}  // namespace
}  // namespace lagesbild::intake
