#include "feeds/csv_reader.h"

#include <gtest/gtest.h>

#include "feeds/feeds_testing.h"

namespace lagesbild::feeds {
namespace {

using Records = std::vector<std::vector<std::string>>;

Records ReadAll(const std::string& path, CsvReader::Form form = {}) {
  auto reader = CsvReader::Open(path, form).value();
  Records records;
  std::vector<std::string> fields;
  while (reader->Next(fields).value()) records.push_back(fields);
  return records;
}

Status FirstError(const std::string& path) {
  auto reader = CsvReader::Open(path, {}).value();
  std::vector<std::string> fields;
  for (;;) {
    auto next = reader->Next(fields);
    if (!next.ok()) return next.status();
    if (!*next) return absl::OkStatus();
  }
}

TEST(CsvReader, ReadsQuotesCommasAndLineEndsInsideQuotes) {
  TempDir dir;
  EXPECT_EQ(ReadAll(dir.Store("a", "a,\"b,c\",\"say \"\"hi\"\"\"\r\n\"two\nlines\",,\n")),
            (Records{{"a", "b,c", "say \"hi\""}, {"two\nlines", "", ""}}));
}

TEST(CsvReader, PassesOverAByteOrderMarkAndEmptyLines) {
  TempDir dir;
  EXPECT_EQ(ReadAll(dir.Store("a", "\xEF\xBB\xBFid,x\n\n1,2\n")),
            (Records{{"id", "x"}, {"1", "2"}}));
}

TEST(CsvReader, TakesCommentsAndOtherSeparatorsOnlyWhenAsked) {
  TempDir dir;
  const std::string path = dir.Store("a", "# no \"comma\",\"\n1;2\n");
  EXPECT_EQ(ReadAll(path, {.separator = ';', .comments = true}), (Records{{"1", "2"}}));
}

TEST(CsvReader, NamesTheLineOfABadRecord) {
  TempDir dir;
  EXPECT_NE(Message(FirstError(dir.Store("a", "x\n\"open\n\n"))).find("a:2: a quote is not closed"),
            std::string::npos);
  EXPECT_NE(Message(FirstError(dir.Store("b", "\"x\"y\n"))).find("b:1: text after a closing"),
            std::string::npos);
  EXPECT_EQ(CsvReader::Open(dir.Path("none"), {}).status().code(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace lagesbild::feeds
