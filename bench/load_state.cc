// How long a restart takes to read a partition's state: the store that a stopped (or running)
// service has, opened to read, then its rows taken into a fold.
//
//   build/bench/load_state STATE_DIR GROUP PARTITION [TIMES]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

#include "base/check.h"
#include "io/rocksdb_store.h"
#include "stream/picture_state.h"

namespace lagesbild::bench {
namespace {

double CpuSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

double WallSeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

int Main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: load_state STATE_DIR GROUP PARTITION [TIMES]\n");
    return 2;
  }
  const int times = argc > 4 ? std::atoi(argv[4]) : 3;
  for (int i = 0; i < times; ++i) {
    const double cpu = CpuSeconds(), wall = WallSeconds();
    auto store = io::RocksStores::OpenToRead(argv[1], argv[2], std::atoi(argv[3]));
    LB_CHECK(store.ok());
    const double opened = WallSeconds();
    const auto state = stream::LoadState(**store);
    LB_CHECK(state.ok());
    const auto stats = state->fold->stats();
    std::printf(
        "open %.3f s, load %.3f s, cpu %.3f s; %llu rows, %lld reports, %lld of them in memory, "
        "%lld series\n",
        opened - wall, WallSeconds() - opened, CpuSeconds() - cpu,
        static_cast<unsigned long long>(state->meta.row_count),
        static_cast<long long>(stats.reports), static_cast<long long>(stats.in_memory),
        static_cast<long long>(stats.series));
  }
  return 0;
}

}  // namespace
}  // namespace lagesbild::bench

int main(int argc, char** argv) { return lagesbild::bench::Main(argc, argv); }
