// lagesbild topics plan|apply|check.
#include <algorithm>
#include <utility>

#include "app/commands.h"
#include "app/config/config_args.h"
#include "app/config/kafka_settings.h"
#include "app/exit_code.h"
#include "app/service/topics_file.h"
#include "base/json_writer.h"
#include "io/kafka_log.h"

namespace lagesbild::app {
namespace {

using stream::TopicPlan;

struct Opened {
  std::unique_ptr<io::KafkaLog> log;
  std::vector<stream::TopicSpec> specs;
  TopicPlan plan;
};

// Loads the configuration, connects, compares. An exit code where that fails; errors go to io.err.
std::pair<int, Opened> Open(const char* command, const Args& args, Io& io) {
  Opened opened;
  const auto fail = [&](const Status& status, int code) {
    io.err << "lagesbild " << command << ": " << Message(status) << "\n";
    return std::make_pair(code, Opened());
  };
  auto [loaded, exit_code] = LoadFromArgs(args, io);
  if (!loaded.ok()) return {exit_code, Opened()};
  TopicsOptions options = TopicsOptionsOf(*loaded);
  for (const auto& [flag, count] : {std::make_pair("--partitions", &options.log_partitions),
                                    std::make_pair("--raw-partitions", &options.raw_partitions)}) {
    if (!args.Given(flag)) continue;
    if (args.Integer(flag) < 1 || args.Integer(flag) > 10'000) {
      return fail(InvalidArgument(std::string(flag) + ": 1 to 10000 are allowed"), kExitUsage);
    }
    *count = static_cast<int32_t>(args.Integer(flag));
  }
  auto specs = ReadTopics(kTopicsYaml, "topics.yaml", options);
  if (!specs.ok()) return fail(specs.status(), kExitInternal);
  if (loaded->config.kafka.bootstrap_servers.empty()) {
    return fail(InvalidArgument("kafka.bootstrap.servers is not set"), kExitBadConfig);
  }
  auto config = KafkaSettings(loaded->config.kafka, "lagesbild-topics");
  if (!config.ok()) return fail(config.status(), kExitBadConfig);
  auto log = io::KafkaLog::Open(
      {.config = *std::move(config), .output_topics = {}, .line = io::KafkaLineToStderr});
  if (!log.ok()) return fail(log.status(), kExitBadConfig);
  auto plan = stream::PlanTopics(**log, *specs);
  if (!plan.ok()) {
    const Status named = Error(plan.status().code(), loaded->config.kafka.bootstrap_servers + ": " +
                                                         Message(plan.status()));
    return fail(named, ExitCodeOfKafka(plan.status()));
  }
  opened.log = *std::move(log);
  opened.specs = *std::move(specs);
  opened.plan = *std::move(plan);
  return {kExitOk, std::move(opened)};
}

void WriteJson(const Opened& opened, std::ostream& out) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Key("ok").Bool(opened.plan.nothing_to_do()).Key("create").BeginArray();
  for (const stream::TopicInfo& topic : opened.plan.create) {
    json.BeginObject().Key("topic").String(topic.name).Key("partitions").Int(topic.partitions);
    json.Key("config").BeginObject();
    for (const auto& [name, value] : topic.config) json.Key(name).String(value);
    json.EndObject().EndObject();
  }
  json.EndArray().Key("configure").BeginArray();
  for (const stream::TopicChange& change : opened.plan.configure) {
    json.BeginObject().Key("topic").String(change.topic).Key("property").String(change.property);
    json.Key("from").String(change.from).Key("to").String(change.to).EndObject();
  }
  json.EndArray().Key("problems").BeginArray();
  for (const stream::TopicProblem& problem : opened.plan.problems) {
    json.BeginObject().Key("topic").String(problem.topic).Key("what").String(problem.what);
    json.Key("mend").String(problem.mend).EndObject();
  }
  json.EndArray().EndObject();
  out << text << "\n";
}

void WriteText(const Opened& opened, std::ostream& out) {
  for (const stream::TopicInfo& topic : opened.plan.create) {
    out << "create     " << topic.name << "  " << topic.partitions
        << (topic.partitions == 1 ? " partition" : " partitions");
    for (const auto& [name, value] : topic.config) out << "  " << name << "=" << value;
    out << "\n";
  }
  for (const stream::TopicChange& change : opened.plan.configure) {
    out << "configure  " << change.topic << "  " << change.property << ": "
        << (change.from.empty() ? "not set" : change.from) << " -> " << change.to << "\n";
  }
  for (const stream::TopicProblem& problem : opened.plan.problems) {
    out << "problem    " << problem.topic << "  " << problem.what << "; " << problem.mend << "\n";
  }
  if (opened.plan.nothing_to_do()) {
    out << "all " << opened.specs.size() << " topics are as they must be\n";
  }
}

int RunPlan(const Args& args, Io& io) {
  const auto [code, opened] = Open("topics plan", args, io);
  if (code != kExitOk) return code;
  args.Switch("--json") ? WriteJson(opened, io.out) : WriteText(opened, io.out);
  return opened.plan.problems.empty() ? kExitOk : kExitProblems;
}

int RunCheck(const Args& args, Io& io) {
  const auto [code, opened] = Open("topics check", args, io);
  if (code != kExitOk) return code;
  if (args.Switch("--json")) {
    WriteJson(opened, io.out);
  } else if (opened.plan.nothing_to_do()) {
    WriteText(opened, io.out);
  } else {
    for (const std::string& sentence : stream::PlanSentences(opened.plan))
      io.out << sentence << "\n";
  }
  return opened.plan.nothing_to_do() ? kExitOk : kExitProblems;
}

Status Carry(const Opened& opened, Io& io) {
  for (const stream::TopicInfo& topic : opened.plan.create) {
    const Status status = opened.log->CreateTopic(topic);
    // Somebody else was faster; the next check judges it.
    if (!status.ok() && !absl::IsAlreadyExists(status)) return status;
    io.err << "created " << topic.name << "\n";
  }
  for (const stream::TopicChange& change : opened.plan.configure) {
    LB_RETURN_IF_ERROR(opened.log->ConfigureTopic(change.topic, {{change.property, change.to}}));
    io.err << "configured " << change.topic << ": " << change.property << "=" << change.to << "\n";
  }
  return absl::OkStatus();
}

int RunApply(const Args& args, Io& io) {
  const auto [code, opened] = Open("topics apply", args, io);
  if (code != kExitOk) return code;
  // With a problem that needs a person, nothing is changed: the flags may be a slip.
  if (opened.plan.problems.empty()) {
    if (const Status status = Carry(opened, io); !status.ok()) {
      io.err << "lagesbild topics apply: " << Message(status) << "\n";
      return ExitCodeOfKafka(status);
    }
  }
  args.Switch("--json") ? WriteJson(opened, io.out) : WriteText(opened, io.out);
  return opened.plan.problems.empty() ? kExitOk : kExitProblems;
}

std::vector<Flag> TopicsFlags() {
  return WithConfigFlags({
      {.name = "--partitions",
       .type = FlagType::kInteger,
       .help =
           "Partitions of the picture log and of all topics that go with it; fixed once chosen"},
      {.name = "--raw-partitions",
       .type = FlagType::kInteger,
       .help = "Partitions of the topics that partners write to"},
      {.name = "--json", .type = FlagType::kSwitch, .help = "One JSON object instead of lines"},
  });
}

}  // namespace

Command TopicsPlanCommand() {
  return {"topics plan", "Say which topics would be created or changed, and change nothing",
          "  lagesbild topics plan --config lagesbild.yaml\n"
          "  lagesbild topics plan --partitions 12 --raw-partitions 8 --json",
          TopicsFlags(), RunPlan};
}

Command TopicsApplyCommand() {
  return {
      "topics apply",
      "Create the topics that are missing and set what differs; never changes a partition count",
      "  lagesbild topics apply --config lagesbild.yaml --partitions 12", TopicsFlags(), RunApply};
}

Command TopicsCheckCommand() {
  return {"topics check", "Say what is wrong with the topics, and what mends it",
          "  lagesbild topics check --config lagesbild.yaml", TopicsFlags(), RunCheck};
}

}  // namespace lagesbild::app
