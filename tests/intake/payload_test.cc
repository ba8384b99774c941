#include "intake/payload.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace lagesbild::intake {
namespace {

using ::testing::Eq;
using ::testing::Optional;

struct Opened {
  std::optional<Problem> problem;
  Payload payload;
  std::string bytes;  // a copy, since payload borrows
};

Opened Open(std::string_view value, std::vector<Header> headers = {}) {
  Opened o;
  o.problem = OpenPayload(value, headers, o.payload);
  o.bytes = std::string(o.payload.bytes);
  return o;
}

std::string Bytes(std::initializer_list<int> bytes) {
  return std::string(bytes.begin(), bytes.end());
}

TEST(Payload, IsChosenByContentTypeWhateverTheFirstByte) {
  for (const char* type :
       {"application/json", "APPLICATION/JSON; charset=utf-8", "application/vnd.partner+json"}) {
    EXPECT_FALSE(Open("\x0a\x01x", {{"content-type", type}}).payload.protobuf) << type;
  }
  for (const char* type :
       {"application/x-protobuf", "application/protobuf", " application/protobuf ;a=b"}) {
    EXPECT_TRUE(Open("{}", {{"Content-Type", type}}).payload.protobuf) << type;
  }
  const Opened event =
      Open("{}", {{"content-type", "application/cloudevents+json; charset=UTF-8"}});
  EXPECT_TRUE(event.payload.cloud_event);
  EXPECT_FALSE(event.payload.protobuf);
}

TEST(Payload, IsSniffedWhereTheContentTypeSaysNothing) {
  for (const auto& headers :
       {std::vector<Header>{}, {{"content-type", "application/octet-stream"}}}) {
    EXPECT_FALSE(Open("{}", headers).payload.protobuf);
    EXPECT_FALSE(Open("\n\t {}", headers).payload.protobuf);
    EXPECT_FALSE(Open("hello", headers).payload.protobuf);
    EXPECT_FALSE(Open("", headers).payload.protobuf);
    EXPECT_TRUE(Open("\x0a\x07polisen\x12\x01z", headers).payload.protobuf);
    EXPECT_TRUE(Open("\x12\x01z", headers).payload.protobuf);          // without org
    EXPECT_TRUE(Open("\x0a\x09skolan-va", headers).payload.protobuf);  // a length that is a tab
    EXPECT_TRUE(Open("\x08\x01", headers).payload.protobuf);           // a command
  }
}

TEST(Payload, ConfluentFramingIsSkipped) {
  const std::string id = Bytes({0, 0, 0, 1, 44});
  EXPECT_THAT(Open(id + "{}").bytes, Eq("{}"));
  EXPECT_THAT(Open(id + "{}", {{"content-type", "application/json"}}).bytes, Eq("{}"));
  const std::string message = "\x0a\x01x";
  const Opened short_path = Open(id + Bytes({0}) + message);  // "the first message"
  EXPECT_TRUE(short_path.payload.protobuf);
  EXPECT_THAT(short_path.bytes, Eq(message));
  EXPECT_THAT(Open(id + Bytes({2, 0}) + message).bytes, Eq(message));           // [0]
  EXPECT_THAT(Open(id + Bytes({4, 2, 0x80, 1}) + message).bytes, Eq(message));  // [1, 64]
}

TEST(Payload, CutOffFramingIsNoPayload) {
  EXPECT_THAT(Open(Bytes({0, 0, 0})).problem, Optional(Problem{Reason::kNotProtobuf, ""}));
  EXPECT_THAT(Open(Bytes({0, 0, 0, 1, 44, 0x80})).problem,
              Optional(Problem{Reason::kNotProtobuf, ""}));
  EXPECT_THAT(Open(Bytes({0, 0, 0, 1, 44, 4, 2})).problem,
              Optional(Problem{Reason::kNotProtobuf, ""}));
  EXPECT_THAT(Open(Bytes({0, 0, 0, 1, 44, 100})).problem,
              Optional(Problem{Reason::kNotProtobuf, ""}));
}

TEST(Payload, SixteenKibibytesAreTheMost) {
  EXPECT_THAT(Open(std::string(16 * 1024, ' ')).problem, Eq(std::nullopt));
  EXPECT_THAT(Open(std::string(16 * 1024 + 1, ' ')).problem,
              Optional(Problem{Reason::kTooLarge, ""}));
}

TEST(Payload, ABinaryCloudEventIsReadForItsVersionOnly) {
  EXPECT_THAT(Open("{}", {{"ce_specversion", "1.0"}, {"ce_id", "x"}}).problem, Eq(std::nullopt));
  EXPECT_THAT(Open("{}", {{"ce_specversion", "2.0"}}).problem,
              Optional(Problem{Reason::kBadValue, "/specversion"}));
}

}  // namespace
}  // namespace lagesbild::intake
