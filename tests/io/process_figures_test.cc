#include "io/process_figures.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "support/temp_dir.h"

namespace lagesbild::io {
namespace {

TEST(ProcessFigures, OfThisProcessMakeSense) {
  const ProcessFigures figures = ReadProcessFigures();
  EXPECT_GT(figures.resident_bytes.value_or(0), 1 << 20);
  EXPECT_GE(figures.virtual_bytes.value_or(0), figures.resident_bytes.value_or(0));
  EXPECT_GE(figures.threads.value_or(0), 1);
  EXPECT_GE(figures.open_fds.value_or(0), 3);
  EXPECT_GT(figures.fds_max.value_or(0), figures.open_fds.value_or(0));
  EXPECT_GE(figures.cpu_seconds.value_or(-1), 0);
  EXPECT_GT(figures.start_time_seconds.value_or(0), 1.6e9);
}

TEST(ProcessFigures, AreReadPastANameWithBrackets) {
  TempDir proc;
  std::filesystem::create_directories(proc / "self/fd");
  std::ofstream(proc / "self/fd/0");
  std::ofstream(proc / "stat") << "cpu 1 2\nbtime 1000000000\n";
  std::ofstream(proc / "self/limits") << "Limit  Soft  Hard  Units\n"
                                         "Max open files            1024       4096      files\n";
  std::ofstream(proc / "self/stat") << "7 (a) b (c) S 1 1 1 0 -1 0 0 0 0 0 250 150 0 0 20 0 9 0 "
                                       "500 8192 3 0 0\n";
  const ProcessFigures figures = ReadProcessFigures(proc.path());
  const double ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  EXPECT_DOUBLE_EQ(*figures.cpu_seconds, 400 / ticks);
  EXPECT_DOUBLE_EQ(*figures.start_time_seconds, 1e9 + 500 / ticks);
  EXPECT_EQ(figures.threads, 9);
  EXPECT_EQ(figures.virtual_bytes, 8192);
  EXPECT_EQ(figures.resident_bytes, 3 * sysconf(_SC_PAGESIZE));
  EXPECT_EQ(figures.open_fds, 1);
  EXPECT_EQ(figures.fds_max, 1024);
}

TEST(ProcessFigures, WhatCannotBeReadIsAbsent) {
  TempDir proc;
  const ProcessFigures figures = ReadProcessFigures(proc.path());
  EXPECT_FALSE(figures.cpu_seconds || figures.resident_bytes || figures.open_fds ||
               figures.fds_max || figures.start_time_seconds);
}

}  // namespace
}  // namespace lagesbild::io
