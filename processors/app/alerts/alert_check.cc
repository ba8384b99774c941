#include "app/alerts/alert_check.h"

#include <algorithm>
#include <set>

#include "base/time.h"

namespace lagesbild::app {
namespace {

std::string N(int64_t n) { return std::to_string(n); }

class Checker {
 public:
  Checker(const AlertRecord& alert, const Voice& voice) : a_(alert), voice_(voice) {}

  std::vector<std::string> Run() {
    Sums();
    Incidents();
    Certainty();
    Limits();
    State();
    return std::move(problems_);
  }

 private:
  // `sv` and `en` say what is wrong.
  void Expect(bool holds, const std::string& sv, const std::string& en) {
    if (!holds) problems_.push_back(voice_.Pick(sv, en));
  }

  int64_t listed() const { return static_cast<int64_t>(a_.incidents.size()); }

  void Sums() {
    Expect(a_.observed == a_.incident_count,
           "observed är " + N(a_.observed) + " men counts.incidents är " + N(a_.incident_count),
           "observed is " + N(a_.observed) + " but counts.incidents is " + N(a_.incident_count));
    const int64_t all = listed() + a_.incidents_omitted;
    Expect(all == a_.incident_count,
           N(listed()) + " händelser i listan och " + N(a_.incidents_omitted) +
               " utelämnade är inte " + N(a_.incident_count),
           N(listed()) + " incidents listed and " + N(a_.incidents_omitted) + " omitted are not " +
               N(a_.incident_count));
    int64_t by_kind = 0, by_incident = 0;
    for (const auto& [kind, n] : a_.by_kind) by_kind += n;
    for (const AlertIncident& incident : a_.incidents) by_incident += incident.reports;
    Expect(
        by_kind == a_.report_count,
        "rapporterna per källslag är " + N(by_kind) + " men counts.reports är " +
            N(a_.report_count),
        "the reports by kind are " + N(by_kind) + " but counts.reports is " + N(a_.report_count));
    // An incident left out had a report too.
    const int64_t least = by_incident + a_.incidents_omitted;
    Expect(a_.incidents_omitted == 0 ? by_incident == a_.report_count : least <= a_.report_count,
           "rapporterna per händelse är " + N(by_incident) + " men counts.reports är " +
               N(a_.report_count),
           "the reports by incident are " + N(by_incident) + " but counts.reports is " +
               N(a_.report_count));
  }

  void Incidents() {
    std::set<std::string> ids;
    int64_t before_ms = 0;
    for (const AlertIncident& incident : a_.incidents) {
      Expect(ids.insert(incident.id).second, "händelsen " + incident.id + " räknas två gånger",
             "incident " + incident.id + " is counted twice");
      Expect(incident.occurred_ms >= before_ms,
             "händelsen " + incident.id + " står inte i tidsordning",
             "incident " + incident.id + " is not in the order of time");
      before_ms = incident.occurred_ms;
      const bool in_window =
          !a_.window_ms || LeavesWindowMs(incident.occurred_ms, *a_.window_ms) > a_.at_ms;
      Expect(in_window, "händelsen " + incident.id + " ligger utanför fönstret",
             "incident " + incident.id + " lies outside the window");
      Expect(incident.reports >= 1, "händelsen " + incident.id + " har ingen rapport",
             "incident " + incident.id + " has no report");
      Expect(a_.window_ms || incident.class_name == a_.of,
             "händelsens klass är " + incident.class_name + " men larmet gäller " + a_.of,
             "the incident's class is " + incident.class_name + " but the alert is of " + a_.of);
    }
  }

  // As sure as its surest incidents, as many as open it.
  void Certainty() {
    if (a_.incidents_omitted > 0) return;
    const int64_t confirmed =
        std::count_if(a_.incidents.begin(), a_.incidents.end(),
                      [](const AlertIncident& i) { return i.verification == "confirmed"; });
    const int64_t needed = std::min(std::max<int64_t>(a_.enter.value_or(1), 1), listed());
    const bool observed = needed > 0 && confirmed >= needed;
    Expect(observed == (a_.certainty == "observed"),
           "certainty är " + a_.certainty + " men " + N(confirmed) + " av " + N(needed) +
               " händelser är bekräftade",
           "certainty is " + a_.certainty + " but " + N(confirmed) + " of " + N(needed) +
               " incidents are confirmed");
  }

  void Limits() {
    const bool count = a_.window_ms.has_value();
    Expect(count == a_.enter.has_value() && count == a_.exit.has_value(),
           "window, enter och exit gäller inte tillsammans",
           "window, enter and exit do not go together");
    Expect(!a_.enter || !a_.exit || *a_.exit < *a_.enter, "exit är inte lägre än enter",
           "exit is not below enter");
    Expect(a_.since_ms <= a_.at_ms, "since är senare än at", "since is later than at");
    Expect((a_.completeness == "complete") == a_.blind_sources.empty(),
           "completeness är " + a_.completeness + " men " + N(Blind()) + " källor är tysta",
           "completeness is " + a_.completeness + " but " + N(Blind()) + " sources are silent");
  }
  int64_t Blind() const { return static_cast<int64_t>(a_.blind_sources.size()); }

  void State() {
    const int64_t n = a_.observed;
    const int64_t enter = a_.enter.value_or(1);
    const std::string count = "observed " + N(n);
    if (a_.state == "open") {
      Expect(n >= enter, "larmet öppnades vid " + count + ", under enter " + N(enter),
             "the alert opened at " + count + ", below enter " + N(enter));
      Expect(a_.since_ms == a_.at_ms, "larmet öppnades men since är inte at",
             "the alert opened but since is not at");
      Expect(!a_.acknowledged, "larmet är kvitterat innan det öppnades",
             "the alert is acknowledged before it opened");
    } else if (a_.state == "resolved" && a_.reason.empty()) {
      Expect(!a_.exit || n <= *a_.exit,
             "larmet avslutades vid " + count + ", över exit " + N(a_.exit.value_or(0)),
             "the alert resolved at " + count + ", above exit " + N(a_.exit.value_or(0)));
      Expect(a_.blind_sources.empty(), "larmet avslutades medan en källa var tyst",
             "the alert resolved while a source was silent");
    } else if (a_.state == "cancelled") {
      Expect(!a_.enter || n < enter,
             "larmet återkallades vid " + count + ", inte under enter " + N(enter),
             "the alert was cancelled at " + count + ", not below enter " + N(enter));
    }
    const bool ended_by = a_.state == "cancelled"  ? !a_.reason.empty() && a_.reason != "dismissed"
                          : a_.state == "resolved" ? a_.reason.empty() || a_.reason == "dismissed"
                                                   : a_.reason.empty();
    Expect(ended_by, "reason hör inte till state " + a_.state,
           "reason does not go with state " + a_.state);
    const bool first = a_.sequence == 1;
    Expect(!first || (a_.state == "open" && a_.generation == 1),
           "den första övergången är inte ett öppnande", "the first transition is not an opening");
    Expect(a_.sequence >= a_.generation && a_.generation >= 1,
           "sequence " + N(a_.sequence) + " och generation " + N(a_.generation) + " går inte ihop",
           "sequence " + N(a_.sequence) + " and generation " + N(a_.generation) + " do not fit");
  }

  const AlertRecord& a_;
  const Voice& voice_;
  std::vector<std::string> problems_;
};

}  // namespace

std::vector<std::string> CheckAlert(const AlertRecord& alert, const Voice& voice) {
  return Checker(alert, voice).Run();
}

std::vector<std::string> CheckHistory(const std::vector<AlertRecord>& history, const Voice& voice) {
  std::vector<std::string> problems;
  for (size_t i = 1; i < history.size(); ++i) {
    const AlertRecord& before = history[i - 1];
    const AlertRecord& now = history[i];
    const std::string from = N(before.sequence), to = N(now.sequence);
    if (now.sequence == before.sequence) {
      if (now.json != before.json) {
        problems.push_back(voice.Pick("övergång " + to + " finns i två olika lydelser",
                                      "transition " + to + " is there in two wordings"));
      }
    } else if (now.sequence != before.sequence + 1) {
      problems.push_back(voice.Pick("övergångar saknas mellan " + from + " och " + to,
                                    "transitions are missing between " + from + " and " + to));
    } else if (now.at_ms < before.at_ms) {
      problems.push_back(voice.Pick("övergång " + to + " är tidigare än " + from,
                                    "transition " + to + " is earlier than " + from));
    }
  }
  return problems;
}

int64_t LeavesWindowMs(int64_t occurred_ms, int64_t window_ms) {
  return FloorTo(occurred_ms, window_ms <= kDayMs ? kMinuteMs : kHourMs) + window_ms;
}

}  // namespace lagesbild::app
