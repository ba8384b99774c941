#include "io/line_reader.h"

#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <vector>

#include "io/line_writer.h"

namespace lagesbild::io {
namespace {

class LineReaderTest : public ::testing::Test {
 protected:
  LineReaderTest() {
    std::string name = (std::filesystem::temp_directory_path() / "lagesbild-XXXXXX").string();
    dir_ = mkdtemp(name.data());
  }
  ~LineReaderTest() override { std::filesystem::remove_all(dir_); }

  std::string Path(const std::string& name) const { return (dir_ / name).string(); }
  std::string Store(const std::string& name, std::string_view bytes) const {
    std::ofstream(Path(name), std::ios::binary) << bytes;
    return Path(name);
  }
  std::string StoreGzip(const std::string& name, std::string_view bytes) const {
    gzFile out = gzopen(Path(name).c_str(), "ab");  // appends: one member after another
    gzwrite(out, bytes.data(), static_cast<unsigned>(bytes.size()));
    gzclose(out);
    return Path(name);
  }
  static std::string Bytes(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static std::vector<std::string> Lines(const std::string& path) {
    auto reader = LineReader::Open(path).value();
    std::vector<std::string> lines;
    std::string_view line;
    while (reader->Next(line).value()) {
      EXPECT_EQ(reader->line(), static_cast<int64_t>(lines.size()));
      lines.emplace_back(line);
    }
    return lines;
  }
  static Status LastStatus(const std::string& path, size_t line_bytes_max) {
    auto reader = LineReader::Open(path, line_bytes_max).value();
    std::string_view line;
    for (;;) {
      auto next = reader->Next(line);
      if (!next.ok()) return next.status();
      if (!*next) return absl::OkStatus();
    }
  }

  std::filesystem::path dir_;
};

using Strings = std::vector<std::string>;

TEST_F(LineReaderTest, GivesTheLastLineWithoutNewlineAndEmptyLinesToo) {
  EXPECT_EQ(Lines(Store("a", "one\n\ntwo\r\nthree")), (Strings{"one", "", "two", "three"}));
  EXPECT_EQ(Lines(Store("b", "")), Strings{});
  EXPECT_EQ(Lines(Store("c", "\n")), Strings{""});
  EXPECT_EQ(Lines(Store("d", "x")), Strings{"x"});
}

TEST_F(LineReaderTest, TellsCompressionByContentNotByName) {
  auto writer = LineWriter::Create(Path("x.zst")).value();
  ASSERT_TRUE(writer->Write("one").ok());
  ASSERT_TRUE(writer->Write("two").ok());
  ASSERT_TRUE(writer->Close().ok());
  std::filesystem::rename(Path("x.zst"), Path("x.ndjson"));
  EXPECT_EQ(Lines(Path("x.ndjson")), (Strings{"one", "two"}));
  EXPECT_EQ(Lines(StoreGzip("y", "one\ntwo\n")), (Strings{"one", "two"}));
}

TEST_F(LineReaderTest, ReadsFramesAndMembersOneAfterAnother) {
  StoreGzip("m", "one\n");
  EXPECT_EQ(Lines(StoreGzip("m", "two\n")), (Strings{"one", "two"}));
  for (const char* name : {"1.zst", "2.zst"}) {
    auto writer = LineWriter::Create(Path(name)).value();
    ASSERT_TRUE(writer->Write(name).ok());
    ASSERT_TRUE(writer->Close().ok());
  }
  EXPECT_EQ(Lines(Store("both", Bytes(Path("1.zst")) + Bytes(Path("2.zst")))),
            (Strings{"1.zst", "2.zst"}));
}

TEST_F(LineReaderTest, GivesBackWhatWasWrittenWhateverTheLineLengths) {
  const char* given = std::getenv("LAGESBILD_SEED");
  const uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  SCOPED_TRACE("LAGESBILD_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  Strings lines;
  for (int i = 0; i < 300; ++i) {
    const size_t length = random() % 10 == 0 ? random() % 700'000 : random() % 300;
    std::string line(length, ' ');
    for (char& c : line) c = static_cast<char>('a' + random() % 26);
    lines.push_back(std::move(line));
  }
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  auto writer = LineWriter::Create(Path("r.zst")).value();
  for (const std::string& line : lines) ASSERT_TRUE(writer->Write(line).ok());
  ASSERT_TRUE(writer->Close().ok());
  EXPECT_EQ(Lines(Path("r.zst")), lines);
  EXPECT_EQ(Lines(Store("r", text)), lines);
  EXPECT_EQ(Lines(StoreGzip("r.gz", text)), lines);
}

TEST_F(LineReaderTest, WhatWasFlushedCanBeReadBeforeTheFileIsClosed) {
  auto writer = LineWriter::Create(Path("f")).value();
  ASSERT_TRUE(writer->Write("one").ok());
  EXPECT_EQ(Bytes(Path("f")), "");
  ASSERT_TRUE(writer->Flush().ok());
  EXPECT_EQ(Bytes(Path("f")), "one\n");
}

TEST_F(LineReaderTest, AMissingFileIsNotFound) {
  EXPECT_EQ(LineReader::Open(Path("none")).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(LineWriter::Create(Path("none/x")).status().code(), StatusCode::kNotFound);
}

TEST_F(LineReaderTest, ALineBeyondTheBoundNamesItsLineAndNothingOfIt) {
  const Status status = LastStatus(Store("long", "ok\nsecretsecret\nok\n"), 8);
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_NE(Message(status).find("long:2: "), std::string::npos) << status;
  EXPECT_EQ(Message(status).find("secret"), std::string::npos);
  const std::string endless(3'000'000, 'x');
  EXPECT_EQ(LastStatus(Store("endless", endless), 1000).code(), StatusCode::kInvalidArgument);
}

TEST_F(LineReaderTest, ACutOrDamagedCompressedFileIsAnErrorNotAnEnd) {
  auto writer = LineWriter::Create(Path("c.zst")).value();
  ASSERT_TRUE(writer->Write(std::string(5000, 'x') + "end").ok());
  ASSERT_TRUE(writer->Close().ok());
  const std::string zstd = Bytes(Path("c.zst"));
  EXPECT_EQ(LastStatus(Store("c1", zstd.substr(0, zstd.size() - 1)), 1 << 20).code(),
            StatusCode::kInvalidArgument);
  const std::string gzip = Bytes(StoreGzip("c.gz", std::string(5000, 'y')));
  EXPECT_EQ(LastStatus(Store("c2", gzip.substr(0, gzip.size() - 4)), 1 << 20).code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(LastStatus(Store("c3", gzip + "rubbish"), 1 << 20).code(),
            StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace lagesbild::io
