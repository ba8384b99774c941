#include "app/alerts/alert_desk.h"

#include <filesystem>
#include <utility>

#include "app/config/config_args.h"
#include "app/config/diagnostics.h"
#include "app/config/kafka_settings.h"
#include "app/exit_code.h"
#include "app/service/log_publisher.h"
#include "feeds/replay_writer.h"
#include "io/kafka_producer.h"
#include "stream/topics.h"

namespace lagesbild::app {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(15);
constexpr char kClientId[] = "lagesbild-alerts";

// A file that is whole, whatever its compression, once its one Flush has returned.
class FilePublisher : public feeds::Publisher {
 public:
  explicit FilePublisher(std::unique_ptr<feeds::ReplayWriter> writer)
      : writer_(std::move(writer)) {}
  Status Publish(const feeds::RawMessage& message) override { return writer_->Publish(message); }
  Status Flush() override { return writer_->Close(); }

 private:
  const std::unique_ptr<feeds::ReplayWriter> writer_;
};

// The topic commands on Kafka, for a person who waits for the answer: gives up after kPatience.
class KafkaCommands : public feeds::Publisher {
 public:
  KafkaCommands(std::unique_ptr<io::KafkaProducer> producer, std::string topic)
      : producer_(std::move(producer)), topic_(std::move(topic)) {}
  Status Publish(const feeds::RawMessage& message) override {
    return producer_->Produce({topic_, message.key, message.value, {}, message.timestamp_ms});
  }
  Status Flush() override {
    const Status status = producer_->Flush(kPatience);
    if (status.code() != StatusCode::kUnavailable) return status;
    return Unavailable("no broker has taken the command within " + absl::FormatDuration(kPatience) +
                       "; give it again");
  }

 private:
  const std::unique_ptr<io::KafkaProducer> producer_;
  const std::string topic_;
};

}  // namespace

std::vector<Flag> WithDeskFlags(std::vector<Flag> more) {
  std::vector<Flag> flags = WithConfigFlags(
      {{.name = "--embedded",
        .type = FlagType::kSwitch,
        .help = "The embedded log in state.dir instead of Kafka; not while the service runs"}});
  for (Flag& flag : more) flags.push_back(std::move(flag));
  return flags;
}

std::vector<Flag> ReadingFlags() {
  return {{.name = "--from",
           .type = FlagType::kFile,
           .help = "Read alerts from replay output, NDJSON, plain or .zst or .gz, instead of the "
                   "topic; - is stdin; may be repeated",
           .many = true},
          {.name = "--lang",
           .help = "Swedish or English (default: what LC_ALL, LC_MESSAGES or LANG says)",
           .choices = {"sv", "en"}},
          {.name = "--time-zone",
           .help = "Show times of this zone, such as Europe/Stockholm (default: the "
                   "configuration's, else the machine's)"}};
}

std::vector<Flag> PublishingFlags() {
  return {{.name = "--to",
           .type = FlagType::kFile,
           .help = "Write replay input to this file instead of publishing; - is stdout"}};
}

AlertDesk::AlertDesk(const Args& args, Io& io) : args_(args), io_(io) {}

AlertDesk::~AlertDesk() { reader_.reset(); }  // before the log it reads

bool AlertDesk::Fail(int code, const std::string& what) {
  io_.err << "lagesbild alerts: " << what << "\n";
  exit_code_ = code;
  return false;
}

bool AlertDesk::Fail(const Status& status, bool from_file) {
  return Fail(from_file ? ExitCodeOfInput(status) : ExitCodeOf(status), Message(status));
}

const LoadedConfig* AlertDesk::Configuration() {
  if (whole_ != nullptr) return whole_.get();
  auto [loaded, code] = LoadFromArgs(args_, io_);
  exit_code_ = code;
  if (loaded.ok()) whole_ = std::make_unique<LoadedConfig>(std::move(*loaded));
  return whole_.get();
}

const Config* AlertDesk::Options() {
  if (whole_ != nullptr) return &whole_->config;
  if (options_ != nullptr) return &options_->config;
  auto [loaded, code] = LoadOptionsFromArgs(args_, io_);
  exit_code_ = code;
  if (!loaded.ok()) return nullptr;
  options_ = std::make_unique<LoadedConfig>(std::move(*loaded));
  return &options_->config;
}

const Voice* AlertDesk::Speak() {
  voice_.language = LanguageOf(io_.environment);
  if (args_.Given("--lang"))
    voice_.language = args_.Text("--lang") == "sv" ? Language::kSwedish : Language::kEnglish;
  voice_.zone = absl::LocalTimeZone();
  std::string zone = args_.Text("--time-zone");
  // Files can be read without any configuration, unless one was asked for.
  const bool may_lack = args_.Given("--from") && !args_.Given("--config");
  if (zone.empty() && (!may_lack || std::filesystem::exists(ConfigPath(args_, io_)))) {
    if (Options() == nullptr) return nullptr;
    zone = (whole_ != nullptr ? whole_ : options_)->settings.time_zone;
  }
  if (!zone.empty() && !absl::LoadTimeZone(zone, &voice_.zone)) {
    Fail(kExitUsage, "--time-zone: \"" + zone + "\" is no time zone, such as Europe/Stockholm");
    return nullptr;
  }
  return &voice_;
}

stream::Log* AlertDesk::OpenLog() {
  if (log_ != nullptr) return &log_->log();
  const Config* config = Options();
  if (config == nullptr) return nullptr;
  LogAccess::Failure failure;
  log_ = LogAccess::Open(*config, args_.Switch("--embedded"), kClientId, failure);
  if (log_ != nullptr) return &log_->log();
  Fail(failure.code, failure.what);
  return nullptr;
}

bool AlertDesk::OpenReader() {
  if (reader_ != nullptr) return true;
  if (args_.Given("--from")) {
    reader_ = ReadAlertFiles(args_.Texts("--from"));
    return true;
  }
  stream::Log* log = OpenLog();
  if (log == nullptr) return false;
  const std::string topic = stream::MakeTopics(Options()->topics_prefix, {}).alerts;
  reader_ = ReadAlertLog(*log, topic, kPatience);
  return true;
}

bool AlertDesk::live() const { return !args_.Given("--from") && !args_.Switch("--embedded"); }

bool AlertDesk::ReadAll(const AlertReader::Take& take) {
  if (!OpenReader()) return false;
  const Status status = reader_->ReadAll(take);
  if (!status.ok()) return Fail(status, args_.Given("--from"));
  if (reader_->passed_over() > 0 && !args_.Given("--from")) {
    io_.err << "lagesbild alerts: " << reader_->passed_over()
            << " records of the topic are not alerts in JSON and were passed over\n";
  }
  return true;
}

bool AlertDesk::Follow(const AlertReader::Take& take, const std::function<bool()>& stop) {
  const Status status = reader_->Follow(take, stop);
  return status.ok() || Fail(status, false);
}

std::string AlertDesk::FindAlert(const std::vector<std::string>& ids, const std::string& given) {
  std::vector<std::string> found;
  for (const std::string& id : ids) {
    if (id == given) return id;
    // "a-" alone, or a digit more, is a slip rather than a choice.
    if (given.size() >= 5 && id.starts_with(given)) found.push_back(id);
  }
  if (found.size() == 1) return found.front();
  if (found.size() > 1) {
    Fail(kExitProblems, "\"" + given + "\" is the beginning of several: " + ListOf(found));
  } else {
    Fail(kExitProblems, "no alert \"" + given + "\" among the " + std::to_string(ids.size()) +
                            " here" + DidYouMean(given, ids));
  }
  return "";
}

StatusOr<std::unique_ptr<feeds::Publisher>> AlertDesk::OpenPublisher() {
  if (args_.Given("--to")) {
    LB_ASSIGN_OR_RETURN(auto writer, feeds::ReplayWriter::Create(args_.Text("--to")));
    return std::make_unique<FilePublisher>(std::move(writer));
  }
  const Config& config = *Options();
  const stream::Topics topics = stream::MakeTopics(config.topics_prefix, {});
  if (args_.Switch("--embedded")) {
    LB_ASSIGN_OR_RETURN(auto publisher, LogPublisher::Open(log_->log(), topics));
    return std::unique_ptr<feeds::Publisher>(std::move(publisher));
  }
  for (const stream::RawTopic& raw : topics.raw) {
    if (raw.channel != Channel::kCommands) continue;
    // The producer would wait for the topic to appear.
    if (log_->log().Describe(raw.name).status().code() == StatusCode::kNotFound)
      return NotFound("topic " + raw.name + " is missing; `lagesbild topics apply` creates it");
    LB_ASSIGN_OR_RETURN(const io::KafkaConfig settings, KafkaSettings(config.kafka, kClientId));
    LB_ASSIGN_OR_RETURN(auto producer, io::KafkaProducer::Make(settings));
    return std::make_unique<KafkaCommands>(std::move(producer), raw.name);
  }
  return Internal("no topic for commands");
}

bool AlertDesk::Publish(const feeds::RawMessage& message) {
  const bool to_file = args_.Given("--to");
  if (!to_file && OpenLog() == nullptr) return false;
  const auto publisher = OpenPublisher();
  if (!publisher.ok()) return Fail(publisher.status(), to_file);
  Status status = (*publisher)->Publish(message);
  if (status.ok()) status = (*publisher)->Flush();
  return status.ok() || Fail(status, to_file);
}

}  // namespace lagesbild::app
