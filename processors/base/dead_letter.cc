#include "base/dead_letter.h"

#include <array>

#include "base/json_writer.h"

namespace lagesbild {

std::string_view ReasonName(Reason reason) {
  static constexpr std::array<std::string_view, kReasonCount> kNames = {
      "",          "too-large",     "not-json",        "not-protobuf",
      "too-deep",  "unknown-field", "duplicate-field", "missing-field",
      "bad-value", "unknown-org",   "unknown-class",   "unknown-area",
      "future",    "too-old",       "not-allowed",     "unknown-alert"};
  return kNames[static_cast<size_t>(reason)];
}

std::string DeadLetterJson(const DeadLetter& letter) {
  std::string out;
  JsonWriter w(out);
  const auto text_or_null = [&](std::string_view key, const std::string& text) {
    text.empty() ? w.Key(key).Null() : w.Key(key).String(text);
  };
  w.BeginObject().Key("topic").String(letter.topic).Key("partition").Int(letter.partition);
  w.Key("offset").Int(letter.offset).Key("stage").String(letter.stage);
  w.Key("reason").String(ReasonName(letter.reason));
  text_or_null("pointer", letter.pointer);
  text_or_null("key_hash", letter.key_hash);
  w.EndObject();
  return out;
}

}  // namespace lagesbild
