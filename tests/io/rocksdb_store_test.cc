#include "io/rocksdb_store.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "support/temp_dir.h"

namespace lagesbild::io {
namespace {

using Rows = std::map<std::string, std::string>;

class RocksStoresTest : public testing::Test {
 protected:
  std::unique_ptr<RocksStores> Stores(const std::string& group = "g") {
    auto stores = RocksStores::Open(dir_.path(), group, memory_);
    EXPECT_TRUE(stores.ok()) << stores.status();
    return *std::move(stores);
  }

  static std::unique_ptr<stream::Store> Open(RocksStores& stores, int32_t partition = 0) {
    auto store = stores.Open(partition);
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  }

  static Rows All(stream::Store& store) {
    Rows rows;
    EXPECT_TRUE(store
                    .ForEach([&](std::string_view k, std::string_view v) {
                      rows.emplace(k, v);
                      return absl::OkStatus();
                    })
                    .ok());
    return rows;
  }

  std::set<std::string> Files() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(dir_.path()))
      names.insert(entry.path());
    return names;
  }

  TempDir dir_;
  RocksMemory memory_{8 << 20};
};

TEST_F(RocksStoresTest, RowsOutliveTheProcess) {
  {
    auto stores = Stores();
    auto store = Open(*stores);
    EXPECT_EQ(All(*store), Rows());
    ASSERT_TRUE(store->Write({{"a", "1"}, {"b", "2"}, {"c", "3"}}).ok());
    ASSERT_TRUE(store->Write({{"b", std::nullopt}, {"c", "4"}}).ok());
  }
  auto stores = Stores();
  auto store = Open(*stores);
  EXPECT_EQ(All(*store), (Rows{{"a", "1"}, {"c", "4"}}));
  EXPECT_EQ(*store->Get("a"), "1");
  EXPECT_EQ(*store->Get("b"), std::nullopt);
}

// A copy of the files is what kill -9 leaves.
TEST_F(RocksStoresTest, WhatIsRestoredOutlivesTheProcessFromTheNextWriteOn) {
  auto stores = Stores();
  auto store = Open(*stores);
  ASSERT_TRUE(store->Write({{"a", "0"}, {"gone", "0"}}).ok());
  const std::vector<stream::Store::ChangeView> restored = {
      {"a", "1"}, {"b", "1"}, {"a", "2"}, {"gone", std::nullopt}};
  ASSERT_TRUE(store->Restore(restored).ok());
  EXPECT_EQ(All(*store), (Rows{{"a", "2"}, {"b", "1"}}));
  ASSERT_TRUE(store->Write({{"c", "3"}}).ok());
  TempDir killed;
  std::filesystem::copy(
      dir_.path(), killed.path(),
      std::filesystem::copy_options::recursive | std::filesystem::copy_options::overwrite_existing);
  auto others = RocksStores::Open(killed.path(), "g", memory_);
  ASSERT_TRUE(others.ok()) << others.status();
  auto after = Open(**others);
  EXPECT_EQ(All(*after), (Rows{{"a", "2"}, {"b", "1"}, {"c", "3"}}));
}

TEST_F(RocksStoresTest, AnErrorFromARowStopsTheWalk) {
  auto stores = Stores();
  auto store = Open(*stores);
  ASSERT_TRUE(store->Write({{"a", "1"}}).ok());
  EXPECT_TRUE(absl::IsDataLoss(
      store->ForEach([](std::string_view, std::string_view) { return DataLoss("row"); })));
}

TEST_F(RocksStoresTest, ASecondProcessOnTheDirectoryIsRefused) {
  auto stores = Stores();
  EXPECT_TRUE(absl::IsFailedPrecondition(RocksStores::Open(dir_.path(), "g", memory_).status()));
  Stores("another");
}

TEST_F(RocksStoresTest, AStoreStillOpenInAnotherWorkerIsToBeTriedAgain) {
  auto stores = Stores();
  auto store = Open(*stores);
  EXPECT_TRUE(absl::IsUnavailable(stores->Open(0).status()));
  store.reset();
  Open(*stores);
}

TEST_F(RocksStoresTest, AnotherPartitionsStoreIsForeign) {
  {
    auto stores = Stores();
    Open(*stores, 0);
  }
  std::filesystem::rename(dir_ / "g/picture-0", dir_ / "g/picture-1");
  auto stores = Stores();
  EXPECT_TRUE(absl::IsDataLoss(stores->Open(1).status()));
  ASSERT_TRUE(stores->Discard(1).ok());
  EXPECT_EQ(All(*Open(*stores, 1)), Rows());
  EXPECT_TRUE(std::filesystem::exists(dir_ / "g/picture-1.set-aside-1"));
}

TEST_F(RocksStoresTest, ADamagedStoreIsDataLossNeverEmpty) {
  {
    auto stores = Stores();
    ASSERT_TRUE(Open(*stores)->Write({{"a", "1"}}).ok());
  }
  std::filesystem::remove(dir_ / "g/picture-0/CURRENT");
  auto stores = Stores();
  EXPECT_TRUE(absl::IsDataLoss(stores->Open(0).status()));
  std::ofstream(dir_ / "g/picture-0/CURRENT") << "MANIFEST-999999\n";
  EXPECT_TRUE(absl::IsDataLoss(stores->Open(0).status()));
}

// As `lagesbild state` and `audit` do.
TEST_F(RocksStoresTest, AReaderSeesWhatWasCommittedWhileTheWriterIsAtWork) {
  auto stores = Stores();
  auto store = Open(*stores);
  ASSERT_TRUE(store->Write({{"a", "1"}}).ok());
  const std::set<std::string> files = Files();
  auto reader = RocksStores::OpenToRead(dir_.path(), "g", 0);
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ(All(**reader), (Rows{{"a", "1"}}));
  ASSERT_TRUE(store->Write({{"a", "2"}, {"b", "3"}}).ok());
  EXPECT_EQ(All(**reader), (Rows{{"a", "1"}})) << "a reader is of one moment";
  EXPECT_EQ(All(**RocksStores::OpenToRead(dir_.path(), "g", 0)), (Rows{{"a", "2"}, {"b", "3"}}));
  EXPECT_EQ((*reader)->Write({{"a", "9"}}).code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(Files(), files) << "and leaves nothing behind";
}

TEST_F(RocksStoresTest, AReaderMakesNothingWhereThereIsNothing) {
  EXPECT_EQ(RocksStores::OpenToRead(dir_.path(), "g", 0).status().code(), StatusCode::kNotFound);
  EXPECT_TRUE(RocksStores::Partitions(dir_.path(), "g").empty());
  EXPECT_TRUE(Files().empty());
}

TEST_F(RocksStoresTest, AReaderRefusesAnotherGroupsStore) {
  {
    Open(*Stores("g"), 3);
  }
  EXPECT_EQ(RocksStores::Partitions(dir_.path(), "g"), (std::vector<int32_t>{3}));
  std::filesystem::rename(dir_.path() + "/g", dir_.path() + "/h");
  EXPECT_EQ(RocksStores::OpenToRead(dir_.path(), "h", 3).status().code(), StatusCode::kDataLoss);
}

}  // namespace
}  // namespace lagesbild::io
