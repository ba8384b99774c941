#include "base/bytes.h"

#include <gmock/gmock.h>

#include <limits>

namespace lagesbild {
namespace {

TEST(Bytes, WhatIsWrittenIsRead) {
  std::string out;
  ByteWriter w(out);
  w.Byte(7);
  w.Varint(std::numeric_limits<uint64_t>::max());
  w.Signed(std::numeric_limits<int64_t>::min());
  w.Signed(-1);
  w.Double(59.3668);
  w.String("Råcksta");
  w.BigEndian64(258);
  ByteReader r(out);
  EXPECT_EQ(r.Byte(), 7);
  EXPECT_EQ(r.Varint(), std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(r.Signed(), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(r.Signed(), -1);
  EXPECT_EQ(r.Double(), 59.3668);
  EXPECT_EQ(r.String(), "Råcksta");
  EXPECT_EQ(r.BigEndian64(), 258u);
  EXPECT_TRUE(r.ok() && r.done());
}

TEST(Bytes, AShortOrEndlessValueIsNotRead) {
  ByteReader cut(
      "\x05"
      "ab");
  EXPECT_EQ(cut.String(), "");
  EXPECT_FALSE(cut.ok());
  ByteReader endless(std::string_view("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 11));
  endless.Varint();
  EXPECT_FALSE(endless.ok());
}

}  // namespace
}  // namespace lagesbild
