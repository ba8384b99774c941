#include "feeds/polisen_recording.h"

#include <memory>
#include <utility>

#include "io/line_reader.h"

namespace lagesbild::feeds {
namespace {

// One file and the line of it that comes next.
class Recording {
 public:
  static StatusOr<std::unique_ptr<Recording>> Open(const std::string& path) {
    LB_ASSIGN_OR_RETURN(auto reader, io::LineReader::Open(path));
    auto recording = std::unique_ptr<Recording>(new Recording(path, std::move(reader)));
    LB_RETURN_IF_ERROR(recording->Advance());
    return recording;
  }

  bool done() const { return done_; }
  const RecordedLine& next() const { return next_; }

  Status Advance() {
    std::string_view line;
    do {
      LB_ASSIGN_OR_RETURN(const bool more, reader_->Next(line));
      done_ = !more;
    } while (!done_ && line.empty());
    if (done_) return absl::OkStatus();
    auto parsed = parser_.ParseRecorded(line);
    if (!parsed.ok()) return Bad(Message(parsed.status()));
    if (parsed->at_ms < next_.at_ms) return Bad("earlier than the line before it");
    next_ = *std::move(parsed);
    return absl::OkStatus();
  }

 private:
  Recording(std::string path, std::unique_ptr<io::LineReader> reader)
      : path_(std::move(path)), reader_(std::move(reader)) {}
  Status Bad(std::string_view what) const {
    return InvalidArgument(path_ + ":" + std::to_string(reader_->line() + 1) + ": " +
                           std::string(what));
  }

  const std::string path_;
  const std::unique_ptr<io::LineReader> reader_;
  PolisenParser parser_;
  RecordedLine next_;
  bool done_ = false;
};

}  // namespace

StatusOr<RecordingCounts> PlayPolisenRecording(const std::vector<std::string>& files,
                                               const PolisenSettings& settings, Publisher& to) {
  std::vector<std::unique_ptr<Recording>> recordings;
  for (const std::string& file : files) {
    LB_ASSIGN_OR_RETURN(auto recording, Recording::Open(file));
    recordings.push_back(std::move(recording));
  }
  PolisenConverter converter(settings);
  PolisenAnswers answers(converter, {});
  RecordingCounts counts;
  std::vector<RawMessage> out;
  for (;;) {
    Recording* first = nullptr;  // of equal times the file named first
    for (const auto& recording : recordings) {
      if (!recording->done() &&
          (first == nullptr || recording->next().at_ms < first->next().at_ms)) {
        first = recording.get();
      }
    }
    if (first == nullptr) break;
    const RecordedLine& line = first->next();
    out.clear();
    if (line.body) {
      answers.Take(*line.body, line.at_ms, out);
    } else if (++counts.versions; line.event) {
      if (auto message = converter.Convert(*line.event, line.version, line.at_ms)) {
        out.push_back(*std::move(message));
      }
    } else {
      ++converter.counts().malformed;
    }
    for (const RawMessage& message : out) LB_RETURN_IF_ERROR(to.Publish(message));
    LB_RETURN_IF_ERROR(first->Advance());
  }
  LB_RETURN_IF_ERROR(to.Flush());
  counts.convert = converter.counts();
  counts.answers = answers.counts();
  return counts;
}

}  // namespace lagesbild::feeds
