#include "app/alerts/alert_reader.h"

#include <utility>

#include "absl/time/clock.h"
#include "io/line_reader.h"

namespace lagesbild::app {
namespace {

class FileAlerts : public AlertReader {
 public:
  explicit FileAlerts(std::vector<std::string> paths) : paths_(std::move(paths)) {}

  Status ReadAll(const Take& take) override {
    for (const std::string& path : paths_) LB_RETURN_IF_ERROR(ReadOne(path, take));
    return absl::OkStatus();
  }
  Status Follow(const Take&, const std::function<bool()>&) override { return absl::OkStatus(); }

 private:
  Status ReadOne(const std::string& path, const Take& take) {
    LB_ASSIGN_OR_RETURN(const auto reader, io::LineReader::Open(path));
    std::string_view line;
    while (true) {
      LB_ASSIGN_OR_RETURN(const bool more, reader->Next(line));
      if (!more) return absl::OkStatus();
      if (line.empty()) continue;
      AlertRecord alert;
      const auto is_alert = parser_.ParseLine(line, alert);
      if (!is_alert.ok()) {
        return InvalidArgument((path == "-" ? "stdin" : path) + ":" +
                               std::to_string(reader->line() + 1) + ": " +
                               Message(is_alert.status()));
      }
      *is_alert ? take(std::move(alert)) : void(++passed_over_);
    }
  }

  const std::vector<std::string> paths_;
  AlertParser parser_;
};

class LogAlerts : public AlertReader {
 public:
  LogAlerts(stream::Log& log, std::string topic, absl::Duration patience)
      : log_(log), topic_(std::move(topic)), patience_(patience) {}

  Status ReadAll(const Take& take) override {
    LB_RETURN_IF_ERROR(Open());
    absl::Duration silent;
    while (true) {
      LB_ASSIGN_OR_RETURN(const Progress progress, ReadRound(take));
      if (progress.drained) return absl::OkStatus();
      silent = progress.any ? absl::ZeroDuration() : silent + kRound;
      if (silent > patience_) {
        return Unavailable("topic " + topic_ + " is not read to its end: nothing came for " +
                           absl::FormatDuration(patience_));
      }
    }
  }

  Status Follow(const Take& take, const std::function<bool()>& stop) override {
    while (!stop()) {
      const auto progress = ReadRound(take);
      if (progress.ok()) continue;
      if (progress.status().code() != StatusCode::kUnavailable) return progress.status();
      // The log says itself that nobody answers; it goes on when somebody does.
      absl::SleepFor(kRound);
    }
    return absl::OkStatus();
  }

 private:
  static constexpr absl::Duration kRound = absl::Milliseconds(200);
  static constexpr size_t kBatch = 1000;
  struct Progress {
    bool any = false;      // something was read
    bool drained = false;  // every partition, up to where it ended when this began
  };
  struct Partition {
    stream::TopicPartition at;
    bool drained = false;
  };

  Status Open() {
    const auto info = log_.Describe(topic_);
    if (info.status().code() == StatusCode::kNotFound)
      return NotFound("topic " + topic_ + " is missing; `lagesbild topics apply` creates it");
    LB_RETURN_IF_ERROR(info.status());
    LB_ASSIGN_OR_RETURN(consumer_, log_.OpenConsumer({}));
    for (int32_t p = 0; p < info->partitions; ++p) {
      partitions_.push_back({{topic_, p}, false});
      LB_RETURN_IF_ERROR(consumer_->Start(partitions_.back().at, stream::kFromBeginning));
    }
    return absl::OkStatus();
  }

  StatusOr<Progress> ReadRound(const Take& take) {
    LB_RETURN_IF_ERROR(consumer_->Poll(kRound).status());
    Progress progress{false, true};
    for (Partition& partition : partitions_) {
      LB_ASSIGN_OR_RETURN(const stream::Batch batch, consumer_->Read(partition.at, kBatch));
      for (const stream::RecordView& record : batch.records) {
        AlertRecord alert;
        if (record.value && parser_.Parse(*record.value, alert).ok()) {
          take(std::move(alert));
        } else {
          ++passed_over_;
        }
      }
      progress.any |= !batch.records.empty();
      partition.drained |= batch.drained;
      progress.drained &= partition.drained;
    }
    return progress;
  }

  stream::Log& log_;
  const std::string topic_;
  const absl::Duration patience_;
  std::unique_ptr<stream::Consumer> consumer_;
  std::vector<Partition> partitions_;
  AlertParser parser_;
};

}  // namespace

std::unique_ptr<AlertReader> ReadAlertFiles(std::vector<std::string> paths) {
  return std::make_unique<FileAlerts>(std::move(paths));
}

std::unique_ptr<AlertReader> ReadAlertLog(stream::Log& log, std::string topic,
                                          absl::Duration patience) {
  return std::make_unique<LogAlerts>(log, std::move(topic), patience);
}

}  // namespace lagesbild::app
