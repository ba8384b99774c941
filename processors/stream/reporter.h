// Reporter: what the engine tells its operators, one line a change of state; never anything of a
// record's content. The app writes it to its log; tests keep it. Threads: any.
#pragma once

#include <cstdint>
#include <string_view>

namespace lagesbild::stream {

enum class Level : uint8_t { kInfo, kWarning, kError };

class Reporter {
 public:
  virtual ~Reporter() = default;
  // `component`: "intake", "picture-0" (worker), "picture-0/3" (its log partition).
  virtual void Say(Level level, std::string_view component, std::string_view message) = 0;
};

}  // namespace lagesbild::stream
