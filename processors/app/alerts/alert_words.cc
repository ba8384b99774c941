#include "app/alerts/alert_words.h"

#include <array>
#include <span>

#include "base/kind.h"
#include "base/time.h"
#include "picture/words.h"

namespace lagesbild::app {
namespace {

struct Word {
  std::string_view name, sv, en;
};

constexpr std::array kStates = {
    Word{"open", "öppnat", "opened"}, Word{"updated", "uppdaterat", "updated"},
    Word{"resolved", "avslutat", "resolved"}, Word{"cancelled", "återkallat", "cancelled"}};
constexpr std::array kSeverities = {
    Word{"minor", "ringa", "minor"}, Word{"moderate", "måttlig", "moderate"},
    Word{"severe", "allvarlig", "severe"}, Word{"extreme", "extrem", "extreme"}};
constexpr std::array kCertainties = {Word{"possible", "möjligt", "possible"},
                                     Word{"likely", "troligt", "likely"},
                                     Word{"observed", "bekräftat", "observed"}};
constexpr std::array kCompleteness = {Word{"complete", "fullständig", "complete"},
                                      Word{"partial", "ofullständig", "partial"},
                                      Word{"blind", "blind", "blind"}};
constexpr std::array kVerifications = {Word{"unconfirmed", "obekräftad", "unconfirmed"},
                                       Word{"confirmed", "bekräftad", "confirmed"},
                                       Word{"refuted", "dementerad", "refuted"}};
constexpr std::array kReasons = {
    Word{"withdrawn", "uppgiften drogs tillbaka", "the report was withdrawn"},
    Word{"refuted", "uppgiften dementerades: falskt alarm",
         "the report was refuted: a false alarm"},
    Word{"corrected", "uppgiften rättades", "the report was corrected"},
    Word{"merged", "det var samma händelse som ett äldre larms",
         "it was the same event as an older alert's"},
    Word{"dismissed", "en samordnare avfärdade larmet", "a coordinator dismissed the alert"}};

std::string Find(std::span<const Word> words, std::string_view name, bool swedish) {
  for (const Word& word : words) {
    if (word.name == name) return std::string(swedish ? word.sv : word.en);
  }
  return std::string(name);
}

}  // namespace

Language LanguageOf(const std::vector<std::string>& environment) {
  for (const std::string_view name : {"LC_ALL=", "LC_MESSAGES=", "LANG="}) {
    for (const std::string_view entry : environment) {
      if (!entry.starts_with(name) || entry.size() == name.size()) continue;
      return entry.substr(name.size()).starts_with("sv") ? Language::kSwedish : Language::kEnglish;
    }
  }
  return Language::kEnglish;
}

std::string Voice::Time(int64_t ms) const {
  const char* format = ms % kMinuteMs == 0 ? "%Y-%m-%d %H:%M" : "%Y-%m-%d %H:%M:%S";
  return absl::FormatTime(format, absl::FromUnixMillis(ms), zone);
}

std::string Voice::State(std::string_view name) const { return Find(kStates, name, swedish()); }
std::string Voice::Severity(std::string_view name) const {
  return Find(kSeverities, name, swedish());
}
std::string Voice::Certainty(std::string_view name) const {
  return Find(kCertainties, name, swedish());
}
std::string Voice::Completeness(std::string_view name) const {
  return Find(kCompleteness, name, swedish());
}
std::string Voice::Verification(std::string_view name) const {
  return Find(kVerifications, name, swedish());
}
std::string Voice::Reason(std::string_view name) const { return Find(kReasons, name, swedish()); }

std::string Voice::Kind(std::string_view name) const {
  const auto kind = KindFromName(name);
  return std::string(kind ? picture::KindWord(*kind, swedish()) : name);
}

int SeverityRank(std::string_view severity) {
  constexpr std::array<std::string_view, 4> kOrder = {"extreme", "severe", "moderate", "minor"};
  int rank = 0;
  while (rank < 4 && kOrder[static_cast<size_t>(rank)] != severity) ++rank;
  return rank;
}

}  // namespace lagesbild::app
