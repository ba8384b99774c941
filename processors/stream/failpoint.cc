#include "stream/failpoint.h"

#ifdef LAGESBILD_FAILPOINTS

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <iterator>
#include <string>
#include <utility>

#include "base/check.h"

namespace lagesbild::stream {
namespace {

thread_local FailpointHook tls_hook;

// LAGESBILD_FAILPOINT, read once.
struct Armed {
  std::string name;
  std::atomic<long> left{1};
  Armed() {
    const char* text = std::getenv("LAGESBILD_FAILPOINT");
    if (text == nullptr) return;
    name = text;
    if (const size_t colon = name.find(':'); colon != std::string::npos) {
      left = std::strtol(name.c_str() + colon + 1, nullptr, 10);
      name.resize(colon);
    }
  }
};

}  // namespace

void SetFailpointHook(FailpointHook hook) { tls_hook = std::move(hook); }

void PassFailpoint(std::string_view name) {
  LB_CHECK(std::find(std::begin(kFailpoints), std::end(kFailpoints), name) !=
           std::end(kFailpoints));
  if (tls_hook) tls_hook(name);
  static Armed armed;
  if (armed.name == name && --armed.left == 0) std::raise(SIGKILL);
}

}  // namespace lagesbild::stream

#endif
