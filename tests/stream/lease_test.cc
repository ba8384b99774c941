#include "stream/lease.h"

#include <gtest/gtest.h>

namespace lagesbild::stream {
namespace {

TEST(Lease, ItsMetadataComesBackAndForeignOnesAreRefused) {
  LeaseState state;
  EXPECT_EQ(EncodeLease(state), "v=1 clock=- config=- version=0 closed=0 known=");
  EXPECT_EQ(*DecodeLease(EncodeLease(state)), state);
  state = {1673732820000, "00ff", 3, true, {{"safety.incidents.v1", 4}, {"safety.tips.v1", 1}}};
  EXPECT_EQ(EncodeLease(state),
            "v=1 clock=1673732820000 config=00ff version=3 closed=1 "
            "known=safety.incidents.v1:4,safety.tips.v1:1");
  EXPECT_EQ(*DecodeLease(EncodeLease(state)), state);
  for (const char* other : {"", "v=2 clock=-", "v=1 clock=x", "v=1 new=1", "seq=3"}) {
    EXPECT_TRUE(absl::IsFailedPrecondition(DecodeLease(other).status())) << other;
  }
}

}  // namespace
}  // namespace lagesbild::stream
