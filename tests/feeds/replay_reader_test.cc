#include "feeds/replay_reader.h"

#include <gtest/gtest.h>

#include "feeds/feeds_testing.h"
#include "feeds/replay_writer.h"
#include "io/line_reader.h"

namespace lagesbild::feeds {
namespace {

std::vector<RawMessage> ReadAll(const std::string& path) {
  auto lines = io::LineReader::Open(path).value();
  ReplayReader reader;
  std::vector<RawMessage> out;
  std::string_view line;
  while (lines->Next(line).value()) {
    RawMessage message;
    const Status status = reader.Parse(line, message);
    EXPECT_TRUE(status.ok()) << status;
    out.push_back(std::move(message));
  }
  return out;
}

std::string Problem(const std::string& line) {
  const std::string padded = line + std::string(io::LineReader::kPadding, ' ');
  RawMessage message;
  return Message(ReplayReader().Parse(std::string_view(padded).substr(0, line.size()), message));
}

TEST(ReplayReader, ReadsBackWhatTheWriterWrote) {
  TempDir dir;
  const std::vector<RawMessage> messages = {
      {"incidents", 1'700'000'000'123, "a/1", R"({"x": 1.50, "x":[{}], "y":"}"})", {{"h", "v"}}},
      {"tips", 5, "", "{not json", {}},
      {"commands", 6, "k", std::string("\0\xff", 2), {}},
      {"incidents-own", 7, "å", R"({"a":{"base64":1}})", {}}};
  auto writer = ReplayWriter::Create(dir.Path("r.zst")).value();
  for (const RawMessage& message : messages) ASSERT_TRUE(writer->Publish(message).ok());
  ASSERT_TRUE(writer->Close().ok());
  EXPECT_EQ(ReadAll(dir.Path("r.zst")), messages);
}

TEST(ReplayReader, TheKeyDefaultsToTheReportsName) {
  TempDir dir;
  const auto path = dir.Store(
      "r",
      R"({"topic":"tips","timestamp":"2023-01-14T21:49:00+01:00","value":{"org":"o","id":"7"} })");
  const auto messages = ReadAll(path);
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0].key, "o/7");
  EXPECT_EQ(messages[0].value, R"({"org":"o","id":"7"})");
}

TEST(ReplayReader, SaysWhatIsWrongWithALine) {
  const std::string start = R"({"topic":"t","timestamp":"2023-01-14T21:49:00Z")";
  EXPECT_EQ(Problem(start + R"(,"value":""})"), "");
  EXPECT_EQ(Problem("[]"), "not a JSON object");
  EXPECT_EQ(Problem(R"({"timestamp":"2023-01-14T21:49:00Z","value":""})"), "no topic");
  EXPECT_EQ(Problem(R"({"topic":"t","timestamp":"2023-01-14","value":""})"),
            "timestamp is not a time with an offset or Z");
  EXPECT_EQ(Problem(start + "}"), "no value");
  EXPECT_EQ(Problem(start + R"(,"value":3})"), "value is neither an object nor a string");
  EXPECT_EQ(Problem(start + R"(,"value":{"base64":"x"}})"), "value: not base64");
  EXPECT_EQ(Problem(start + R"(,"headers":{"a":1},"value":""})"), "a header is not a string");
  for (const char* bad : {"{", "", R"({"topic":"t"} {})"}) EXPECT_NE(Problem(bad), "") << bad;
}

TEST(ReplayReader, ReadsTheContractsExamples) {
  const std::string folder = SharedData("../contract/examples");
  SKIP_WITHOUT(folder);
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".ndjson") continue;
    EXPECT_FALSE(ReadAll(entry.path()).empty()) << entry.path();
  }
}

}  // namespace
}  // namespace lagesbild::feeds
