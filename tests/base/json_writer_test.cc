#include "base/json_writer.h"

#include <gmock/gmock.h>

namespace lagesbild {
namespace {

TEST(JsonWriter, PutsCommasWhereTheyBelong) {
  std::string out;
  JsonWriter w(out);
  w.BeginObject()
      .Key("a")
      .Int(-1)
      .Key("b")
      .BeginArray()
      .Bool(true)
      .Null()
      .BeginObject()
      .EndObject()
      .EndArray();
  w.Key("c").Time(0).Key("d").Double(0.1).EndObject();
  EXPECT_EQ(out, R"({"a":-1,"b":[true,null,{}],"c":"1970-01-01T00:00:00Z","d":0.1})");
}

TEST(JsonWriter, EscapesWhatMustBe) {
  std::string out;
  JsonWriter(out).String("å\"\\\n");
  EXPECT_EQ(out, "\"å\\\"\\\\\\u000a\"");
}

}  // namespace
}  // namespace lagesbild
