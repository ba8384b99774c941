#include "io/kafka_call.h"

#include <gtest/gtest.h>

#include <memory>

#include "absl/synchronization/notification.h"

namespace lagesbild::io {
namespace {

TEST(BoundedCaller, RunsCallsOneAfterTheOther) {
  BoundedCaller caller;
  int sum = 0;
  for (int i = 1; i <= 100; ++i) {
    ASSERT_TRUE(caller.Run(absl::Seconds(60), [&sum, i] { sum += i; }));
  }
  EXPECT_EQ(sum, 5050);
  EXPECT_FALSE(caller.stuck());
}

TEST(BoundedCaller, GivesUpOnACallThatDoesNotReturnAndOnAllAfterIt) {
  auto release = std::make_shared<absl::Notification>();
  auto begun = std::make_shared<absl::Notification>();
  auto ended = std::make_shared<absl::Notification>();
  {
    BoundedCaller caller;
    EXPECT_FALSE(caller.Run(absl::Milliseconds(1), [begun, release, ended] {
      begun->Notify();
      release->WaitForNotification();
      ended->Notify();
    }));
    EXPECT_TRUE(caller.stuck());
    EXPECT_FALSE(caller.Run(absl::Seconds(60), [] { FAIL(); }));
  }  // does not wait for it
  EXPECT_FALSE(ended->HasBeenNotified());
  release->Notify();
  // A call that was given up before it began never does.
  if (begun->HasBeenNotified()) ended->WaitForNotification();
}

TEST(BoundedCaller, EndsWithoutACall) { BoundedCaller caller; }

}  // namespace
}  // namespace lagesbild::io
