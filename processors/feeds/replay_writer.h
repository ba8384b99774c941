// ReplayWriter: a Publisher that writes replay input (contract, Replay): one NDJSON line a record,
// .zst by name, "-" stdout.
//
// A value that is a JSON object stands as an object, other text as a string, other bytes as
// {"base64": …}; what ReplayReader (feeds/replay_reader.h) reads back is the same record.
// Thread-compatible.
#pragma once

#include <memory>
#include <string>

#include "feeds/publisher.h"
#include "io/line_writer.h"

namespace lagesbild::feeds {

class ReplayWriter : public Publisher {
 public:
  // NotFound: the file cannot be created.
  static StatusOr<std::unique_ptr<ReplayWriter>> Create(const std::string& path);
  ~ReplayWriter() override;

  Status Publish(const RawMessage& message) override;
  Status Flush() override;
  Status Close();  // the file is whole once this is OK

 private:
  explicit ReplayWriter(std::unique_ptr<io::LineWriter> out);
  class Checker;  // tells JSON objects from other bytes
  const std::unique_ptr<io::LineWriter> out_;
  const std::unique_ptr<Checker> checker_;
  std::string line_;
};

}  // namespace lagesbild::feeds
