#include "feeds/replay_writer.h"

#include <gtest/gtest.h>

#include "feeds/base64.h"
#include "feeds/feeds_testing.h"

namespace lagesbild::feeds {
namespace {

std::string Written(const std::vector<RawMessage>& messages) {
  TempDir dir;
  auto writer = ReplayWriter::Create(dir.Path("r.ndjson")).value();
  for (const RawMessage& message : messages) EXPECT_TRUE(writer->Publish(message).ok());
  EXPECT_TRUE(writer->Close().ok());
  return TempDir::Bytes(dir.Path("r.ndjson"));
}

TEST(ReplayWriter, AnObjectStandsAsAnObject) {
  EXPECT_EQ(
      Written({{"incidents", 1500, "a/1", R"({"x": 1})", {{"content-type", "application/json"}}}}),
      R"({"topic":"incidents","timestamp":"1970-01-01T00:00:01.500Z","key":"a/1",)"
      R"("headers":{"content-type":"application/json"},"value":{"x": 1}})"
      "\n");
}

TEST(ReplayWriter, OtherBytesKeepTheirBytes) {
  EXPECT_EQ(Written({{"tips", 0, "k", "{not json", {}}}),
            R"({"topic":"tips","timestamp":"1970-01-01T00:00:00Z","key":"k","value":"{not json"})"
            "\n");
  EXPECT_EQ(
      Written({{"tips", 0, "k", std::string("\x0a\xff", 2), {}}}),
      R"({"topic":"tips","timestamp":"1970-01-01T00:00:00Z","key":"k","value":{"base64":"Cv8="}})"
      "\n");
}

TEST(ReplayWriter, AnObjectOverManyLinesIsPutOnOne) {
  EXPECT_NE(
      Written({{"tips", 0, "k", "{\n \"x\": \"a\\nb\"\r\n}", {}}}).find(R"("value":{"x":"a\nb"})"),
      std::string::npos);
}

TEST(Base64, RoundTripsEveryLengthAndRefusesWhatIsNone) {
  std::string bytes;
  for (int i = 0; i < 260; ++i) {
    EXPECT_EQ(Base64Decode(Base64Encode(bytes)), bytes);
    bytes.push_back(static_cast<char>(i * 37));
  }
  EXPECT_EQ(Base64Encode("light work."), "bGlnaHQgd29yay4=");
  for (const char* bad : {"a", "ab=", "a===", "ab*=", "=abc", "ab=c"}) {
    EXPECT_EQ(Base64Decode(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace lagesbild::feeds
