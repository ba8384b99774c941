#include "feeds/replay_writer.h"

#include <simdjson.h>

#include <utility>

#include "base/json_writer.h"
#include "feeds/base64.h"

namespace lagesbild::feeds {

class ReplayWriter::Checker {
 public:
  // The value as one line of JSON if it is an object, else "".
  std::string_view OneLineObject(const std::string& value) {
    simdjson::dom::element parsed;
    if (parser_.parse(value.data(), value.size()).get(parsed) != simdjson::SUCCESS ||
        !parsed.is_object()) {
      return {};
    }
    if (value.find_first_of("\n\r") == std::string::npos) return value;
    minified_.resize(value.size());
    size_t length = 0;
    if (simdjson::minify(value.data(), value.size(), minified_.data(), length) !=
        simdjson::SUCCESS) {
      return {};
    }
    return std::string_view(minified_).substr(0, length);
  }

 private:
  simdjson::dom::parser parser_;
  std::string minified_;
};

StatusOr<std::unique_ptr<ReplayWriter>> ReplayWriter::Create(const std::string& path) {
  LB_ASSIGN_OR_RETURN(auto out, io::LineWriter::Create(path));
  return std::unique_ptr<ReplayWriter>(new ReplayWriter(std::move(out)));
}

ReplayWriter::ReplayWriter(std::unique_ptr<io::LineWriter> out)
    : out_(std::move(out)), checker_(std::make_unique<Checker>()) {}
ReplayWriter::~ReplayWriter() = default;

Status ReplayWriter::Publish(const RawMessage& message) {
  line_.clear();
  JsonWriter json(line_);
  json.BeginObject().Key("topic").String(message.topic);
  json.Key("timestamp").Time(message.timestamp_ms);
  json.Key("key").String(message.key);
  if (!message.headers.empty()) {
    json.Key("headers").BeginObject();
    for (const auto& [name, value] : message.headers) json.Key(name).String(value);
    json.EndObject();
  }
  json.Key("value");
  if (const std::string_view object = checker_->OneLineObject(message.value); !object.empty()) {
    json.Raw(object);
  } else if (simdjson::validate_utf8(message.value)) {
    json.String(message.value);
  } else {
    json.BeginObject().Key("base64").String(Base64Encode(message.value)).EndObject();
  }
  json.EndObject();
  return out_->Write(line_);
}

Status ReplayWriter::Flush() { return out_->Flush(); }
Status ReplayWriter::Close() { return out_->Close(); }

}  // namespace lagesbild::feeds
