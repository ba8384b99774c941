// `lagesbild audit`: is what is stored and announced what the log gives?
#include "app/commands.h"
#include "app/config/config_args.h"
#include "app/exit_code.h"
#include "app/oncall/audit.h"
#include "app/service/log_access.h"
#include "base/json_writer.h"

namespace lagesbild::app {
namespace {

void WriteJson(const Audit& audit, Io& io) {
  const Audit::Summary& summary = audit.summary();
  std::string json;
  JsonWriter w(json);
  w.BeginObject().Key("ok").Bool(audit.findings().empty());
  w.Key("partitions").Int(summary.partitions).Key("log_records").Int(summary.log_records);
  w.Key("raw_records").Int(summary.raw_records).Key("rows").Int(summary.rows);
  w.Key("transitions").Int(summary.transitions).Key("areas").Int(summary.areas);
  w.Key("findings").BeginObject();
  for (const auto& [kind, of] : audit.findings().kinds()) {
    w.Key(kind).BeginObject().Key("count").Int(of.count).Key("first").BeginArray();
    for (const std::string& what : of.first) w.String(what);
    w.EndArray().EndObject();
  }
  w.EndObject().EndObject();
  io.out << json << "\n";
}

void WriteText(const Audit& audit, Io& io) {
  for (const auto& [kind, of] : audit.findings().kinds()) {
    for (const std::string& what : of.first) io.out << kind << ": " << what << "\n";
    const int64_t more = of.count - static_cast<int64_t>(of.first.size());
    if (more > 0) io.out << kind << ": " << more << " more\n";
  }
  const Audit::Summary& summary = audit.summary();
  io.out << (audit.findings().empty() ? "nothing differs: " : "compared: ") << summary.log_records
         << " log records of " << summary.partitions << " partitions, " << summary.rows
         << " stored rows, " << summary.transitions << " transitions, " << summary.areas
         << " areas, " << summary.raw_records << " raw records\n";
}

int RunAudit(const Args& args, Io& io) {
  const auto [loaded, exit_code] = LoadFromArgs(args, io);
  if (!loaded.ok()) return exit_code;
  LogAccess::Failure failure;
  const auto access =
      LogAccess::Open(loaded->config, args.Switch("--embedded"), "lagesbild-audit", failure);
  if (access == nullptr) {
    io.err << "lagesbild audit: " << failure.what << "\n";
    return failure.code;
  }
  Audit audit(*loaded, access->log(),
              {.raw = !args.Switch("--no-raw"), .repeats_allowed = args.Switch("--after-reset")},
              [&](const std::string& line) { io.err << "audit: " << line << "\n"; });
  if (const Status status = audit.Run(); !status.ok()) {
    io.err << "lagesbild audit: " << Message(status) << "\n";
    return ExitCodeOf(status);
  }
  args.Switch("--json") ? WriteJson(audit, io) : WriteText(audit, io);
  return audit.findings().empty() ? kExitOk : kExitProblems;
}

}  // namespace

Command AuditCommand() {
  return {
      "audit", "Fold the picture log again and say where stored and announced state differ from it",
      "  lagesbild audit --config lagesbild.yaml\n"
      "  lagesbild audit --no-raw --json\n"
      "Compares: each row of the store on this machine and of the changelog; each alert\n"
      "transition; the latest aggregate of each area; and, as far as the raw topics reach back,\n"
      "that the picture log has each raw record once, or a dead letter of it. Reads only, and may\n"
      "be run beside the live service (with --embedded: while it is stopped). Holds the state of\n"
      "one log partition three times in memory. Where the log's beginning is gone, alerts are\n"
      "not recomputed, only compared as stored and as announced.\n"
      "Exit 1: something differs; 69: no broker.",
      WithConfigFlags({
          {.name = "--embedded",
           .type = FlagType::kSwitch,
           .help = "The embedded log in state.dir instead of Kafka; not while the service runs"},
          {.name = "--no-raw",
           .type = FlagType::kSwitch,
           .help = "Leave the raw topics and the dead letters out"},
          {.name = "--after-reset",
           .type = FlagType::kSwitch,
           .help = "The same transition may be in the topic again, as `lagesbild reset` has it"},
          {.name = "--json",
           .type = FlagType::kSwitch,
           .help = "One JSON object: counts, findings"},
      }),
      RunAudit};
}

}  // namespace lagesbild::app
