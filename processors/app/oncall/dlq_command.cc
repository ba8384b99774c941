// `lagesbild dlq ls`: what was refused: counts of the dead letter topic by reason and topic, where
// the records are, and how to look at one.
#include <simdjson.h>

#include <algorithm>
#include <deque>
#include <iomanip>
#include <map>
#include <string>
#include <tuple>

#include "app/commands.h"
#include "app/config/config_args.h"
#include "app/exit_code.h"
#include "app/service/log_access.h"
#include "app/service/read_partition.h"
#include "base/json_writer.h"
#include "base/time.h"
#include "stream/topics.h"

namespace lagesbild::app {
namespace {

struct Letter {
  std::string topic, stage, reason, pointer;  // topic: by its short name, as dead letters have it
  int64_t partition = 0, offset = 0;
  int64_t at_ms = 0;  // when it was refused
};

struct Count {
  int64_t letters = 0;
  int64_t first_ms = 0, last_ms = 0;
  Letter newest;
};

struct Counted {
  using Key = std::tuple<std::string, std::string, std::string>;  // reason, topic, stage
  std::map<Key, Count> counts;
  std::deque<Letter> newest;  // of each partition of the topic the last ones
  int64_t total = 0, unreadable = 0;
};

class LetterParser {
 public:
  bool Parse(const stream::RecordView& record, Letter& out) {
    simdjson::dom::object object;
    std::string_view topic, stage, reason, pointer;
    if (!record.value || parser_.parse(record.value->data(), record.value->size()).get(object) ||
        object["topic"].get(topic) || object["stage"].get(stage) || object["reason"].get(reason) ||
        object["partition"].get(out.partition) || object["offset"].get(out.offset)) {
      return false;
    }
    if (object["pointer"].get(pointer)) pointer = {};  // null
    out.topic.assign(topic);
    out.stage.assign(stage);
    out.reason.assign(reason);
    out.pointer.assign(pointer);
    out.at_ms = record.timestamp_ms;
    return true;
  }

 private:
  simdjson::dom::parser parser_;
};

void Take(const Letter& letter, Count& count) {
  if (count.letters == 0 || letter.at_ms < count.first_ms) count.first_ms = letter.at_ms;
  if (count.letters == 0 || letter.at_ms >= count.last_ms) {
    count.last_ms = letter.at_ms;
    count.newest = letter;
  }
  ++count.letters;
}

StatusOr<Counted> CountLetters(stream::Log& log, const std::string& topic, const Args& args) {
  Counted counted;
  LetterParser parser;
  const auto list = static_cast<size_t>(args.Integer("--list"));
  size_t of_partition = 0;
  int32_t partition_before = -1;
  LB_RETURN_IF_ERROR(ReadTopic(
      log, topic, [&](int32_t partition, const stream::RecordView& record) -> StatusOr<bool> {
        if (partition != partition_before) of_partition = 0;
        partition_before = partition;
        Letter letter;
        if (!parser.Parse(record, letter)) {
          ++counted.unreadable;
          return true;
        }
        if (args.Given("--reason") && letter.reason != args.Text("--reason")) return true;
        if (args.Given("--topic") && letter.topic != args.Text("--topic")) return true;
        ++counted.total;
        Take(letter, counted.counts[{letter.reason, letter.topic, letter.stage}]);
        if (list == 0) return true;
        counted.newest.push_back(std::move(letter));
        if (++of_partition > list) {
          counted.newest.erase(counted.newest.end() - 1 - static_cast<ptrdiff_t>(list));
        }
        return true;
      }));
  std::sort(counted.newest.begin(), counted.newest.end(), [](const Letter& a, const Letter& b) {
    return std::tie(a.at_ms, a.topic, a.partition, a.offset) <
           std::tie(b.at_ms, b.topic, b.partition, b.offset);
  });
  while (counted.newest.size() > list) counted.newest.pop_front();
  return counted;
}

std::string FullTopic(const std::string& topic, const std::string& prefix) {
  return topic.starts_with(prefix) ? topic : prefix + topic + ".v1";
}

void WriteJson(const Counted& counted, const std::string& prefix, Io& io) {
  std::string json;
  JsonWriter w(json);
  w.BeginObject().Key("total").Int(counted.total).Key("counts").BeginArray();
  for (const auto& [key, count] : counted.counts) {
    const auto& [reason, topic, stage] = key;
    w.BeginObject().Key("reason").String(reason).Key("topic").String(topic);
    w.Key("stage").String(stage).Key("count").Int(count.letters);
    w.Key("first").Time(count.first_ms).Key("last").Time(count.last_ms).EndObject();
  }
  w.EndArray().Key("records").BeginArray();
  for (const Letter& letter : counted.newest) {
    w.BeginObject().Key("topic").String(FullTopic(letter.topic, prefix));
    w.Key("partition").Int(letter.partition).Key("offset").Int(letter.offset);
    w.Key("stage").String(letter.stage).Key("reason").String(letter.reason).Key("pointer");
    letter.pointer.empty() ? w.Null() : w.String(letter.pointer);
    w.Key("at").Time(letter.at_ms).EndObject();
  }
  w.EndArray().EndObject();
  io.out << json << "\n";
}

void WriteLetter(const Letter& letter, const std::string& prefix, std::ostream& out) {
  out << FullTopic(letter.topic, prefix) << " partition " << letter.partition << " offset "
      << letter.offset;
  if (!letter.pointer.empty()) out << "  " << letter.pointer;
}

void WriteText(const Counted& counted, const Config& config, bool embedded, Io& io) {
  if (counted.counts.empty()) {
    io.out << "no dead letters\n";
    return;
  }
  io.out << std::left << std::setw(17) << "reason" << std::setw(20) << "topic" << std::setw(10)
         << "stage" << std::right << std::setw(9) << "count" << "  last                  newest\n";
  for (const auto& [key, count] : counted.counts) {
    const auto& [reason, topic, stage] = key;
    io.out << std::left << std::setw(16) << reason << " " << std::setw(19) << topic << " "
           << std::setw(9) << stage << " " << std::right << std::setw(9) << count.letters << "  "
           << std::left << std::setw(20) << FormatTimeMs(count.last_ms) << "  ";
    WriteLetter(count.newest, config.topics_prefix, io.out);
    io.out << "\n";
  }
  for (const Letter& letter : counted.newest) {
    io.out << FormatTimeMs(letter.at_ms) << "  " << letter.reason << "  ";
    WriteLetter(letter, config.topics_prefix, io.out);
    io.out << "\n";
  }
  if (embedded) return;
  const Letter& one = counted.counts.begin()->second.newest;
  io.err << "To look at a record, where you may see what partners send:\n  kcat -C -b "
         << config.kafka.bootstrap_servers << " -t " << FullTopic(one.topic, config.topics_prefix)
         << " -p " << one.partition << " -o " << one.offset << " -c 1\n";
}

int RunList(const Args& args, Io& io) {
  const auto [loaded, exit_code] = LoadOptionsFromArgs(args, io);
  if (!loaded.ok()) return exit_code;
  const bool embedded = args.Switch("--embedded");
  LogAccess::Failure failure;
  const auto access = LogAccess::Open(loaded->config, embedded, "lagesbild-dlq", failure);
  if (access == nullptr) {
    io.err << "lagesbild dlq ls: " << failure.what << "\n";
    return failure.code;
  }
  const std::string topic = stream::MakeTopics(loaded->config.topics_prefix, {}).dead_letters;
  const auto counted = CountLetters(access->log(), topic, args);
  if (!counted.ok()) {
    io.err << "lagesbild dlq ls: " << Message(counted.status()) << "\n";
    return ExitCodeOf(counted.status());
  }
  if (counted->unreadable > 0) {
    io.err << "lagesbild dlq ls: " << counted->unreadable << " records of " << topic
           << " are not dead letters in JSON and were passed over\n";
  }
  if (args.Switch("--json")) {
    WriteJson(*counted, loaded->config.topics_prefix, io);
  } else {
    WriteText(*counted, loaded->config, embedded, io);
  }
  return kExitOk;
}

}  // namespace

Command DlqListCommand() {
  return {
      "dlq ls", "Count what was refused, by reason and topic, and say where the records are",
      "  lagesbild dlq ls --config lagesbild.yaml\n"
      "  lagesbild dlq ls --reason unknown-field --list 20 --json\n"
      "A dead letter names the record's place (topic, partition, offset), the check that failed\n"
      "and the field, never its content or its sender; a source with a topic of its own is told\n"
      "by that. The record itself is where it was, as long as its topic keeps it.",
      WithConfigFlags({
          {.name = "--embedded",
           .type = FlagType::kSwitch,
           .help = "The embedded log in state.dir instead of Kafka; not while the service runs"},
          {.name = "--reason", .help = "Only those of this reason, such as unknown-field"},
          {.name = "--topic", .help = "Only those of this topic, such as incidents"},
          {.name = "--list",
           .type = FlagType::kInteger,
           .help = "Also the places of the newest so many",
           .fallback = "0"},
          {.name = "--json",
           .type = FlagType::kSwitch,
           .help = "One JSON object: total, counts, records"},
      }),
      RunList};
}

}  // namespace lagesbild::app
