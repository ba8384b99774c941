#include "app/service/stop_signal.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>

#include "base/check.h"

namespace lagesbild::app {
namespace {

// A handler reaches nothing but statics.
std::atomic<bool> g_requested = false;
int g_write_end = -1;

void OnSignal(int) {
  g_requested = true;
  const char byte = 0;
  (void)!::write(g_write_end, &byte, 1);
}

void Install(int signal, void (*handler)(int), int flags) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigaction(signal, &action, nullptr);
}

}  // namespace

StopSignal::StopSignal() {
  LB_CHECK(g_write_end < 0);
  int ends[2];
  LB_CHECK(::pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
  read_end_ = ends[0];
  g_write_end = ends[1];
  g_requested = false;
  for (const int signal : {SIGINT, SIGTERM}) {
    Install(signal, OnSignal, SA_RESTART | static_cast<int>(SA_RESETHAND));
  }
  Install(SIGPIPE, SIG_IGN, 0);
}

StopSignal::~StopSignal() {
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE}) Install(signal, SIG_DFL, 0);
  ::close(g_write_end);
  ::close(read_end_);
  g_write_end = -1;
}

bool StopSignal::requested() const { return g_requested; }

bool StopSignal::SleepUntil(int64_t wall_ms) const {
  while (!requested()) {
    const int64_t left = wall_ms - WallNowMs();
    if (left <= 0) return true;
    pollfd fd{read_end_, POLLIN, 0};
    ::poll(&fd, 1, static_cast<int>(std::min<int64_t>(left, 60'000)));
  }
  return false;
}

int64_t WallNowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace lagesbild::app
