// lagesbild alerts ack|dismiss|silence|unsilence.
#include <set>

#include "app/alert_answer.h"
#include "app/alert_args.h"
#include "app/alert_table.h"
#include "app/commands.h"
#include "app/config_args.h"
#include "app/exit_code.h"
#include "app/publishers.h"
#include "base/time.h"
#include "io/system_clock.h"

namespace lagesbild::app {
namespace {

constexpr char kName[] = "lagesbild alerts: ";

int Fail(int code, const std::string& what, Io& io) {
  io.err << kName << what << "\n";
  return code;
}

std::string RoleOf(const Args& args, const Io& io) {
  if (args.Given("--by")) return args.Text("--by");
  constexpr std::string_view kVariable = "LAGESBILD_ROLE=";
  for (const std::string& entry : io.environment) {
    if (entry.starts_with(kVariable) && entry.size() > kVariable.size())
      return entry.substr(kVariable.size());
  }
  return "duty";
}

// What every answer has. An exit code.
int Begin(const Args& args, const char* command, Io& io, AlertAnswer& answer) {
  answer.command = command;
  answer.id = NewCommandId();
  answer.by = RoleOf(args, io);
  answer.at_ms = args.TimeMs("--at").value_or(io::SystemClock().WallMs());
  if (IsRole(answer.by)) return kExitOk;
  return Fail(kExitUsage,
              "--by: \"" + answer.by + "\" is not a role, such as duty-1: letters, digits and ._:-",
              io);
}

// Publishes, and says what was: the command's id on out (the record itself where out is its file).
int Send(const AlertAnswer& answer, const std::string& about, const Args& args, Io& io) {
  const auto [publisher, code] = OpenPublisher(args, io);
  if (publisher == nullptr) return code;
  const feeds::RawMessage message = ToMessage(answer);
  Status status = publisher->Publish(message);
  if (status.ok()) status = publisher->Flush();
  if (!status.ok()) return Fail(ExitCodeOfPublishing(status), Message(status), io);
  if (args.Switch("--json")) {
    if (args.Text("--to") != "-") io.out << message.value << "\n";
  } else if (args.Text("--to") != "-") {
    io.out << answer.id << "\n";
  }
  io.err << answer.command << " " << about << ", by " << answer.by << ", command " << answer.id
         << "\n";
  return kExitOk;
}

// Finds the alert and its picture; --picture says it without a look. An exit code.
int TakeAlert(const Args& args, Io& io, AlertAnswer& answer, std::string& about) {
  answer.alert_id = args.Text("id");
  about = answer.alert_id;
  if (args.Given("--picture")) {
    answer.picture = args.Text("--picture");
    return kExitOk;
  }
  const auto [voice, voice_code] = VoiceOf(args, io);
  if (voice_code != kExitOk) return voice_code;
  const auto [reader, code] = OpenAlerts(args, io);
  if (reader == nullptr) return code;
  LatestAlerts latest;
  const Status status =
      reader->ReadAll([&](AlertRecord&& alert) { latest.Take(std::move(alert)); });
  if (const int failed = AfterReading(status, *reader, io); failed != kExitOk) return failed;
  std::vector<std::string> ids;
  for (const AlertRecord* alert : latest.Ordered()) ids.push_back(alert->id);
  const std::string id = FindAlertId(ids, answer.alert_id, io);
  for (const AlertRecord* alert : latest.Ordered()) {
    if (alert->id != id) continue;
    if (!alert->is_open()) {
      return Fail(kExitProblems,
                  id + " has ended (" + alert->state + " " + voice.Time(alert->at_ms) +
                      "): there is nothing to " + answer.command,
                  io);
    }
    answer.alert_id = id;
    answer.picture = alert->picture;
    about = id + " (" + alert->rule + ", " + alert->area_name + ")";
    return kExitOk;
  }
  return kExitProblems;
}

int AnswerAlert(const Args& args, const char* command, const std::string& reason, Io& io) {
  AlertAnswer answer;
  std::string about;
  if (const int code = Begin(args, command, io, answer); code != kExitOk) return code;
  if (const int code = TakeAlert(args, io, answer, about); code != kExitOk) return code;
  answer.reason = reason;
  return Send(answer, reason.empty() ? about : about + " as " + reason, args, io);
}

int RunAck(const Args& args, Io& io) { return AnswerAlert(args, "acknowledge", "", io); }
int RunDismiss(const Args& args, Io& io) {
  return AnswerAlert(args, "dismiss", args.Text("--reason"), io);
}

// The area and rule as the configuration knows them. An exit code.
int TakeArea(const Args& args, Io& io, AlertAnswer& answer, std::string& about) {
  const auto [loaded, code] = LoadFromArgs(args, io);
  if (!loaded.ok()) return code;
  const auto area = FindArea(loaded->settings, args.Text("area"));
  if (!area.ok()) return Fail(kExitProblems, Message(area.status()), io);
  answer.area = area->id;
  answer.picture = area->picture;
  answer.rule = args.Text("--rule");
  about = area->name + ", " + (answer.rule.empty() ? "all rules" : "rule " + answer.rule);
  if (answer.rule.empty()) return kExitOk;
  const Status rule = CheckRule(loaded->settings, answer.rule);
  return rule.ok() ? kExitOk : Fail(kExitProblems, Message(rule), io);
}

int RunSilence(const Args& args, Io& io) {
  AlertAnswer answer;
  std::string about;
  if (const int code = Begin(args, "silence", io, answer); code != kExitOk) return code;
  if (args.Given("--until") == args.Given("--for"))
    return Fail(kExitUsage, "say when the silence ends: --until TIME or --for DURATION", io);
  answer.until_ms =
      args.Given("--for") ? answer.at_ms + args.DurationMs("--for") : *args.TimeMs("--until");
  if (*answer.until_ms <= answer.at_ms)
    return Fail(kExitUsage, "the silence would end before it begins", io);
  answer.reason = args.Text("--reason");
  if (const int code = TakeArea(args, io, answer, about); code != kExitOk) return code;
  return Send(answer, about + ", until " + FormatTimeMs(*answer.until_ms), args, io);
}

int RunUnsilence(const Args& args, Io& io) {
  AlertAnswer answer;
  std::string about;
  if (const int code = Begin(args, "unsilence", io, answer); code != kExitOk) return code;
  if (const int code = TakeArea(args, io, answer, about); code != kExitOk) return code;
  return Send(answer, about, args, io);
}

std::vector<Flag> AnswerFlags(std::vector<Flag> first) {
  std::vector<Flag> flags = std::move(first);
  for (Flag& flag : PublishFlags()) flags.push_back(std::move(flag));
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
  return WithAlertFlags(AnswerFlags(std::move(flags)));
}

std::vector<Flag> OfArea(std::vector<Flag> more) {
  std::vector<Flag> flags = {{.name = "area",
                              .help = "The area, by its id or name; the areas below it are covered",
                              .required = true},
                             {.name = "--rule", .help = "This rule only (default: all rules)"}};
  for (Flag& flag : more) flags.push_back(std::move(flag));
  return WithConfigFlags(AnswerFlags(std::move(flags)));
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
