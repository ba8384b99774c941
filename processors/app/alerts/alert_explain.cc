#include "app/alerts/alert_explain.h"

#include <algorithm>

#include "app/alerts/alert_check.h"
#include "app/alerts/alert_outlook.h"
#include "base/time.h"
#include "picture/words.h"

namespace lagesbild::app {
namespace {

std::string N(int64_t n) { return std::to_string(n); }

std::string Join(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

class Explainer {
 public:
  Explainer(const AlertRecord& alert, const Voice& voice) : a_(alert), v_(voice) {}

  Explanation Run() {
    Add("rule", "Regel", "Rule", RuleLines());
    Add("window", "Fönster", "Window", WindowLines());
    Add("incidents", "Händelser som räknas", "Incidents counted", IncidentLines());
    Add("comparison", "Jämförelse", "Comparison", ComparisonLines());
    Add("sources", "Rapporter per slag av källa", "Reports by kind of source", SourceLines());
    Add("certainty", "Säkerhet", "Certainty", CertaintyLines());
    Add("completeness", "Fullständighet", "Completeness", CompletenessLines());
    Add("state", "Varför detta läge", "Why this state", StateLines());
    Add("next", "Vad som händer härnäst", "What comes next", OutlookLines(a_, v_));
    return {std::move(steps_), CheckAlert(a_, v_)};
  }

 private:
  using Lines = std::vector<std::string>;

  void Add(const char* name, const char* sv, const char* en, Lines lines) {
    steps_.push_back({name, v_.Pick(sv, en), std::move(lines)});
  }
  std::string P(const std::string& sv, const std::string& en) const { return v_.Pick(sv, en); }
  std::string Word(bool plural) const { return picture::IncidentWord(a_.of, v_.swedish(), plural); }
  std::string Window() const { return FormatDurationMs(*a_.window_ms); }
  bool counts() const { return a_.window_ms && a_.enter && a_.exit; }

  Lines RuleLines() const {
    Lines lines = {P("Regeln ", "Rule ") + a_.rule + P(" i regeluppsättning ", " of rule set ") +
                   a_.rule_set + "."};
    if (counts()) {
      lines.push_back(P(
          "Larm när minst " + N(*a_.enter) + " " + Word(*a_.enter != 1) + " räknas i " +
              a_.area_name + " på " + Window() + "; kan avslutas vid högst " + N(*a_.exit) + ".",
          "Opens when at least " + N(*a_.enter) + " " + Word(*a_.enter != 1) + " count in " +
              a_.area_name + " in " + Window() + "; may resolve at " + N(*a_.exit) + " or fewer."));
      lines.push_back(P("Händelser som bara är kända från allmänhetens tips räknas inte.",
                        "Incidents known from tips of the public alone do not count."));
    } else {
      lines.push_back(P("En enda händelse räcker: " + Word(false) + " i " + a_.area_name +
                            ", från polis eller räddningstjänst eller styrkt av två slags källor.",
                        "One incident is enough: " + Word(false) + " in " + a_.area_name +
                            ", from police or rescue services or told by two kinds of source."));
    }
    lines.push_back(P("Allvarsgrad: ", "Severity: ") + v_.Severity(a_.severity) + ".");
    return lines;
  }

  Lines WindowLines() const {
    if (!counts()) {
      return {P("Inget fönster: regeln ser på händelsen, inte på ett antal.",
                "No window: the rule looks at the incident, not at a number.")};
    }
    const int64_t pane_ms = *a_.window_ms <= kDayMs ? kMinuteMs : kHourMs;
    const int64_t first_ms = FloorTo(a_.at_ms - *a_.window_ms, pane_ms) + pane_ms;
    const std::string pane =
        pane_ms == kMinuteMs ? P("hel minut", "whole minute") : P("hel timme", "whole hour");
    return {v_.Time(first_ms) + " – " + v_.Time(a_.at_ms) + ": " + Window() +
            P(" fram till övergången, räknat i ", " up to the transition, counted by the ") + pane +
            "."};
  }

  Lines IncidentLines() const {
    Lines lines;
    if (a_.incidents_omitted > 0) {
      lines.push_back(P(N(a_.incidents_omitted) + " äldre utelämnade ur larmet",
                        N(a_.incidents_omitted) + " older ones left out of the record"));
    }
    int64_t number = a_.incidents_omitted;
    for (const AlertIncident& incident : a_.incidents) {
      lines.push_back(
          N(++number) + ". " + v_.Time(incident.occurred_ms) + "  " +
          picture::IncidentWord(incident.class_name, v_.swedish(), false) + ", " +
          N(incident.reports) +
          (incident.reports == 1 ? P(" rapport, ", " report, ") : P(" rapporter, ", " reports, ")) +
          v_.Verification(incident.verification) + "  " + incident.id);
    }
    if (lines.empty()) lines.push_back(P("Ingen.", "None."));
    return lines;
  }

  Lines ComparisonLines() const {
    const int64_t n = a_.observed;
    if (!counts()) {
      return {n > 0 ? P("1 händelse, 1 behövs: regeln är uppfylld.",
                        "1 incident, 1 is needed: the rule holds.")
                    : P("Händelsen räknas inte längre.", "The incident no longer counts.")};
    }
    const bool over = n >= *a_.enter, under = n <= *a_.exit;
    return {N(n) + (over ? " ≥ " : " < ") + N(*a_.enter) + " (enter): " +
                (over ? P("över gränsen för larm.", "over the limit that opens.")
                      : P("under gränsen för larm.", "below the limit that opens.")),
            N(n) + (under ? " ≤ " : " > ") + N(*a_.exit) + " (exit): " +
                (under ? P("under gränsen för avslut.", "at or below the limit that resolves.")
                       : P("över gränsen för avslut.", "above the limit that resolves."))};
  }

  Lines SourceLines() const {
    std::string sum;
    for (const auto& [kind, n] : a_.by_kind)
      sum += (sum.empty() ? "" : " + ") + v_.Kind(kind) + " " + N(n);
    if (sum.empty()) return {P("Inga rapporter.", "No reports.")};
    return {sum + " = " + N(a_.report_count) + "."};
  }

  Lines CertaintyLines() const {
    const std::string word = v_.Certainty(a_.certainty);
    const bool several = counts() && *a_.enter > 1;
    const std::string which = several ? P(" (de " + N(*a_.enter) + " säkraste händelserna avgör)",
                                          " (the " + N(*a_.enter) + " surest incidents decide)")
                                      : "";
    if (a_.certainty == "observed")
      return {word + P(": bekräftat på plats eller av flera vittnen", ": confirmed") + which + "."};
    if (a_.certainty == "likely") {
      return {word +
              P(": från polis eller räddningstjänst eller två slags källor, ej bekräftat",
                ": from police, rescue services or two kinds of source, not confirmed") +
              which + "."};
    }
    return {word + P(": ingen säker källa ännu", ": no trusted source yet") + which + "."};
  }

  Lines CompletenessLines() const {
    const std::string word = v_.Completeness(a_.completeness);
    if (a_.blind_sources.empty()) {
      return {word + P(": ingen källa som bidrar är tyst.", ": no contributing source is silent.")};
    }
    const std::string list = Join(a_.blind_sources);
    return {
        word + P(": tyst längre än väntat: ", ": silent for longer than expected: ") + list + ".",
        P("Händelser kan saknas: talen är ett golv, inte en total, och inget avslutas så länge.",
          "Incidents may be missing: the numbers are a floor, not a total, and nothing resolves "
          "meanwhile.")};
  }

  Lines StateLines() const {
    Lines lines = {v_.State(a_.state) + ", " + v_.Time(a_.at_ms) + ". " + Why()};
    if (a_.is_open() && a_.since_ms != a_.at_ms)
      lines.push_back(P("Öppet sedan ", "Open since ") + v_.Time(a_.since_ms) + ".");
    if (a_.acknowledged)
      lines.push_back(P("En samordnare har kvitterat.", "A coordinator has acknowledged it."));
    if (a_.silenced) {
      lines.push_back(P("Området eller regeln är tystad: larmet skickas, men märkt.",
                        "The area or the rule is silenced: the alert is sent, but marked."));
    }
    return lines;
  }

  std::string Why() const {
    const std::string n = N(a_.observed);
    if (a_.state == "open") {
      const std::string again =
          a_.generation > 1 ? P(" Åter samma larm (omgång " + N(a_.generation) + ").",
                                " The same alert again (generation " + N(a_.generation) + ").")
                            : "";
      if (!counts())
        return P("En grov händelse blev känd och trodd.",
                 "A grave incident came to be known and "
                 "trusted.") +
               again;
      return P("Antalet nådde gränsen: " + n + " ≥ " + N(*a_.enter) + ".",
               "The count reached the limit: " + n + " ≥ " + N(*a_.enter) + ".") +
             again;
    }
    if (a_.state == "updated") {
      return P(
          "Något av det som larmet säger ändrades: händelser, bekräftelse, rapporter, "
          "fullständighet, tystnad eller kvittens.",
          "Something that the alert tells changed: incidents, confirmation, reports, "
          "completeness, silence or acknowledgement.");
    }
    if (a_.state == "cancelled") {
      return P("Med det som nu är känt hade larmet inte öppnats: ",
               "With what is now known the alert would not have opened: ") +
             v_.Reason(a_.reason) + ".";
    }
    if (a_.state != "resolved") {
      return P("Detta program känner inte läget.", "This program does not know the state.");
    }
    if (!a_.reason.empty())
      return P("Avslutat i förtid: ", "Ended early: ") + v_.Reason(a_.reason) + ".";
    if (!counts()) {
      return P(
          "Regelns hålltid gick utan att något ändrades om händelsen, och ingen källa var tyst.",
          "The rule's hold passed without a change to the incident, and no source was silent.");
    }
    return P("Antalet var högst " + N(*a_.exit) + " under hela regelns hålltid (nu " + n +
                 "), och ingen källa var tyst.",
             "The count was " + N(*a_.exit) + " or fewer for all of the rule's hold (now " + n +
                 "), and no source was silent.");
  }

  const AlertRecord& a_;
  const Voice& v_;
  std::vector<ExplainStep> steps_;
};

}  // namespace

Explanation Explain(const AlertRecord& alert, const Voice& voice) {
  return Explainer(alert, voice).Run();
}

}  // namespace lagesbild::app
