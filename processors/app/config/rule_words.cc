#include "app/config/rule_words.h"

#include <algorithm>

#include "base/time.h"

namespace lagesbild::app {
namespace {

struct Unit {
  int64_t ms;
  const char *sv_one, *sv_many, *en_one, *en_many;
};
constexpr Unit kUnits[] = {
    {kDayMs, "dag", "dagar", "day", "days"},
    {kHourMs, "timme", "timmar", "hour", "hours"},
    {kMinuteMs, "minut", "minuter", "minute", "minutes"},
    {kSecondMs, "sekund", "sekunder", "second", "seconds"},
};

// "24 timmar", "7 days"; days from 48 h on.
std::string Length(int64_t ms, Language language) {
  const bool sv = language == Language::kSwedish;
  for (const Unit& unit : kUnits) {
    if (ms == 0 || ms % unit.ms != 0 || (unit.ms == kDayMs && ms < 2 * kDayMs)) continue;
    const int64_t n = ms / unit.ms;
    return std::to_string(n) + " " +
           (n == 1 ? (sv ? unit.sv_one : unit.en_one) : (sv ? unit.sv_many : unit.en_many));
  }
  return std::to_string(ms) + (sv ? " millisekunder" : " milliseconds");
}

std::string What(const Of& of, Language language) {
  const bool sv = language == Language::kSwedish;
  switch (of.what) {
    case Of::What::kAll:
      return sv ? "av alla slag" : "of any class";
    case Of::What::kClass:
      return (sv ? "av klassen " : "of class ") + of.name;
    case Of::What::kFamily:
      return (sv ? "av familjen " : "of family ") + of.name;
  }
  return "";
}

std::string CountSwedish(const Rule& r) {
  const Language sv = Language::kSwedish;
  std::string text = "Öppnar när minst " + std::to_string(r.enter) +
                     (r.enter == 1 ? " händelse " : " händelser ") + What(r.of, sv) +
                     " har inträffat i samma område (" + r.level + ") inom " +
                     Length(r.window_ms, sv);
  if (r.for_ms > 0) text += " och det har varat i " + Length(r.for_ms, sv);
  text += ". Avslutas när antalet har varit högst " + std::to_string(r.exit);
  text += r.hold_ms > 0 ? " i " + Length(r.hold_ms, sv) + "." : ".";
  return text;
}

std::string CountEnglish(const Rule& r) {
  const Language en = Language::kEnglish;
  std::string text = "Opens when at least " + std::to_string(r.enter) +
                     (r.enter == 1 ? " incident " : " incidents ") + What(r.of, en) +
                     " occurred in one area (" + r.level + ") within " + Length(r.window_ms, en);
  if (r.for_ms > 0) text += " and that has lasted for " + Length(r.for_ms, en);
  text += ". Resolves when the count has been at most " + std::to_string(r.exit);
  text += r.hold_ms > 0 ? " for " + Length(r.hold_ms, en) + "." : ".";
  return text;
}

std::string SingleSwedish(const Rule& r) {
  const Language sv = Language::kSwedish;
  return "Öppnar för varje enskild händelse " + What(r.of, sv) +
         " vars klass är grov, när den är trovärdig: rapporterad av polis eller räddningstjänst, "
         "av två slags källor, "
         "eller bekräftad. Äldre händelser än " +
         Length(r.max_age_ms, sv) +
         " öppnar inget. Avslutas när inget om "
         "händelsen har ändrats på " +
         Length(r.hold_ms, sv) + ".";
}

std::string SingleEnglish(const Rule& r) {
  const Language en = Language::kEnglish;
  return "Opens for every single incident " + What(r.of, en) +
         " whose class is grave, once it is trusted: reported by police or rescue, by two kinds of "
         "source, or "
         "confirmed. Incidents older than " +
         Length(r.max_age_ms, en) +
         " open nothing. Resolves when nothing about "
         "the incident has changed for " +
         Length(r.hold_ms, en) + ".";
}

std::string Again(const Rule& r, Language language) {
  if (r.no_reraise_ms == 0) return "";
  return language == Language::kSwedish ? " Samma larm öppnas igen om det händer på nytt inom " +
                                              Length(r.no_reraise_ms, language) + "."
                                        : " The same alert opens again if it rises within " +
                                              Length(r.no_reraise_ms, language) + ".";
}

}  // namespace

std::string RuleInWords(const Rule& rule, Language language) {
  const bool sv = language == Language::kSwedish;
  std::string text;
  switch (rule.type) {
    case RuleType::kSingle:
      text = sv ? SingleSwedish(rule) : SingleEnglish(rule);
      break;
    case RuleType::kCount:
      text = sv ? CountSwedish(rule) : CountEnglish(rule);
      break;
  }
  return text + Again(rule, language);
}

std::vector<std::string> WatchedClasses(const Rule& rule, const Settings& settings) {
  std::vector<std::string> names;
  for (size_t i = 0; i < settings.classes.size(); ++i) {
    const IncidentClass& c = settings.classes[i];
    if (rule.type == RuleType::kSingle && !c.grave) continue;
    if (settings.Covers(rule.of, static_cast<int>(i))) names.push_back(c.name);
  }
  return names;
}

int64_t WatchedAreas(const Rule& rule, const Settings& settings) {
  if (rule.type == RuleType::kSingle) return static_cast<int64_t>(settings.areas.size());
  return std::count_if(settings.areas.begin(), settings.areas.end(),
                       [&](const Area& area) { return area.level == rule.level; });
}

}  // namespace lagesbild::app
