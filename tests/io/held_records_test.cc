#include "io/held_records.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace lagesbild::io {
namespace {

using stream::OutRecord;
using stream::TopicPartition;

// All that `held` has, as text.
std::vector<std::string> Release(HeldRecords& held) {
  std::vector<std::string> out;
  const Status status = held.Release([&](const TopicPartition& to, const OutRecord& record) {
    std::string text =
        to.topic + "/" + std::to_string(to.partition) + " " + std::string(record.key);
    text += "=" + (record.value.has_value() ? std::string(*record.value) : "(none)");
    for (const auto& header : record.headers) {
      text += " " + std::string(header.name) + ":" + std::string(header.value);
    }
    if (record.timestamp_ms.has_value()) text += " @" + std::to_string(*record.timestamp_ms);
    out.push_back(text);
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok());
  return out;
}

TEST(HeldRecords, GiveBackWhatWasAddedInOrderAndAreEmptyThen) {
  HeldRecords held;
  {
    std::string key = "a", value = "one";  // copies are kept
    const stream::HeaderView headers[] = {{"h", "1"}, {"e", ""}};
    ASSERT_TRUE(
        held.Add({"t", 1}, {.key = key, .value = value, .headers = headers, .timestamp_ms = 7}));
    key = value = "x";
  }
  ASSERT_TRUE(held.Add({"u", 0}, {.key = "b", .value = std::nullopt}));
  ASSERT_TRUE(held.Add({"u", 0}, {.key = "", .value = ""}));
  EXPECT_EQ(Release(held),
            (std::vector<std::string>{"t/1 a=one h:1 e: @7", "u/0 b=(none)", "u/0 ="}));
  EXPECT_TRUE(Release(held).empty());
}

TEST(HeldRecords, AreBoundedInRecordsAndBytes) {
  HeldRecords held;
  for (size_t i = 0; i < HeldRecords::kRecordsMax; ++i)
    ASSERT_TRUE(held.Add({"t", 0}, {.key = "k", .value = "v"}));
  EXPECT_FALSE(held.Add({"t", 0}, {.key = "k", .value = "v"}));
  held.Clear();
  EXPECT_FALSE(held.Add({"t", 0}, {.key = "k", .value = std::string(HeldRecords::kBytesMax, 'v')}));
  EXPECT_TRUE(held.Add({"t", 0}, {.key = "", .value = std::string(HeldRecords::kBytesMax, 'v')}));
}

TEST(HeldRecords, AnErrorEndsTheRelease) {
  HeldRecords held;
  ASSERT_TRUE(held.Add({"t", 0}, {.key = "k", .value = "v"}));
  const auto refuse = [](const TopicPartition&, const OutRecord&) { return Aborted("no"); };
  EXPECT_TRUE(absl::IsAborted(held.Release(refuse)));
}

}  // namespace
}  // namespace lagesbild::io
