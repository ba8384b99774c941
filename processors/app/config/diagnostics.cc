#include "app/config/diagnostics.h"

#include <algorithm>
#include <cctype>

namespace lagesbild::app {
namespace {

constexpr size_t kNamesMax = 12;

char Lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

// Edit distance; swapping two neighbours is one edit, as it is one slip of the fingers.
size_t Distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<size_t>> d(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t cost = Lower(a[i - 1]) == Lower(b[j - 1]) ? 0 : 1;
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + cost});
      if (i > 1 && j > 1 && Lower(a[i - 1]) == Lower(b[j - 2]) &&
          Lower(a[i - 2]) == Lower(b[j - 1])) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

void Diagnostics::Error(const Where& where, std::string_view what) {
  errors_.push_back(where.Text() + ": " + std::string(what));
}

void Diagnostics::Warning(const Where& where, std::string_view what) {
  warnings_.push_back(where.Text() + ": " + std::string(what));
}

Status Diagnostics::ToStatus() const {
  if (errors_.empty()) return absl::OkStatus();
  std::string text;
  for (size_t i = 0; i < errors_.size() && i < kShownMax; ++i)
    text += (i == 0 ? "" : "\n") + errors_[i];
  if (errors_.size() > kShownMax) {
    text += "\n… and " + std::to_string(errors_.size() - kShownMax) + " more";
  }
  return InvalidArgument(text);
}

std::string DidYouMean(std::string_view word, const std::vector<std::string>& names) {
  const size_t far = word.size() <= 2 ? 0 : std::max<size_t>(1, word.size() / 3);
  size_t best = far + 1;
  const std::string* nearest = nullptr;
  if (word.size() > 64) return "";
  for (const std::string& name : names) {
    const size_t d = name.size() > 128 ? best : Distance(word, name);
    if (d < best) {
      best = d;
      nearest = &name;
    }
  }
  return nearest == nullptr ? "" : "; did you mean \"" + *nearest + "\"?";
}

std::string ListOf(const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < names.size() && i < kNamesMax; ++i)
    text += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > kNamesMax)
    text += ", … (" + std::to_string(names.size() - kNamesMax) + " more)";
  return text;
}

}  // namespace lagesbild::app
