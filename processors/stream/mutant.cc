#include "stream/mutant.h"

#ifdef LAGESBILD_FAILPOINTS

#include <algorithm>
#include <iterator>

#include "base/check.h"

namespace lagesbild::stream {
namespace {

thread_local std::string_view tls_mutant;  // of kMutants, or empty

}  // namespace

void SetMutant(std::string_view name) {
  tls_mutant = "";
  if (name.empty()) return;
  const auto* it = std::find_if(std::begin(kMutants), std::end(kMutants),
                                [&](const MutantName& m) { return m.name == name; });
  LB_CHECK(it != std::end(kMutants));
  tls_mutant = it->name;
}

bool MutantIs(std::string_view name) { return !tls_mutant.empty() && tls_mutant == name; }

}  // namespace lagesbild::stream

#endif
