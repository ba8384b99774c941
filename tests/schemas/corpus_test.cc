// The corpus through the whole of intake: each record gets its verdict, a reason and a pointer.
// What the JSON Schemas say of the same records is checked by check_schemas.py.
#include <gmock/gmock.h>
#include <simdjson.h>

#include <fstream>
#include <string>

#include "intake/town.h"

namespace lagesbild::intake {
namespace {

struct CorpusRow {
  std::string name;
  TestRecord record;
  std::string want;
  std::string pointer;
};

std::string Text(simdjson::dom::element row, const char* field) {
  const auto value = row[field];
  return value.error() ? std::string() : std::string(std::string_view(value));
}

std::vector<CorpusRow> ReadCorpus(const std::string& file) {
  std::ifstream in(std::string(LB_CORPUS_DIR) + "/" + file);
  LB_CHECK(in.good());
  simdjson::dom::parser parser;
  std::vector<CorpusRow> rows;
  for (std::string line; std::getline(in, line);) {
    const simdjson::dom::element row = parser.parse(line);
    CorpusRow& r = rows.emplace_back();
    r.name = Text(row, "name");
    r.record.topic = Text(row, "topic");
    r.record.timestamp = Text(row, "timestamp");
    r.want = Text(row, "want");
    r.pointer = Text(row, "pointer");
    const simdjson::dom::element value = row["value"];
    r.record.value =
        value.is_string() ? std::string(std::string_view(value)) : simdjson::minify(value);
    simdjson::dom::object headers;
    if (row["headers"].get(headers) == simdjson::SUCCESS) {
      for (const auto [name, header] : headers) {
        r.record.headers.emplace_back(std::string(name), std::string(std::string_view(header)));
      }
    }
  }
  return rows;
}

void ExpectVerdicts(const std::string& file, size_t rows_min) {
  const Town town = MakeTown();
  Intake intake(OptionsOf(town));
  const std::vector<CorpusRow> rows = ReadCorpus(file);
  EXPECT_GE(rows.size(), rows_min);
  for (const CorpusRow& row : rows) {
    intake.ForgetLiveness();
    const IntakeOutput out = Process(intake, row.record);
    if (row.want == "ok") {
      EXPECT_TRUE(out.dead_letters.empty())
          << row.name << ": " << ReasonName(out.dead_letters[0].reason) << " "
          << out.dead_letters[0].pointer;
      EXPECT_FALSE(out.log.empty()) << row.name;
      continue;
    }
    ASSERT_EQ(out.dead_letters.size(), 1u) << row.name;
    EXPECT_EQ(ReasonName(out.dead_letters[0].reason), row.want) << row.name;
    EXPECT_EQ(out.dead_letters[0].pointer, row.pointer) << row.name;
    EXPECT_TRUE(out.log.empty()) << row.name;
  }
}

TEST(Corpus, EachReportGetsItsVerdict) { ExpectVerdicts("reports.ndjson", 60); }
TEST(Corpus, EachCommandGetsItsVerdict) { ExpectVerdicts("commands.ndjson", 30); }

}  // namespace
}  // namespace lagesbild::intake
