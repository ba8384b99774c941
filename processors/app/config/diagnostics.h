// Diagnostics: gathers what is wrong with the configuration, so that several mistakes come in one
// answer. Each line: "file:line: what, what is allowed; did you mean x?". Also the suggestion
// itself. Thread-compatible.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace lagesbild::app {

// Where something was written: a file and line, or the name of a variable or flag (line 0).
struct Where {
  std::string file;
  int line = 0;
  std::string Text() const { return line > 0 ? file + ":" + std::to_string(line) : file; }
};

class Diagnostics {
 public:
  static constexpr size_t kShownMax = 20;

  void Error(const Where& where, std::string_view what);
  void Raw(std::string line) { errors_.push_back(std::move(line)); }  // has its place in it already
  void Warning(const Where& where, std::string_view what);

  bool ok() const { return errors_.empty(); }
  const std::vector<std::string>& errors() const { return errors_; }
  const std::vector<std::string>& warnings() const { return warnings_; }
  // OK, or InvalidArgument with one error a line (the first kShownMax, then how many more).
  Status ToStatus() const;

 private:
  std::vector<std::string> errors_;
  std::vector<std::string> warnings_;
};

// "; did you mean \"windows\"?" if one of `names` is near `word` (Levenshtein), else "".
std::string DidYouMean(std::string_view word, const std::vector<std::string>& names);

// "a, b, c"; at most 12 names, then "… (n more)".
std::string ListOf(const std::vector<std::string>& names);

}  // namespace lagesbild::app
