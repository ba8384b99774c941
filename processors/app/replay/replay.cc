#include "app/replay/replay.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/bytes.h"
#include "base/json_writer.h"
#include "picture/announce.h"
#include "stream/settings_codec.h"

namespace lagesbild::app {
namespace {

constexpr int64_t kNoClock = std::numeric_limits<int64_t>::min();
constexpr int64_t kRecordsASave = 100'000;  // a killed replay loses at most the work of these
constexpr std::string_view kCommitKey =
    "replay";  // beside the fold's rows, whose keys begin with a digit

}  // namespace

Replay::Replay(const LoadedConfig& loaded, std::unique_ptr<intake::AreaIndex> areas,
               std::string secret, ReplayOptions options, stream::Store* store, std::ostream& out)
    : loaded_(loaded),
      areas_(std::move(areas)),
      options_(options),
      store_(store),
      out_(out),
      intake_({&loaded.settings, areas_.get(), std::move(secret)}),
      fold_(&stream::DecodeSettings),
      clock_ms_(kNoClock) {
  for (const Source& source : loaded.settings.sources) {
    if (!source.topic.empty()) own_topics_.push_back(source.topic);
  }
}

Replay::~Replay() = default;

Status Replay::Restore() {
  if (store_ == nullptr) return absl::OkStatus();
  LB_RETURN_IF_ERROR(store_->ForEach([&](std::string_view key, std::string_view value) {
    if (key != kCommitKey) return fold_.Restore(key, value);
    commit_ = ByteReader(value).BigEndian64();
    return absl::OkStatus();
  }));
  LB_RETURN_IF_ERROR(fold_.FinishRestore());
  if (fold_.clock_ms() != kNoClock) clock_ms_ = fold_.clock_ms();
  return absl::OkStatus();
}

StatusOr<Channel> Replay::ChannelOf(const std::string& topic) const {
  if (topic == "incidents") return Channel::kIncidents;
  if (topic == "tips") return Channel::kTips;
  if (topic == "commands") return Channel::kCommands;
  if (std::find(own_topics_.begin(), own_topics_.end(), topic) != own_topics_.end())
    return Channel::kIncidents;
  return InvalidArgument(
      "topic is neither incidents, tips, commands nor one that a source has in sources.yaml");
}

Status Replay::Take(const feeds::RawMessage& message, int32_t file, int64_t line) {
  LB_ASSIGN_OR_RETURN(const Channel channel, ChannelOf(message.topic));
  const int64_t clock_ms = std::max(clock_ms_, message.timestamp_ms);
  if (clock_ms > clock_ms_ && !instant_.empty()) LB_RETURN_IF_ERROR(CloseInstant());
  // A restored state has judged its last instant: what comes at the same time is an instant later.
  clock_ms_ = std::max(clock_ms, fold_.clock_ms() == kNoClock ? clock_ms : fold_.clock_ms() + 1);
  if (fold_.settings() == nullptr && instant_.empty()) {
    Configuration configuration{loaded_.settings.version, stream::EncodeSettings(loaded_.settings)};
    instant_.push_back({clock_ms_, "", {}, std::move(configuration)});
  }
  std::vector<intake::Header> headers;
  for (const auto& [name, value] : message.headers) headers.push_back({name, value});
  intake::RawRecord raw{channel,     message.topic, file,   line, message.timestamp_ms,
                        message.key, message.value, headers};
  intake_.Process(raw, clock_ms_, intake_out_);
  summary_.log_records += static_cast<int64_t>(intake_out_.log.size());
  std::move(intake_out_.log.begin(), intake_out_.log.end(), std::back_inserter(instant_));
  std::move(intake_out_.dead_letters.begin(), intake_out_.dead_letters.end(),
            std::back_inserter(effects_.dead_letters));
  for (const auto& [note, source] : intake_out_.notes) {
    if (note == intake::Note::kOutOfArea) ++summary_.out_of_area;
  }
  intake_out_.log.clear();
  intake_out_.dead_letters.clear();
  intake_out_.notes.clear();
  if (!effects_.dead_letters.empty()) WriteEffects();
  ++summary_.records;
  return ++unsaved_records_ >= kRecordsASave ? Save() : absl::OkStatus();
}

Status Replay::CloseInstant() {
  LB_RETURN_IF_ERROR(fold_.Instant(clock_ms_, instant_, effects_));
  instant_.clear();
  effects_.duplicates.clear();  // a metric of services
  if (!effects_.alerts.empty() || !effects_.dead_letters.empty()) WriteEffects();
  if (options_.every_aggregate) WriteAggregates();
  return absl::OkStatus();
}

Status Replay::Finish(std::optional<int64_t> until_ms) {
  if (clock_ms_ != kNoClock) {
    const int64_t last_ms = clock_ms_;
    if (!instant_.empty()) LB_RETURN_IF_ERROR(CloseInstant());
    clock_ms_ = std::max(until_ms.value_or(last_ms + 1), last_ms);
    if (clock_ms_ > fold_.clock_ms()) LB_RETURN_IF_ERROR(CloseInstant());
    WriteAggregates();
    LB_RETURN_IF_ERROR(Save());
  }
  out_.flush();
  return out_.good() ? absl::OkStatus()
                     : Error(StatusCode::kResourceExhausted, "cannot write the output");
}

void Replay::WriteEffects() {
  for (const picture::AlertTransition& alert : effects_.alerts) {
    ++summary_.alerts;
    if (options_.alerts) Write("alerts", alert.at_ms, alert.alert_id, picture::AlertJson(alert));
  }
  for (const DeadLetter& letter : effects_.dead_letters) {
    ++summary_.dead_letters[static_cast<size_t>(letter.reason)];
    if (options_.dead_letters) Write("dead-letters", clock_ms_, "", DeadLetterJson(letter));
  }
  effects_.alerts.clear();
  effects_.dead_letters.clear();
}

// Each change where all are wanted; otherwise only at the end.
void Replay::WriteAggregates() {
  for (const picture::Aggregate& aggregate : fold_.CollectAggregates()) {
    if (options_.aggregates)
      Write("aggregates", aggregate.as_of_ms, aggregate.area, picture::AggregateJson(aggregate));
  }
}

void Replay::Write(std::string_view topic, int64_t timestamp_ms, std::string_view key,
                   std::string_view value) {
  line_.clear();
  JsonWriter(line_)
      .BeginObject()
      .Key("topic")
      .String(topic)
      .Key("timestamp")
      .Time(timestamp_ms)
      .Key("key")
      .String(key)
      .Key("headers")
      .Raw("{}")
      .Key("value")
      .Raw(value)
      .EndObject();
  line_.push_back('\n');
  out_.write(line_.data(), static_cast<std::streamsize>(line_.size()));
}

Status Replay::Save() {
  unsaved_records_ = 0;
  if (store_ == nullptr) return absl::OkStatus();
  std::vector<stream::Store::Change> changes;
  fold_.CollectRows(++commit_, [&](std::string_view key, const std::string* value) {
    changes.push_back(
        {std::string(key), value == nullptr ? std::nullopt : std::optional<std::string>(*value)});
  });
  std::string commit;
  ByteWriter(commit).BigEndian64(commit_);
  changes.push_back({std::string(kCommitKey), std::move(commit)});
  return store_->Write(std::move(changes));
}

}  // namespace lagesbild::app
