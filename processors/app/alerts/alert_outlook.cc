#include "app/alerts/alert_outlook.h"

#include "app/alerts/alert_check.h"

namespace lagesbild::app {
namespace {

using Lines = std::vector<std::string>;

Lines OpenCount(const AlertRecord& a, const Voice& v) {
  const std::string exit = std::to_string(*a.exit);
  Lines lines;
  if (a.observed <= *a.exit) {
    lines.push_back(v.Pick("Antalet är redan högst " + exit +
                               "; larmet avslutas när det har stått "
                               "så under regelns hålltid.",
                           "The count is " + exit +
                               " or fewer already; the alert resolves when it "
                               "has stood so for the rule's hold."));
  } else if (const auto falls_ms = FallsToExitMs(a)) {
    lines.push_back(v.Pick("Utan nya händelser är antalet nere i " + exit + " kl. " +
                               v.Time(*falls_ms) + "; larmet avslutas regelns hålltid senare.",
                           "Without new incidents the count is down to " + exit + " at " +
                               v.Time(*falls_ms) + "; the alert resolves the rule's hold later."));
  } else {
    lines.push_back(v.Pick(
        "Larmet avslutas när antalet har varit högst " + exit + " under regelns hålltid.",
        "The alert resolves when the count has been " + exit + " or fewer for the rule's hold."));
  }
  lines.push_back(v.Pick("Hålltiden (hold) står i rules.yaml, inte i larmet.",
                         "The hold stands in rules.yaml, not in the record."));
  lines.push_back(v.Pick(
      "Återkallas om en rättelse visar att antalet aldrig nådde " + std::to_string(*a.enter) + ".",
      "Cancelled if a correction shows that the count never reached " + std::to_string(*a.enter) +
          "."));
  return lines;
}

Lines OpenSingle(const Voice& v) {
  return {
      v.Pick("Larmet avslutas när regelns hålltid har gått utan att något ändras om händelsen.",
             "The alert resolves when the rule's hold has passed without a change to the "
             "incident."),
      v.Pick("Hålltiden (hold) står i rules.yaml, inte i larmet.",
             "The hold stands in rules.yaml, not in the record."),
      v.Pick("Återkallas om händelsen dras tillbaka, dementeras eller inte längre är grov eller "
             "trovärdig.",
             "Cancelled if the incident is withdrawn or refuted, or no longer grave or "
             "trusted.")};
}

Lines Ended(const AlertRecord& a, const Voice& v) {
  if (a.state == "cancelled") {
    return {v.Pick("Ett återkallat larm kommer inte tillbaka; en ny händelse ger ett nytt larm.",
                   "A cancelled alert does not come back; a new episode is a new alert.")};
  }
  if (!a.window_ms) {
    return {v.Pick("Öppnas igen om händelsen bekräftas senare.",
                   "Opens again if the incident is confirmed later.")};
  }
  Lines lines;
  if (a.reason == "dismissed" && a.exit && a.observed > *a.exit) {
    const std::string exit = std::to_string(*a.exit);
    lines.push_back(v.Pick("Öppnas inte igen förrän antalet har varit högst " + exit + ".",
                           "Does not open again before the count has been " + exit + " or fewer."));
  }
  lines.push_back(
      v.Pick("Stiger antalet till gränsen igen inom regelns no_reraise öppnas samma larm "
             "på nytt; senare blir det ett nytt larm.",
             "If the count reaches the limit again within the rule's no_reraise, the "
             "same alert opens again; later it is a new one."));
  return lines;
}

}  // namespace

std::optional<int64_t> FallsToExitMs(const AlertRecord& a) {
  if (!a.window_ms || !a.exit || a.observed <= *a.exit) return std::nullopt;
  // The oldest leave first; those left out of the record are the oldest.
  const int64_t last_to_leave = a.observed - *a.exit - a.incidents_omitted - 1;
  if (last_to_leave < 0 || last_to_leave >= static_cast<int64_t>(a.incidents.size()))
    return std::nullopt;
  return LeavesWindowMs(a.incidents[static_cast<size_t>(last_to_leave)].occurred_ms, *a.window_ms);
}

std::vector<std::string> OutlookLines(const AlertRecord& a, const Voice& v) {
  if (!a.is_open()) return Ended(a, v);
  Lines lines = a.window_ms && a.enter && a.exit ? OpenCount(a, v) : OpenSingle(v);
  if (!a.blind_sources.empty()) {
    lines.push_back(
        v.Pick("Inget av det sker medan en källa är tyst; avslutet väntar tills den är "
               "tillbaka.",
               "A source is silent: the alert does not resolve before it is back."));
  }
  return lines;
}

}  // namespace lagesbild::app
