// How the alert commands speak: the reader's language and time zone, and the words for what an
// alert record holds. Names that a newer writer may have stand as they are. Thread-safe: values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace lagesbild::app {

enum class Language : uint8_t { kSwedish, kEnglish };

// The language of a process: Swedish if LC_ALL, LC_MESSAGES or LANG (the first that is set) says
// so.
Language LanguageOf(const std::vector<std::string>& environment);

struct Voice {
  Language language = Language::kEnglish;
  absl::TimeZone zone;

  bool swedish() const { return language == Language::kSwedish; }
  std::string Pick(std::string_view sv, std::string_view en) const {
    return std::string(swedish() ? sv : en);
  }
  // "2023-01-14 21:47", with seconds only where there are any; in both languages.
  std::string Time(int64_t ms) const;

  std::string State(std::string_view state) const;
  std::string Severity(std::string_view severity) const;
  std::string Certainty(std::string_view certainty) const;
  std::string Completeness(std::string_view completeness) const;
  std::string Verification(std::string_view verification) const;
  std::string Reason(std::string_view reason) const;  // of a cancellation or dismissal
  std::string Kind(std::string_view kind) const;
};

// Most urgent first: 0 extreme … 3 minor, 4 what is not known.
int SeverityRank(std::string_view severity);

}  // namespace lagesbild::app
