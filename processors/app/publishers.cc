#include "app/publishers.h"

#include "app/exit_code.h"
#include "feeds/replay_writer.h"

namespace lagesbild::app {
namespace {

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

}  // namespace

std::vector<Flag> PublishFlags() {
  return {{.name = "--to",
           .type = FlagType::kFile,
           .help = "Write replay input to this file instead of publishing; - is stdout"}};
}

Opened<std::unique_ptr<feeds::Publisher>> OpenPublisher(const Args& args, Io& io) {
  if (!args.Given("--to")) {
    io.err << "--to is missing: say which file to write the command to, or - for stdout\n";
    return {nullptr, kExitUsage};
  }
  auto writer = feeds::ReplayWriter::Create(args.Text("--to"));
  if (!writer.ok()) {
    io.err << Message(writer.status()) << "\n";
    return {nullptr, kExitNoFile};
  }
  return {std::make_unique<FilePublisher>(std::move(*writer)), kExitOk};
}

int ExitCodeOfPublishing(const Status& status) {
  switch (status.code()) {
    case StatusCode::kOk:
      return kExitOk;
    case StatusCode::kUnavailable:
      return kExitUnavailable;
    case StatusCode::kPermissionDenied:
      return kExitNotAuthorised;
    default:
      return kExitInternal;
  }
}

}  // namespace lagesbild::app
