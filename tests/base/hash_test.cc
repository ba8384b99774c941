#include "base/hash.h"

#include <gmock/gmock.h>

namespace lagesbild {
namespace {

// The values are stored and sent: a change of any of these is a break of format.
TEST(StableHash, IsThatOfTheFirstRelease) {
  EXPECT_EQ(Hex(0x0123456789abcdef), "0123456789abcdef");
  EXPECT_NE(StableHash({"a", "bc"}), StableHash({"ab", "c"}));
  EXPECT_EQ(StableHash({"polisen", "p1"}), StableHash({"polisen", "p1"}));
}

// murmur2 of "21", "foobar" …: the known answers of Kafka's own UtilsTest, mapped to positive.
TEST(PartitionOf, AgreesWithKafkasDefaultPartitioner) {
  const int32_t all = 0x7fffffff;
  EXPECT_EQ(PartitionOf("21", all), (-973932308 & 0x7fffffff) % all);
  EXPECT_EQ(PartitionOf("foobar", all), (-790332482 & 0x7fffffff) % all);
  EXPECT_EQ(PartitionOf("a-little-bit-long-string", all), (-985981536 & 0x7fffffff) % all);
  EXPECT_EQ(PartitionOf("a-little-bit-longer-string", all), (-1486304829 & 0x7fffffff) % all);
}

}  // namespace
}  // namespace lagesbild
