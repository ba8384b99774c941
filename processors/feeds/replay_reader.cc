#include "feeds/replay_reader.h"

#include <simdjson.h>

#include "base/time.h"
#include "feeds/base64.h"
#include "io/line_reader.h"

namespace lagesbild::feeds {

namespace ondemand = simdjson::ondemand;

class ReplayReader::Impl {
 public:
  Status Parse(std::string_view line, RawMessage& out);

 private:
  Status TakeField(std::string_view name, ondemand::value value, RawMessage& out);
  Status TakeValue(ondemand::value value, RawMessage& out);
  Status TakeObject(ondemand::object object, RawMessage& out);
  void DefaultKey(RawMessage& out);

  ondemand::parser parser_;
  simdjson::dom::parser value_parser_;
  bool has_topic_ = false, has_timestamp_ = false, has_key_ = false, has_value_ = false;
};

Status ReplayReader::Impl::Parse(std::string_view line, RawMessage& out) {
  static_assert(io::LineReader::kPadding >= simdjson::SIMDJSON_PADDING);
  has_topic_ = has_timestamp_ = has_key_ = has_value_ = false;
  out.key.clear();
  out.headers.clear();
  ondemand::document document;
  ondemand::object object;
  if (parser_.iterate(line.data(), line.size(), line.size() + io::LineReader::kPadding)
          .get(document) ||
      document.get_object().get(object)) {
    return InvalidArgument("not a JSON object");
  }
  for (auto field : object) {
    std::string_view name;
    ondemand::value value;
    if (field.unescaped_key().get(name) || field.value().get(value))
      return InvalidArgument("not JSON");
    LB_RETURN_IF_ERROR(TakeField(name, value, out));
  }
  const char* rest = nullptr;
  if (document.current_location().get(rest) == simdjson::SUCCESS) {
    return InvalidArgument("not JSON, or more than one value");
  }
  if (!has_topic_) return InvalidArgument("no topic");
  if (!has_timestamp_) return InvalidArgument("no timestamp");
  if (!has_value_) return InvalidArgument("no value");
  if (!has_key_) DefaultKey(out);
  return absl::OkStatus();
}

Status ReplayReader::Impl::TakeField(std::string_view name, ondemand::value value,
                                     RawMessage& out) {
  std::string_view text;
  if (name == "topic") {
    has_topic_ = true;
    if (value.get_string().get(text)) return InvalidArgument("topic is not a string");
    out.topic.assign(text);
  } else if (name == "timestamp") {
    has_timestamp_ = true;
    if (value.get_string().get(text)) return InvalidArgument("timestamp is not a string");
    const auto ms = ParseTimeMs(text);
    if (!ms) return InvalidArgument("timestamp is not a time with an offset or Z");
    out.timestamp_ms = *ms;
  } else if (name == "key") {
    if (value.is_null()) return absl::OkStatus();
    has_key_ = true;
    if (value.get_string().get(text)) return InvalidArgument("key is not a string");
    out.key.assign(text);
  } else if (name == "headers") {
    ondemand::object headers;
    if (value.get_object().get(headers)) return InvalidArgument("headers is not an object");
    for (auto header : headers) {
      std::string_view header_name;
      if (header.unescaped_key().get(header_name)) return InvalidArgument("headers: not JSON");
      std::string owned_name(header_name);
      if (header.value().get_string().get(text)) return InvalidArgument("a header is not a string");
      out.headers.emplace_back(std::move(owned_name), std::string(text));
    }
  } else if (name == "value") {
    has_value_ = true;
    return TakeValue(value, out);
  } else {
    return InvalidArgument("a field that is not topic, timestamp, key, headers or value");
  }
  return absl::OkStatus();
}

Status ReplayReader::Impl::TakeValue(ondemand::value value, RawMessage& out) {
  ondemand::json_type type;
  if (value.type().get(type)) return InvalidArgument("value: not JSON");
  std::string_view text;
  if (type == ondemand::json_type::string) {
    if (value.get_string().get(text)) return InvalidArgument("value: not JSON");
    out.value.assign(text);
    return absl::OkStatus();
  }
  ondemand::object object;
  if (type != ondemand::json_type::object || value.get_object().get(object)) {
    return InvalidArgument("value is neither an object nor a string");
  }
  return TakeObject(object, out);
}

Status ReplayReader::Impl::TakeObject(ondemand::object object, RawMessage& out) {
  std::string_view raw;
  if (object.raw_json().get(raw)) return InvalidArgument("value: not JSON");
  out.value.assign(raw.substr(0, raw.rfind('}') + 1));  // without the space behind it
  if (out.value.compare(0, 9, "{\"base64\"") != 0) return absl::OkStatus();
  std::string_view encoded;
  if (value_parser_.parse(out.value)["base64"].get(encoded))
    return InvalidArgument("value: base64 is not a string");
  auto bytes = Base64Decode(encoded);
  if (!bytes) return InvalidArgument("value: not base64");
  out.value = std::move(*bytes);
  return absl::OkStatus();
}

void ReplayReader::Impl::DefaultKey(RawMessage& out) {
  std::string_view org, id;
  simdjson::dom::element value;
  if (value_parser_.parse(out.value).get(value) || value["org"].get(org) || value["id"].get(id))
    return;
  out.key.assign(org).append("/").append(id);
}

ReplayReader::ReplayReader() : impl_(std::make_unique<Impl>()) {}
ReplayReader::~ReplayReader() = default;
Status ReplayReader::Parse(std::string_view line, RawMessage& out) {
  return impl_->Parse(line, out);
}

}  // namespace lagesbild::feeds
