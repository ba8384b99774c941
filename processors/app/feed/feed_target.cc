#include "app/feed/feed_target.h"

#include <map>
#include <utility>

#include "app/config/kafka_settings.h"
#include "app/exit_code.h"
#include "feeds/replay_writer.h"
#include "io/kafka_log.h"
#include "io/kafka_producer.h"
#include "stream/topics.h"

namespace lagesbild::app {
namespace {

constexpr absl::Duration kFlushPiece = absl::Seconds(1);
constexpr int64_t kAskAgainMs = 1000;

class FileTarget : public FeedTarget {
 public:
  explicit FileTarget(std::unique_ptr<feeds::ReplayWriter> writer) : writer_(std::move(writer)) {}
  Status Publish(const feeds::RawMessage& message) override { return writer_->Publish(message); }
  Status Flush() override { return writer_->Flush(); }
  Status Close() override { return writer_->Close(); }

 private:
  const std::unique_ptr<feeds::ReplayWriter> writer_;
};

class KafkaTarget : public FeedTarget {
 public:
  KafkaTarget(std::unique_ptr<io::KafkaProducer> producer,
              std::map<std::string, std::string> topics, const StopSignal& stop)
      : producer_(std::move(producer)), topics_(std::move(topics)), stop_(stop) {}

  Status Publish(const feeds::RawMessage& message) override {
    const auto topic = topics_.find(message.topic);
    if (topic == topics_.end()) {
      return InvalidArgument("topic " + message.topic +
                             " is neither incidents, tips, commands nor one of sources.yaml");
    }
    headers_.clear();
    for (const auto& [name, value] : message.headers) headers_.push_back({name, value});
    for (;;) {
      const Status status = producer_->Produce(
          {topic->second, message.key, message.value, headers_, message.timestamp_ms});
      if (status.code() != StatusCode::kUnavailable || stop_.requested()) return status;
    }
  }

  Status Flush() override {
    for (;;) {
      const Status status = producer_->Flush(kFlushPiece);
      if (status.code() != StatusCode::kUnavailable || stop_.requested()) return status;
    }
  }

  Status Close() override { return Flush(); }

 private:
  const std::unique_ptr<io::KafkaProducer> producer_;
  const std::map<std::string, std::string> topics_;  // short name → full name
  const StopSignal& stop_;
  std::vector<stream::HeaderView> headers_;
};

// Waits until the topic can be described.
Status AskFor(const std::string& topic, io::KafkaLog& log, const StopSignal& stop) {
  for (;;) {
    const Status status = log.Describe(topic).status();
    if (status.code() == StatusCode::kNotFound) {
      return FailedPrecondition("topic " + topic +
                                " is missing; `lagesbild topics apply` creates it");
    }
    if (status.code() != StatusCode::kUnavailable) return status;
    if (!stop.SleepUntil(WallNowMs() + kAskAgainMs)) return status;
  }
}

StatusOr<std::unique_ptr<FeedTarget>> OpenKafka(const LoadedConfig& loaded,
                                                const StopSignal& stop) {
  if (loaded.config.kafka.bootstrap_servers.empty()) {
    return FailedPrecondition(
        "kafka.bootstrap.servers is not set; set it, or write a file with --to FILE");
  }
  LB_ASSIGN_OR_RETURN(const io::KafkaConfig config,
                      KafkaSettings(loaded.config.kafka, "lagesbild-feed"));
  LB_ASSIGN_OR_RETURN(auto log, io::KafkaLog::Open({.config = config, .output_topics = {}}));
  std::map<std::string, std::string> topics;
  for (const stream::RawTopic& raw :
       stream::MakeTopics(loaded.config.topics_prefix, loaded.settings, loaded.config.group).raw) {
    LB_RETURN_IF_ERROR(AskFor(raw.name, *log, stop));
    topics[raw.short_name] = raw.name;
  }
  LB_ASSIGN_OR_RETURN(auto producer, io::KafkaProducer::Make(config));
  return std::unique_ptr<FeedTarget>(
      std::make_unique<KafkaTarget>(std::move(producer), std::move(topics), stop));
}

}  // namespace

std::vector<Flag> WithFeedFlags(std::vector<Flag> more) {
  std::vector<Flag> flags = WithConfigFlags({
      {.name = "--to",
       .type = FlagType::kFile,
       .help =
           "Write replay input to this file (.zst: compressed; -: stdout) instead of publishing "
           "to Kafka"},
  });
  for (Flag& flag : more) flags.push_back(std::move(flag));
  return flags;
}

StatusOr<std::unique_ptr<FeedTarget>> OpenFeedTarget(const Args& args, const LoadedConfig& loaded,
                                                     const StopSignal& stop) {
  if (!args.Given("--to")) return OpenKafka(loaded, stop);
  LB_ASSIGN_OR_RETURN(auto writer, feeds::ReplayWriter::Create(args.Text("--to")));
  return std::unique_ptr<FeedTarget>(std::make_unique<FileTarget>(std::move(writer)));
}

int FailFeed(const std::string& words, const Status& status, Io& io) {
  io.err << "lagesbild " << words << ": " << Message(status) << "\n";
  return ExitCodeOfInput(status);
}

}  // namespace lagesbild::app
