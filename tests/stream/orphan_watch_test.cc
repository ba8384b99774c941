#include "stream/orphan_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lagesbild::stream {
namespace {

using testing::ElementsAre;

// A member that sees what it is shown; it does nothing else.
class Onlooker : public Consumer {
 public:
  Status Subscribe(const std::vector<std::string>&) override { return absl::OkStatus(); }
  Status Start(const TopicPartition&, int64_t) override { return absl::OkStatus(); }
  void Released(const TopicPartition&) override {}
  StatusOr<std::vector<GroupEvent>> Poll(absl::Duration) override {
    return std::vector<GroupEvent>();
  }
  StatusOr<Batch> Read(const TopicPartition&, size_t) override { return Batch(); }
  StatusOr<std::vector<CommittedOffset>> Committed(std::span<const TopicPartition>) override {
    return std::vector<CommittedOffset>();
  }
  StatusOr<std::pair<int64_t, int64_t>> Bounds(const TopicPartition&) override {
    return std::pair<int64_t, int64_t>();
  }
  std::unique_ptr<Membership> membership() override { return nullptr; }
  void Close() override {}
  std::optional<GroupView> LookAtGroup() override {
    ++looks;
    return answers ? std::optional(view) : std::nullopt;
  }

  GroupView view{.stable = true, .members = {}};
  bool answers = true;
  int looks = 0;
};

class OrphanWatchTest : public testing::Test {
 protected:
  void Has(const std::string& member, std::vector<int32_t> partitions, bool self = false) {
    GroupView::Member m{.id = member, .self = self, .partitions = {}};
    for (int32_t p : partitions) m.partitions.push_back({"log", p});
    member_.view.members.push_back(std::move(m));
  }
  // In how many of the rounds of `seconds` seconds, ten a second, it must rejoin.
  int Rounds(int seconds) {
    int rejoins = 0;
    for (int i = 0; i < 10 * seconds; ++i) {
      now_ += absl::Milliseconds(100);
      rejoins += watch_.MustRejoin(member_, now_) ? 1 : 0;
    }
    return rejoins;
  }

  Onlooker member_;
  OrphanWatch watch_{"log", 3};
  absl::Duration now_ = absl::Seconds(100);
};

TEST_F(OrphanWatchTest, WhereEveryPartitionHasAnOwnerNothingIsDoneAndSeldomLooked) {
  Has("a", {0, 2}, true);
  Has("b", {1});
  EXPECT_EQ(Rounds(60), 0);
  EXPECT_LE(member_.looks, 6);
}

TEST_F(OrphanWatchTest, APartitionThatIsNobodysForSecondsIsGivenAnOwnerByTheOneWithTheFewest) {
  Has("a", {0, 2});
  Has("b", {}, true);
  EXPECT_EQ(Rounds(4), 0);
  EXPECT_EQ(Rounds(2), 1);
  EXPECT_THAT(watch_.orphans(), ElementsAre(1));
}

TEST_F(OrphanWatchTest, TheOthersLeaveItToThatOne) {
  Has("a", {0, 2}, true);
  Has("b", {});
  EXPECT_EQ(Rounds(60), 0);
}

TEST_F(OrphanWatchTest, APartitionOnItsWayToAnotherIsNobodysOnlyForAMoment) {
  Has("a", {0}, true);
  Has("b", {1});
  EXPECT_EQ(Rounds(4), 0);
  member_.view.members.back().partitions.push_back({"log", 2});
  EXPECT_EQ(Rounds(60), 0);
}

TEST_F(OrphanWatchTest, WhileTheGroupIsNotAtRestOrWeAreNotInItNothingIsKnown) {
  Has("a", {0}, true);
  member_.view.stable = false;
  EXPECT_EQ(Rounds(60), 0);
  member_.view.stable = true;
  member_.view.members.back().self = false;
  EXPECT_EQ(Rounds(60), 0);
}

TEST_F(OrphanWatchTest, AnAnswerThatDoesNotComeIsWaitedFor) {
  Has("a", {0}, true);
  member_.answers = false;
  EXPECT_EQ(Rounds(60), 0);
  member_.answers = true;
  EXPECT_EQ(Rounds(4), 1);
}

TEST_F(OrphanWatchTest, AfterAChangeItLooksSoon) {
  Has("a", {0, 1, 2}, true);
  EXPECT_EQ(Rounds(10), 0);
  const int looks = member_.looks;
  watch_.Changed(now_);
  Rounds(3);
  EXPECT_EQ(member_.looks, looks + 1);
}

}  // namespace
}  // namespace lagesbild::stream
