// lagesbild alerts ack|dismiss|silence|unsilence.
#include "app/alerts/alert_answer.h"
#include "app/alerts/alert_desk.h"
#include "app/alerts/alert_table.h"
#include "app/commands.h"
#include "app/exit_code.h"
#include "base/time.h"
#include "io/system_clock.h"

namespace lagesbild::app {
namespace {

std::string RoleOf(const Args& args, const Io& io) {
  if (args.Given("--by")) return args.Text("--by");
  constexpr std::string_view kVariable = "LAGESBILD_ROLE=";
  for (const std::string& entry : io.environment) {
    if (entry.starts_with(kVariable) && entry.size() > kVariable.size())
      return entry.substr(kVariable.size());
  }
  return "duty";
}

// One answer on its way: begun, its alert or area found, sent. Each step says on io.err why it
// fails, and desk.exit_code() has the code.
class Answering {
 public:
  Answering(const char* command, const Args& args, Io& io) : args_(args), io_(io), desk_(args, io) {
    answer_.command = command;
    answer_.id = NewCommandId();
    answer_.by = RoleOf(args, io);
    answer_.at_ms = args.TimeMs("--at").value_or(io::SystemClock().WallMs());
    about_ = command;
  }

  int OfAlert(const std::string& reason) {
    answer_.reason = reason;
    if (CheckRole() && TakeAlert()) Send(reason.empty() ? "" : " as " + reason);
    return desk_.exit_code();
  }
  int Silence() {
    answer_.reason = args_.Text("--reason");
    if (CheckRole() && TakeUntil() && TakeArea())
      Send(", until " + FormatTimeMs(*answer_.until_ms));
    return desk_.exit_code();
  }
  int Unsilence() {
    if (CheckRole() && TakeArea()) Send("");
    return desk_.exit_code();
  }

 private:
  bool CheckRole() {
    if (IsRole(answer_.by)) return true;
    return desk_.Fail(kExitUsage, "--by: \"" + answer_.by +
                                      "\" is not a role, such as duty-1: letters, digits and ._:-");
  }

  // The alert and its picture; --picture says it without a look.
  bool TakeAlert() {
    answer_.alert_id = args_.Text("id");
    answer_.picture = args_.Text("--picture");
    about_ += " " + answer_.alert_id;
    if (!answer_.picture.empty()) return true;
    LatestAlerts latest;
    const auto take = [&](AlertRecord&& alert) { latest.Take(std::move(alert)); };
    if (desk_.Speak() == nullptr || !desk_.ReadAll(take)) return false;
    std::vector<std::string> ids;
    for (const AlertRecord* alert : latest.Ordered()) ids.push_back(alert->id);
    const std::string id = desk_.FindAlert(ids, answer_.alert_id);
    for (const AlertRecord* alert : latest.Ordered()) {
      if (alert->id == id) return TakeFound(*alert);
    }
    return false;
  }

  bool TakeFound(const AlertRecord& alert) {
    if (!alert.is_open()) {
      return desk_.Fail(kExitProblems, alert.id + " has ended (" + alert.state + " " +
                                           desk_.Speak()->Time(alert.at_ms) +
                                           "): there is nothing to " + answer_.command);
    }
    answer_.alert_id = alert.id;
    answer_.picture = alert.picture;
    about_ = answer_.command + " " + alert.id + " (" + alert.rule + ", " + alert.area_name + ")";
    return true;
  }

  bool TakeUntil() {
    if (args_.Given("--until") == args_.Given("--for"))
      return desk_.Fail(kExitUsage, "say when the silence ends: --until TIME or --for DURATION");
    answer_.until_ms =
        args_.Given("--for") ? answer_.at_ms + args_.DurationMs("--for") : *args_.TimeMs("--until");
    if (*answer_.until_ms > answer_.at_ms) return true;
    return desk_.Fail(kExitUsage, "the silence would end before it begins");
  }

  // The area and rule as the configuration knows them.
  bool TakeArea() {
    const LoadedConfig* loaded = desk_.Configuration();
    if (loaded == nullptr) return false;
    const auto area = FindArea(loaded->settings, args_.Text("area"));
    if (!area.ok()) return desk_.Fail(kExitProblems, Message(area.status()));
    answer_.area = area->id;
    answer_.picture = area->picture;
    answer_.rule = args_.Text("--rule");
    const Status rule =
        answer_.rule.empty() ? absl::OkStatus() : CheckRule(loaded->settings, answer_.rule);
    about_ +=
        " " + area->name + ", " + (answer_.rule.empty() ? "all rules" : "rule " + answer_.rule);
    return rule.ok() || desk_.Fail(kExitProblems, Message(rule));
  }

  // Publishes, and says what was: the command's id on out, unless out is where the record went.
  void Send(const std::string& more) {
    const feeds::RawMessage message = ToMessage(answer_);
    if (!desk_.Publish(message)) return;
    if (args_.Text("--to") != "-")
      io_.out << (args_.Switch("--json") ? message.value : answer_.id) << "\n";
    io_.err << about_ << more << ", by " << answer_.by << ", command " << answer_.id << "\n";
  }

  const Args& args_;
  Io& io_;
  AlertDesk desk_;
  AlertAnswer answer_;
  std::string about_;  // for the line that says what was done
};

int RunAck(const Args& args, Io& io) { return Answering("acknowledge", args, io).OfAlert(""); }
int RunDismiss(const Args& args, Io& io) {
  return Answering("dismiss", args, io).OfAlert(args.Text("--reason"));
}
int RunSilence(const Args& args, Io& io) { return Answering("silence", args, io).Silence(); }
int RunUnsilence(const Args& args, Io& io) { return Answering("unsilence", args, io).Unsilence(); }

std::vector<Flag> AnswerFlags(std::vector<Flag> first) {
  std::vector<Flag> flags = std::move(first);
  for (Flag& flag : PublishingFlags()) flags.push_back(std::move(flag));
  flags.push_back({.name = "--by",
                   .help = "The role that answers, never a person's name (default: "
                           "$LAGESBILD_ROLE, else duty)"});
  flags.push_back(
      {.name = "--at",
       .type = FlagType::kTime,
       .help = "When it was answered, for replay input of another time (default: now)"});
  flags.push_back({.name = "--json",
                   .type = FlagType::kSwitch,
                   .help = "Print the command itself instead of its id"});
  return flags;
}

std::vector<Flag> OfAlert(std::vector<Flag> more) {
  std::vector<Flag> flags = {
      {.name = "id",
       .help = "The alert's id, or the beginning of it, at least five characters",
       .required = true},
      {.name = "--picture", .help = "The alert's picture, if the alert need not be looked up"}};
  for (Flag& flag : more) flags.push_back(std::move(flag));
  for (Flag& flag : ReadingFlags()) flags.push_back(std::move(flag));
  return WithDeskFlags(AnswerFlags(std::move(flags)));
}

std::vector<Flag> OfArea(std::vector<Flag> more) {
  std::vector<Flag> flags = {{.name = "area",
                              .help = "The area, by its id or name; the areas below it are covered",
                              .required = true},
                             {.name = "--rule", .help = "This rule only (default: all rules)"}};
  for (Flag& flag : more) flags.push_back(std::move(flag));
  return WithDeskFlags(AnswerFlags(std::move(flags)));
}

}  // namespace

Command AlertsAckCommand() {
  return {"alerts ack", "Acknowledge an alert: somebody has seen it",
          "  lagesbild alerts ack a-5f3c19d2 --by duty-1\n"
          "  lagesbild alerts ack a-5f3c19d2 --from alerts.ndjson --to - >> commands.ndjson",
          OfAlert({}), RunAck};
}

Command AlertsDismissCommand() {
  return {"alerts dismiss", "End an alert that is none, with a reason from a list",
          "  lagesbild alerts dismiss a-5f3c19d2 --reason false-report --by duty-1",
          OfAlert({{.name = "--reason",
                    .help = "Why it is dismissed",
                    .choices = DismissReasons(),
                    .required = true}}),
          RunDismiss};
}

Command AlertsSilenceCommand() {
  return {"alerts silence",
          "Mark the alerts of an area, and of those below it, as silenced until a time",
          "  lagesbild alerts silence hv-22501 --for 4h --reason planned-event --by duty-1\n"
          "  lagesbild alerts silence \"Hässelby gård\" --rule violence-24h --until "
          "2023-01-15T06:00:00+01:00 --reason known",
          OfArea({{.name = "--until", .type = FlagType::kTime, .help = "When the silence ends"},
                  {.name = "--for", .type = FlagType::kDuration, .help = "How long it lasts"},
                  {.name = "--reason",
                   .help = "Why it is silenced",
                   .choices = SilenceReasons(),
                   .required = true}}),
          RunSilence};
}

Command AlertsUnsilenceCommand() {
  return {"alerts unsilence", "End a silence early: the same area, and the same rule or all",
          "  lagesbild alerts unsilence hv-22501 --by duty-1", OfArea({}), RunUnsilence};
}

}  // namespace lagesbild::app
