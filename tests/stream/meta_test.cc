#include "stream/meta.h"

#include <gtest/gtest.h>

#include "stream/lease.h"

namespace lagesbild::stream {
namespace {

// The stored forms: if these fail, states that are out there can no longer be read.
TEST(Meta, TheBytesAreTheseForGood) {
  const Meta meta{300, 17, 1673732820000, 3, 129};
  EXPECT_EQ(EncodeMeta(meta),
            std::string("\x01\xac\x02\x22\xc0\xb0\x80\xa4\xb6\x61\x06\x81\x01", 13));
  EXPECT_EQ(*DecodeMeta(EncodeMeta(meta)), meta);
  const Local local{-1, 5};
  EXPECT_EQ(EncodeLocal(local), std::string("\x01\x01\x05", 3));
  EXPECT_EQ(*DecodeLocal(EncodeLocal(local)), local);
}

TEST(Meta, ANewerFormatOrCutRowIsDataLoss) {
  std::string bytes = EncodeMeta({1, 2, 3, 4, 5});
  EXPECT_TRUE(absl::IsDataLoss(DecodeMeta(bytes.substr(0, bytes.size() - 1)).status()));
  EXPECT_TRUE(absl::IsDataLoss(DecodeMeta(bytes + "x").status()));
  bytes[0] = 2;
  EXPECT_TRUE(absl::IsDataLoss(DecodeMeta(bytes).status()));
  EXPECT_TRUE(absl::IsDataLoss(DecodeLocal("").status()));
}

TEST(Meta, OnlyWhatWeWroteNamesACommit) {
  EXPECT_EQ(SeqFromMetadata(SeqMetadata(0)), 0u);
  EXPECT_EQ(SeqFromMetadata("seq=18446744073709551615"), UINT64_MAX);
  for (const char* other : {"", "seq=", "seq=-1", "seq=1 ", "seq=18446744073709551616", "17"}) {
    EXPECT_EQ(SeqFromMetadata(other), std::nullopt) << other;
  }
}

TEST(Lease, RefusesMorePartitionsThanThereCanBe) {
  EXPECT_TRUE(DecodeLease("v=1 known=incidents:12").ok());
  EXPECT_FALSE(DecodeLease("v=1 known=incidents:4294967297").ok());
}

}  // namespace
}  // namespace lagesbild::stream
