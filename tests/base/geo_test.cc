#include "base/geo.h"

#include <gmock/gmock.h>

namespace lagesbild {
namespace {

using ::testing::DoubleNear;

TEST(Distance, KnownPairsOfTheScenarios) {
  EXPECT_THAT(DistanceMetres(59.3615, 17.8449, 59.3615, 17.84367), DoubleNear(70, 1));
  EXPECT_THAT(DistanceMetres(59.3615, 17.8449, 59.3647, 17.8449), DoubleNear(356, 1));
  EXPECT_EQ(DistanceMetres(59.3, 17.8, 59.3, 17.8), 0);
  EXPECT_EQ(DistanceMetres(59.3, 17.8, 59.4, 17.9), DistanceMetres(59.4, 17.9, 59.3, 17.8));
}

}  // namespace
}  // namespace lagesbild
