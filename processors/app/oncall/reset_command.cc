// `lagesbild reset`: has the picture begin anew from its log; says what it would do, and does it
// with --yes.
#include <string>

#include "app/commands.h"
#include "app/config/config_args.h"
#include "app/exit_code.h"
#include "app/oncall/reset.h"
#include "app/service/log_access.h"
#include "base/json_writer.h"

namespace lagesbild::app {
namespace {

void WriteJson(const ResetPlan& plan, const Config& config, bool done, Io& io) {
  std::string json;
  JsonWriter w(json);
  w.BeginObject().Key("group").String(config.group).Key("done").Bool(done);
  w.Key("members").BeginArray();
  for (const std::string& member : plan.members) w.String(member);
  w.EndArray().Key("partitions").BeginArray();
  for (const ResetPartition& at : plan.partitions) {
    w.BeginObject().Key("partition").Int(at.partition);
    w.Key("offset").Int(at.committed_offset).Key("seq").Int(static_cast<int64_t>(at.group_seq));
    w.Key("new_offset").Int(at.log_begin).Key("new_seq").Int(static_cast<int64_t>(at.next_seq()));
    w.Key("log_end").Int(at.log_end);
    w.Key("rows_deleted").Int(static_cast<int64_t>(at.rows.size() - at.seed.size()));
    w.Key("rows_kept").Int(static_cast<int64_t>(at.seed.size()));
    w.Key("store_here").Bool(at.store_here).EndObject();
  }
  w.EndArray().EndObject();
  io.out << json << "\n";
}

void WriteText(const ResetPlan& plan, const Config& config, bool done, Io& io) {
  io.out << (done ? "done: the" : "would do: the") << " picture of group " << config.group
         << (done ? " begins" : " would begin") << " anew from its log\n";
  for (const ResetPartition& at : plan.partitions) {
    io.out << "  partition " << at.partition << ": offset "
           << (at.committed_offset < 0 ? "none" : std::to_string(at.committed_offset))
           << " (commit " << at.group_seq << ") -> " << at.log_begin << " (commit " << at.next_seq()
           << "), " << at.log_end - at.log_begin
           << " log offsets to fold; changelog: " << at.rows.size() - at.seed.size()
           << " rows deleted, " << at.seed.size() << " kept; " << config.state_dir << "/"
           << config.group << "/picture-" << at.partition
           << (at.store_here ? ": emptied at the next start\n" : ": not on this machine\n");
  }
  io.out << "  not touched: the topics that partners write to, the picture log, intake, alerts, "
            "aggregates, dead letters\n";
}

int Refuse(const ResetPlan& plan, const Config& config, Io& io) {
  io.err << "lagesbild reset: the group " << config.group << " has " << plan.members.size()
         << (plan.members.size() == 1 ? " member" : " members") << ":\n";
  for (const std::string& member : plan.members) io.err << "  " << member << "\n";
  io.err << "stop every instance first; one that was stopped is missed after its session time-out "
            "(6 s)\n";
  return kExitProblems;
}

int RunReset(const Args& args, Io& io) {
  const auto [loaded, exit_code] = LoadOptionsFromArgs(args, io);
  if (!loaded.ok()) return exit_code;
  const Config& config = loaded->config;
  LogAccess::Failure failure;
  const auto access =
      LogAccess::Open(config, args.Switch("--embedded"), "lagesbild-reset", failure);
  if (access == nullptr) {
    io.err << "lagesbild reset: " << failure.what << "\n";
    return failure.code;
  }
  Reset reset(config, access->log(), access->kafka());
  const auto fail = [&](const Status& status) {
    io.err << "lagesbild reset: " << Message(status) << "\n";
    return absl::IsFailedPrecondition(status) ? kExitProblems : ExitCodeOf(status);
  };
  const auto plan = reset.Plan();
  if (!plan.ok()) return fail(plan.status());
  const bool yes = args.Switch("--yes");
  if (yes && !plan->members.empty()) return Refuse(*plan, config, io);
  if (yes) {
    if (const Status status = reset.Carry(*plan); !status.ok()) return fail(status);
  }
  args.Switch("--json") ? WriteJson(*plan, config, yes, io) : WriteText(*plan, config, yes, io);
  if (yes) return kExitOk;
  if (!plan->members.empty()) return Refuse(*plan, config, io);
  io.err << "lagesbild reset: nothing was changed; --yes does it\n";
  return kExitOk;
}

}  // namespace

Command ResetCommand() {
  return {
      "reset",
      "Have the picture begin anew from its log: says what it would do; does it with --yes",
      "  lagesbild reset --config lagesbild.yaml\n"
      "  lagesbild reset --config lagesbild.yaml --yes && lagesbild run --config lagesbild.yaml\n"
      "For state that must not be believed, when its changelog must not be either. (A damaged\n"
      "store alone is rebuilt from the changelog without this.) Refused while the group has\n"
      "members, on any machine: stop every instance, wait for the session time-out (6 s).\n"
      "One transaction deletes the rows of the changelog and sets the group's offsets to the\n"
      "beginning of the picture log, under the next commit number; so the group, the changelog\n"
      "and the stores of all machines agree, each store at its next start, and one that dies on\n"
      "the way leaves all as it was. Then the whole log is folded again:\n"
      "- transitions that were announced are announced again, with the same ids and sequences: a\n"
      "  reader that drops what it has seen (ce_id) sees nothing new;\n"
      "- aggregates are announced again, numbered from 1;\n"
      "- where the log's beginning is gone (retention), the configuration in force stays, and "
      "reports\n"
      "  and alerts from before are forgotten: an alert whose episode began before may open under\n"
      "  another id, and the old one, if it was open, is never resolved.\n"
      "Never touched: the topics that partners write to, the picture log, intake.\n"
      "Exit 1: refused; 69: no broker.",
      WithConfigFlags({
          {.name = "--yes", .type = FlagType::kSwitch, .help = "Do it"},
          {.name = "--embedded",
           .type = FlagType::kSwitch,
           .help = "The embedded log in state.dir instead of Kafka; not while the service runs"},
          {.name = "--json", .type = FlagType::kSwitch, .help = "One JSON object"},
      }),
      RunReset};
}

}  // namespace lagesbild::app
