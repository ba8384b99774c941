// lagesbild alerts list|tail|explain.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "app/alerts/alert_check.h"
#include "app/alerts/alert_desk.h"
#include "app/alerts/alert_explain.h"
#include "app/alerts/alert_table.h"
#include "app/commands.h"
#include "app/config/diagnostics.h"
#include "app/exit_code.h"
#include "app/service/stop_signal.h"
#include "base/json_writer.h"

namespace lagesbild::app {
namespace {

// --state, --area, --rule; remembers what it saw of areas and rules, for a hint where nothing fits.
class Filter {
 public:
  explicit Filter(const Args& args)
      : state_(args.Text("--state")), area_(args.Text("--area")), rule_(args.Text("--rule")) {}

  // `state`: what the alert's state counts as here.
  bool Holds(const AlertRecord& a, std::string_view state) {
    areas_.insert({a.area, a.area_name});
    rules_.insert(a.rule);
    return (state_.empty() || state_ == state) &&
           (area_.empty() || area_ == a.area || area_ == a.area_name) &&
           (rule_.empty() || rule_ == a.rule);
  }

  void Hint(Io& io) const {
    std::vector<std::string> names, rules(rules_.begin(), rules_.end());
    for (const auto& [id, name] : areas_) {
      names.push_back(id);
      if (name != id) names.push_back(name);
    }
    Say("--area", area_, names, io);
    Say("--rule", rule_, rules, io);
  }

 private:
  static void Say(const char* flag, const std::string& given, const std::vector<std::string>& known,
                  Io& io) {
    if (given.empty() || std::find(known.begin(), known.end(), given) != known.end()) return;
    io.err << flag << ": no alert here is of \"" << given << "\"" << DidYouMean(given, known)
           << "\n";
  }

  const std::string state_, area_, rule_;
  std::set<std::pair<std::string, std::string>> areas_;
  std::set<std::string> rules_;
};

int RunList(const Args& args, Io& io) {
  AlertDesk desk(args, io);
  const Voice* voice = desk.Speak();
  LatestAlerts latest;
  const auto take = [&](AlertRecord&& alert) { latest.Take(std::move(alert)); };
  if (voice == nullptr || !desk.ReadAll(take)) return desk.exit_code();
  Filter filter(args);
  std::vector<const AlertRecord*> shown;
  for (const AlertRecord* alert : latest.Ordered()) {
    if (filter.Holds(*alert, alert->is_open() ? "open" : alert->state)) shown.push_back(alert);
  }
  if (args.Switch("--json")) {
    for (const AlertRecord* alert : shown) io.out << alert->json << "\n";
  } else if (!shown.empty()) {
    WriteAlertTable(shown, *voice, io.color_out, io.out);
  }
  if (shown.empty()) io.err << voice->Pick("Inga larm.\n", "No alerts.\n");
  filter.Hint(io);
  return kExitOk;
}

// The newest transitions, at most so many, by their time: partitions are read one after another.
class Newest {
 public:
  explicit Newest(size_t most) : most_(most) {}
  void Take(AlertRecord&& alert) {
    const auto key = std::make_tuple(alert.at_ms, alert.id, alert.sequence);
    kept_.insert_or_assign(key, std::move(alert));
    if (kept_.size() > most_) kept_.erase(kept_.begin());
  }
  const auto& kept() const { return kept_; }

 private:
  const size_t most_;
  std::map<std::tuple<int64_t, std::string, int64_t>, AlertRecord> kept_;
};

int RunTail(const Args& args, Io& io) {
  constexpr size_t kLast = 10;
  AlertDesk desk(args, io);
  const Voice* voice = desk.Speak();
  if (voice == nullptr) return desk.exit_code();
  Filter filter(args);
  const auto show = [&](const AlertRecord& alert) {
    io.out << (args.Switch("--json") ? alert.json : AlertLine(alert, *voice)) << "\n" << std::flush;
  };
  const auto follow = [&](AlertRecord&& alert) {
    if (filter.Holds(alert, alert.state)) show(alert);
  };
  // A file is shown as it comes; of a topic, which may hold months, the end.
  if (args.Given("--from") && !args.Given("--last")) {
    if (!desk.ReadAll(follow)) return desk.exit_code();
    filter.Hint(io);
    return kExitOk;
  }
  Newest newest(args.Given("--last") ? static_cast<size_t>(args.Integer("--last")) : kLast);
  const auto keep = [&](AlertRecord&& alert) {
    if (filter.Holds(alert, alert.state)) newest.Take(std::move(alert));
  };
  std::optional<StopSignal> stop;
  if (desk.live()) stop.emplace();
  if (!desk.ReadAll(keep)) return desk.exit_code();
  for (const auto& [key, alert] : newest.kept()) show(alert);
  filter.Hint(io);
  if (stop && !args.Switch("--once") &&
      !desk.Follow(follow, [&] { return stop->requested() || !io.out; }))
    return desk.exit_code();
  return kExitOk;
}

void WriteExplanation(const AlertRecord& alert, const std::vector<AlertRecord>& history,
                      const Explanation& explanation, const Voice& v, std::ostream& out) {
  out << alert.id << ", " << v.Pick("omgång ", "generation ") << alert.generation << ", "
      << v.Pick("övergång ", "transition ") << alert.sequence << ": " << v.State(alert.state)
      << "\n"
      << (v.swedish() ? alert.text_sv : alert.text_en) << "\n";
  int number = 0;
  for (const ExplainStep& step : explanation.steps) {
    out << "\n" << ++number << ". " << step.title << "\n";
    for (const std::string& line : step.lines) out << "   " << line << "\n";
  }
  if (history.size() > 1) {
    out << "\n"
        << ++number << ". " << v.Pick("Övergångar i samma källa", "Transitions read here") << "\n";
    for (const AlertRecord& each : history) {
      out << "   " << each.sequence << ". " << v.Time(each.at_ms) << "  " << v.State(each.state)
          << ", " << each.observed << (each.enter ? "/" + std::to_string(*each.enter) : "")
          << (&each == &alert ? v.Pick("  (denna)", "  (this one)") : "") << "\n";
    }
  }
  out << "\n" << ++number << ". " << v.Pick("Kontroll", "Check") << "\n";
  if (explanation.problems.empty()) {
    out << "   "
        << v.Pick("Larmet går ihop: summor, gränser och läge stämmer med varandra.",
                  "The record adds up: sums, limits and state agree.")
        << "\n";
  }
  for (const std::string& problem : explanation.problems) {
    out << "   " << v.Pick("GÅR INTE IHOP: ", "DOES NOT ADD UP: ") << problem << "\n";
  }
}

std::string ExplanationJson(const AlertRecord& alert, const Explanation& explanation) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Key("alert_id").String(alert.id).Key("sequence").Int(alert.sequence);
  json.Key("consistent").Bool(explanation.problems.empty()).Key("problems").BeginArray();
  for (const std::string& problem : explanation.problems) json.String(problem);
  json.EndArray().Key("steps").BeginArray();
  for (const ExplainStep& step : explanation.steps) {
    json.BeginObject().Key("step").String(step.name).Key("title").String(step.title);
    json.Key("lines").BeginArray();
    for (const std::string& line : step.lines) json.String(line);
    json.EndArray().EndObject();
  }
  json.EndArray().Key("record").Raw(alert.json).EndObject();
  return text;
}

// The transitions of the alert that was asked for, ascending, each once; empty: said.
std::vector<AlertRecord> HistoryOf(const std::string& given, AlertDesk& desk) {
  std::vector<AlertRecord> history;
  std::set<std::string> ids;
  const auto take = [&](AlertRecord&& alert) {
    ids.insert(alert.id);
    if (alert.id.starts_with(given)) history.push_back(std::move(alert));
  };
  if (!desk.ReadAll(take)) return {};
  const std::string id = desk.FindAlert({ids.begin(), ids.end()}, given);
  std::erase_if(history, [&](const AlertRecord& alert) { return alert.id != id; });
  std::stable_sort(history.begin(), history.end(), [](const AlertRecord& a, const AlertRecord& b) {
    return a.sequence < b.sequence;
  });
  const auto same = [](const AlertRecord& a, const AlertRecord& b) { return a.json == b.json; };
  history.erase(std::unique(history.begin(), history.end(), same), history.end());
  return history;
}

int RunExplain(const Args& args, Io& io) {
  AlertDesk desk(args, io);
  const Voice* voice = desk.Speak();
  if (voice == nullptr) return desk.exit_code();
  const std::vector<AlertRecord> history = HistoryOf(args.Text("id"), desk);
  if (history.empty()) return desk.exit_code();
  const AlertRecord* alert = &history.back();
  if (args.Given("--sequence")) {
    const int64_t wanted = args.Integer("--sequence");
    const auto it = std::find_if(history.begin(), history.end(),
                                 [&](const AlertRecord& a) { return a.sequence == wanted; });
    if (it == history.end()) {
      io.err << "lagesbild alerts explain: " << alert->id << " has no transition " << wanted
             << " here; the last is " << alert->sequence << "\n";
      return kExitProblems;
    }
    alert = &*it;
  }
  Explanation explanation = Explain(*alert, *voice);
  for (std::string& problem : CheckHistory(history, *voice))
    explanation.problems.push_back(std::move(problem));
  if (args.Switch("--json")) {
    io.out << ExplanationJson(*alert, explanation) << "\n";
  } else {
    WriteExplanation(*alert, history, explanation, *voice, io.out);
  }
  return explanation.problems.empty() ? kExitOk : kExitProblems;
}

std::vector<Flag> WithReadingFlags(std::vector<Flag> more) {
  std::vector<Flag> flags = ReadingFlags();
  for (Flag& flag : more) flags.push_back(std::move(flag));
  return WithDeskFlags(std::move(flags));
}

std::vector<Flag> FilterFlags(std::vector<std::string> states, const char* state_help,
                              std::vector<Flag> more = {}) {
  std::vector<Flag> flags = {
      {.name = "--state", .help = state_help, .choices = std::move(states)},
      {.name = "--area", .help = "Only alerts of this area, by its id or name"},
      {.name = "--rule", .help = "Only alerts of this rule"},
      {.name = "--json",
       .type = FlagType::kSwitch,
       .help = "The transitions as they were published, one JSON object a line"}};
  for (Flag& flag : more) flags.push_back(std::move(flag));
  return WithReadingFlags(std::move(flags));
}

}  // namespace

Command AlertsListCommand() {
  return {
      "alerts list", "The last transition of each alert: open ones first, the gravest first",
      "  lagesbild alerts list --config lagesbild.yaml\n"
      "  lagesbild replay --config lagesbild.yaml --only=alerts evening.ndjson > alerts.ndjson\n"
      "  lagesbild alerts list --from alerts.ndjson --state open --area \"Hässelby gård\"",
      FilterFlags({"open", "resolved", "cancelled"},
                  "Only alerts in this state; one that was updated is open"),
      RunList};
}

Command AlertsTailCommand() {
  return {
      "alerts tail",
      "Each transition as a line, as it comes: local time, state, and the alert's sentence; Ctrl-C "
      "ends it",
      "  lagesbild alerts tail --config lagesbild.yaml --last 20\n"
      "  lagesbild alerts tail --from alerts.ndjson --lang sv\n"
      "  lagesbild replay --config lagesbild.yaml evening.ndjson | lagesbild alerts tail "
      "--from -",
      FilterFlags({"open", "updated", "resolved", "cancelled"}, "Only transitions to this state",
                  {{.name = "--last",
                    .type = FlagType::kInteger,
                    .help = "Begin with the last N (default: 10 of a topic, all of a file)"},
                   {.name = "--once",
                    .type = FlagType::kSwitch,
                    .help = "End after what is there; do not wait for more"}}),
      RunTail};
}

Command AlertsExplainCommand() {
  return {
      "alerts explain",
      "The decision behind an alert, step by step, from its record alone; exit 1 if the record "
      "does not add up",
      "  lagesbild alerts explain a-5f3c19d2 --from alerts.ndjson\n"
      "  lagesbild alerts explain a-5f3c19d2 --from alerts.ndjson --sequence 1 --lang sv",
      WithReadingFlags({{.name = "id",
                         .help = "The alert's id, or the beginning of it, at least five characters",
                         .required = true},
                        {.name = "--sequence",
                         .type = FlagType::kInteger,
                         .help = "Explain this transition instead of the last"},
                        {.name = "--json",
                         .type = FlagType::kSwitch,
                         .help = "The steps, what does not add up, and the record as one JSON "
                                 "object"}}),
      RunExplain};
}

}  // namespace lagesbild::app
